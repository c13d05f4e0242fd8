//! The fixture of the tests of this crate: a server, and stores of it.

use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use job_queue::QueueError;
use lake_store::{ErrorKind, Retry, Store, StoreError, with_causes};
use testkit::MemoryQueue;
use testkit::s3::S3Server;
use testkit::sqs::SqsServer;

use crate::{BucketOptions, Connection, S3Location, S3Store, SqsQueue};

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

/// A location on the server, without retries.
pub(crate) fn bare(server: &S3Server, location: &str) -> S3Store {
    let location: S3Location = location.parse().unwrap();
    S3Store::new(connection(server).client(), location, BucketOptions::default())
}

/// The root of the bucket, without retries.
pub(crate) fn top(server: &S3Server) -> S3Store {
    bare(server, "s3://lake")
}

/// A store that retries after short pauses.
pub(crate) fn retried(store: S3Store) -> Arc<dyn Store> {
    Arc::new(Retry::new(store).pauses(Duration::from_millis(1), Duration::from_millis(4)))
}

/// Asserts that an error has a kind and is one line that contains all of these texts.
pub(crate) fn assert_said(error: &StoreError, kind: ErrorKind, words: &[&str]) {
    let line = with_causes(error);
    assert_eq!(error.kind, kind, "{line}");
    assert!(!line.contains('\n') && line.len() < 300, "{line}");
    for word in words {
        assert!(line.contains(word), "{word:?} is not in: {line}");
    }
}

/// A server with a queue of each kind.
pub(crate) struct Queues {
    pub(crate) server: SqsServer,
    pub(crate) standard: MemoryQueue,
    pub(crate) fifo: MemoryQueue,
}

pub(crate) fn queues() -> Queues {
    let hidden_for = Duration::from_secs(60);
    let (standard, fifo) = (MemoryQueue::new(hidden_for, 5), MemoryQueue::fifo(hidden_for, 5));
    let server = SqsServer::start(&[("jobs", standard.clone()), ("jobs.fifo", fifo.clone())]).unwrap();
    Queues { server, standard, fifo }
}

/// A queue of a server, over HTTP.
pub(crate) fn over_http(server: &SqsServer, name: &str) -> SqsQueue {
    SqsQueue::new(queue_connection(server).queue_client(), server.url(name))
}

pub(crate) fn queue_connection(server: &SqsServer) -> Connection {
    Connection {
        endpoint: server.endpoint(),
        region: "eu-central-1".to_owned(),
        access_key: SqsServer::ACCESS_KEY.to_owned(),
        secret_key: "any".to_owned(),
    }
}

/// Asserts that an error of a queue is one line that contains all of these texts.
pub(crate) fn assert_queue_said(error: &QueueError, transient: bool, words: &[&str]) {
    let line = with_causes(error);
    assert_eq!(error.transient, transient, "{line}");
    assert!(!line.contains('\n') && line.len() < 300, "{line}");
    for word in words {
        assert!(line.contains(word), "{word:?} is not in: {line}");
    }
}

/// A provider of credentials that has none.
#[derive(Debug)]
pub(crate) struct Failing(pub(crate) fn() -> CredentialsError);

impl ProvideCredentials for Failing {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Err((self.0)()))
    }
}
