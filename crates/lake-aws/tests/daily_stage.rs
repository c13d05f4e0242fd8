//! The daily stage with its source and its lake in S3 writes what it writes in memory, in one commit, once.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cloudtrail_corpus::{OrganizationConfig, day_objects};
use cloudtrail_model::{Day, Partition, Table};
use daily_aggregator::{DailyAggregator, Options, Outcome, Request, Source, verify};
use lake_aws::{BucketOptions, Connection, S3Store};
use lake_store::{Depth, MemoryStore, Retry, Store, list_all};
use testkit::s3::{Call, Fault, Operation, S3Server};
use testkit::{STAMP, part_lines};

fn day() -> Day {
    "2026-11-22".parse().unwrap()
}

fn partition() -> Partition {
    Partition::day(Table::CloudTrail, day())
}

fn organization() -> OrganizationConfig {
    OrganizationConfig { files: 120, records: 900, broken_files: 2, ..OrganizationConfig::article_day() }
}

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

async fn run(source: &Arc<dyn Store>, lake: &Arc<dyn Store>) -> Outcome {
    let aggregator = DailyAggregator {
        source: Source::survey(source.clone(), "").await.unwrap(),
        lake: lake.clone(),
        options: Options { block_bytes: 20_000, part_raw_bytes: 300_000, threads: 2, ..Options::default() },
        stamp: STAMP,
        progress: Arc::default(),
    };
    aggregator.run(Table::CloudTrail, day(), Request::default()).await.unwrap().outcome
}

/// Every part of the partition and its lines.
async fn parts(lake: &Arc<dyn Store>) -> BTreeMap<String, Vec<Vec<u8>>> {
    let mut parts = BTreeMap::new();
    for object in list_all(lake, &partition().prefix(), Depth::All).await.unwrap().objects {
        let body = lake.get(&object.key, Some(&object.etag)).await.unwrap();
        parts.insert(object.key, part_lines(&body).unwrap());
    }
    parts
}

/// Runs over a server where this goes wrong, and over memory, and compares.
async fn compare(fault: impl Fn(&Call, u64) -> Option<Fault> + Send + Sync + 'static) {
    let server = S3Server::start(&["logs", "lake"]).unwrap();
    let memory: [Arc<dyn Store>; 2] = [Arc::new(MemoryStore::new()), Arc::new(MemoryStore::new())];
    for object in day_objects(&organization(), day()) {
        memory[0].create_new(&object.key, Bytes::from(object.body.clone())).await.unwrap();
        server.put("logs", &format!("trail/{}", object.key), object.body);
    }
    let (source, lake) = (store(&server, "s3://logs/trail"), store(&server, "s3://lake/a/b"));
    server.fault(fault);

    let Outcome::Committed(over_s3) = run(&source, &lake).await else { panic!("not committed") };
    let Outcome::Committed(in_memory) = run(&memory[0], &memory[1]).await else { panic!("not committed") };
    assert_eq!(over_s3.totals, in_memory.totals);
    assert_eq!(over_s3.parts, in_memory.parts);
    assert!(over_s3.parts.len() > 1 && over_s3.quarantined.len() == 2, "{over_s3:?}");

    let written = parts(&lake).await;
    assert_eq!(written, parts(&memory[1]).await);
    assert_eq!(written.values().map(Vec::len).sum::<usize>() as u64, over_s3.totals.records_out);
    assert_eq!(verify(lake.clone(), partition(), 4).await.unwrap().problems, Vec::<String>::new());

    let before = list_all(&lake, "", Depth::All).await.unwrap();
    server.take_calls();
    assert!(matches!(run(&source, &lake).await, Outcome::UpToDate { .. }));
    let effects: Vec<_> = server.take_calls().into_iter().filter(|call| call.operation.is_effect()).collect();
    assert_eq!(effects, [], "the second run wrote");
    assert_eq!(list_all(&lake, "", Depth::All).await.unwrap(), before);
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
