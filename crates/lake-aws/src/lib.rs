//! S3 as a [`lake_store::Store`]: the only crate that names `aws_*`.

mod client;
mod failure;
mod listed_text;
mod location;
mod multipart;
mod s3_store;
mod sqs_queue;
#[cfg(test)]
mod test_world;

pub use client::{Connection, Session};
pub use location::{BadLocation, S3Location};
pub use s3_store::{BucketOptions, S3Store};
pub use sqs_queue::SqsQueue;
