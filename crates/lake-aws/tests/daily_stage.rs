//! The daily stage with its source and its lake in S3 writes what it writes in memory, in one commit, once.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

mod made_day;

use std::sync::Arc;
use std::time::Duration;

use lake_aws::{BucketOptions, Connection, S3Store};
use lake_store::{Retry, Store};
use testkit::s3::{Call, Fault, Operation, S3Server};

fn store(server: &S3Server, location: &str) -> Arc<dyn Store> {
    let connection = Connection {
        endpoint: server.endpoint(),
        region: "eu-central-1".to_owned(),
        access_key: S3Server::ACCESS_KEY.to_owned(),
        secret_key: S3Server::SECRET_KEY.to_owned(),
    };
    let store = S3Store::new(connection.client(), location.parse().unwrap(), BucketOptions::default());
    Arc::new(Retry::new(store.with_page_size(50)).pauses(Duration::from_millis(1), Duration::from_millis(20)))
}

/// Runs over a server where this goes wrong, and over memory, and compares.
async fn compare(fault: impl Fn(&Call, u64) -> Option<Fault> + Send + Sync + 'static) {
    let server = S3Server::start(&["logs", "lake"]).unwrap();
    let (source, lake) = (store(&server, "s3://logs/trail"), store(&server, "s3://lake/a/b"));
    made_day::fill(&source).await;
    server.fault(fault);
    made_day::compare(&source, &lake).await;

    server.take_calls();
    made_day::again(&source, &lake).await;
    let effects: Vec<_> = server.take_calls().into_iter().filter(|call| call.operation.is_effect()).collect();
    assert_eq!(effects, [], "the second run wrote");
    assert_eq!(server.uploads_under_way("lake"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_over_s3_is_the_day_in_memory() {
    compare(|_, _| None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_over_an_s3_that_fails_is_the_day_in_memory() {
    compare(|call, number| {
        let faults = [
            Fault::Fail(503, "SlowDown"),
            Fault::ReplyLost,
            Fault::Reset,
            Fault::DoneThenFail(500, "InternalError"),
            Fault::ShortBody,
        ];
        let at = usize::try_from(number / 5).unwrap() % faults.len();
        // an upload begun whose reply is lost is left behind until somebody sweeps
        let lost = call.operation == Operation::CreateUpload;
        (number % 5 == 4).then(|| if lost { Fault::Reset } else { faults[at] })
    })
    .await;
}
