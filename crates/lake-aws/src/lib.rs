//! S3 as a [`lake_store::Store`] and SQS as a [`job_queue::Queue`]: the only crate that names `aws_*`.

mod client;
mod direct_get;
mod failure;
mod listed_text;
mod location;
mod multipart;
mod public_keys;
mod queue_failure;
mod queue_url;
mod s3_store;
mod sqs_queue;
#[cfg(test)]
mod testing;

pub use client::{Connection, Session};
pub use location::{BadLocation, S3Location};
pub use public_keys::CloudTrailPublicKeys;
pub use s3_store::{BucketOptions, S3Store};
pub use sqs_queue::SqsQueue;
