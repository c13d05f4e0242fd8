//! The store of a test: in memory, or in a bucket of the in-process S3, reached over HTTP. For tests alone.
//!
//! A crate of its own, since `testkit` may not know a client of S3, and no shipped crate may know `testkit`.

mod bucket;
mod test_store;

pub use bucket::{bucket, connection};
pub use test_store::TestStore;
