//! The stages write the same to a bucket as in memory, in one commit.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use cloudtrail_corpus::{OrganizationConfig, day_objects};
use cloudtrail_model::{Day, Table};
use daily_aggregator::Request;
use lake::{Outcome, Partition};
use lake_aws::BucketOptions;
use lake_store::{Depth, MemoryStore, Store, list_all};
use testkit::s3::{Call, Fault, Operation};

use crate::buckets::{Buckets, committed, november, run_day, run_month};
use crate::made_day;

fn organization() -> OrganizationConfig {
    OrganizationConfig { files: 120, records: 900, broken_files: 2, ..OrganizationConfig::article_day() }
}

/// A source and a lake in memory, and over a server, both with the logs of some days.
async fn twice(days: &[Day]) -> (Buckets, Arc<dyn Store>, MemoryStore) {
    let buckets = Buckets::with(&BucketOptions::default(), 50);
    let source = MemoryStore::new();
    for object in days.iter().flat_map(|day| day_objects(&organization(), *day)) {
        source.create_new(&object.key, Bytes::from(object.body.clone())).await.unwrap();
        buckets.server.put("logs", &format!("trail/{}", object.key), object.body);
    }
    (buckets, Arc::new(MemoryStore::new()), source)
}

/// Every object of a partition.
async fn objects(lake: &Arc<dyn Store>, partition: Partition) -> BTreeMap<String, Bytes> {
    let mut objects = BTreeMap::new();
    for object in list_all(lake, &partition.prefix(), Depth::All).await.unwrap().objects {
        let body = lake.get(&object.key, Some(&object.etag)).await.unwrap();
        objects.insert(object.key, body);
    }
    objects
}

/// Asserts that a second run writes nothing.
async fn assert_settled<T>(buckets: &Buckets, run: impl Future<Output = T>) -> T {
    let before = list_all(&buckets.lake, "", Depth::All).await.unwrap();
    buckets.server.take_calls();
    let outcome = run.await;
    let calls = buckets.server.take_calls();
    let effects: Vec<&Call> = calls.iter().filter(|call| call.operation.is_effect()).collect();
    assert_eq!(effects, Vec::<&Call>::new(), "the second run wrote");
    assert_eq!(list_all(&buckets.lake, "", Depth::All).await.unwrap(), before);
    assert_eq!(buckets.server.uploads_in_progress("lake"), 0);
    outcome
}

/// Runs a day over a server with faults, and in memory, and compares.
async fn compare_days(fault: impl Fn(&Call, u64) -> Option<Fault> + Send + Sync + 'static) {
    let buckets = Buckets::with(&BucketOptions::default(), 50);
    made_day::fill(&buckets.source).await;
    buckets.server.fault(fault);
    made_day::compare(&buckets.source, &buckets.lake).await;
    assert_settled(&buckets, made_day::again(&buckets.source, &buckets.lake)).await;
}

/// Runs three days and their month over a server with faults, and in memory, and compares the months.
async fn compare_months(fault: impl Fn(&Call, u64) -> Option<Fault> + Send + Sync + 'static) {
    let days = ["2026-11-20", "2026-11-21", "2026-11-22"].map(|day| day.parse().unwrap());
    let (buckets, lake, source) = twice(&days).await;
    let source: Arc<dyn Store> = Arc::new(source);
    buckets.server.fault(fault);

    for day in days {
        committed(run_day(&buckets.source, &buckets.lake, day, Request::default()).await.unwrap());
        committed(run_day(&source, &lake, day, Request::default()).await.unwrap());
    }
    let Outcome::Committed(over_s3) = run_month(&buckets.lake).await else { panic!("not committed") };
    let Outcome::Committed(in_memory) = run_month(&lake).await else { panic!("not committed") };
    assert_eq!(over_s3.totals, in_memory.totals);
    assert_eq!(over_s3.parts, in_memory.parts);
    assert!(over_s3.parts.len() > 1, "{over_s3:?}");

    let month = Partition::month(Table::CloudTrail, november());
    assert_eq!(objects(&buckets.lake, month).await, objects(&lake, month).await);
    let found = monthly_aggregator::verify(buckets.lake.clone(), month).await.unwrap();
    assert_eq!((found.records, found.problems), (over_s3.totals.records_out, vec![]));
    let (mut given_back, mut expected) = (Vec::new(), Vec::new());
    monthly_aggregator::export(buckets.lake.clone(), Table::CloudTrail, november(), &mut given_back)
        .await
        .unwrap();
    monthly_aggregator::export(lake, Table::CloudTrail, november(), &mut expected).await.unwrap();
    assert!(given_back == expected && !expected.is_empty(), "the way back differs");
    let again = assert_settled(&buckets, run_month(&buckets.lake)).await;
    assert!(matches!(again, Outcome::UpToDate));
}

/// One request in five has a fault, of each kind in turn.
fn every_fifth(call: &Call, number: u64) -> Option<Fault> {
    let faults = [
        Fault::Fail(503, "SlowDown"),
        Fault::ReplyLost,
        Fault::Reset,
        Fault::DoneThenFail(500, "InternalError"),
        Fault::ShortBody,
    ];
    let at = usize::try_from(number / 5).unwrap() % faults.len();
    // an upload whose response was lost is left behind until the next sweep
    let lost = call.operation == Operation::CreateUpload;
    (number % 5 == 4).then(|| if lost { Fault::Reset } else { faults[at] })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_over_s3_is_the_day_in_memory() {
    compare_days(|_, _| None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_over_an_s3_that_fails_is_the_day_in_memory() {
    compare_days(every_fifth).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_over_s3_is_the_month_in_memory() {
    compare_months(|_, _| None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_over_an_s3_that_fails_is_the_month_in_memory() {
    compare_months(every_fifth).await;
}
