//! What the tests of this crate stand on: a server, and stores that reach it.

use std::sync::Arc;
use std::time::Duration;

use lake_store::{ErrorKind, Retry, Store, StoreError, with_causes};
use testkit::s3::S3Server;

use crate::{BucketOptions, Connection, S3Location, S3Store};

pub(crate) const BUCKET: &str = "lake";

pub(crate) fn server() -> S3Server {
    S3Server::start(&[BUCKET]).unwrap()
}

pub(crate) fn connection(server: &S3Server) -> Connection {
    Connection {
        endpoint: server.endpoint(),
        region: S3Server::REGION.to_owned(),
        access_key: S3Server::ACCESS_KEY.to_owned(),
        secret_key: S3Server::SECRET_KEY.to_owned(),
    }
}

/// A place on the server, without retries.
pub(crate) fn bare(server: &S3Server, location: &str) -> S3Store {
    let location: S3Location = location.parse().unwrap();
    S3Store::new(connection(server).client(), location, BucketOptions::default())
}

/// The top of the bucket, without retries.
pub(crate) fn top(server: &S3Server) -> S3Store {
    bare(server, "s3://lake")
}

/// A store with retries that are soon made.
pub(crate) fn retried(store: S3Store) -> Arc<dyn Store> {
    Arc::new(Retry::new(store).pauses(Duration::from_millis(1), Duration::from_millis(4)))
}

/// Asserts that an error is of a kind and fits on one line that has all of these words.
pub(crate) fn assert_said(error: &StoreError, kind: ErrorKind, words: &[&str]) {
    let line = with_causes(error);
    assert_eq!(error.kind, kind, "{line}");
    assert!(!line.contains('\n') && line.len() < 300, "{line}");
    for word in words {
        assert!(line.contains(word), "{word:?} is not in: {line}");
    }
}
