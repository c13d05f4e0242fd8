//! A generated day of log files: brought into a lake in any store, and compared with the same in memory. The example
//! `conformance` uses it, too.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use cloudtrail_corpus::{OrganizationConfig, day_objects};
use cloudtrail_model::{Day, Table};
use daily_aggregator::{DailyAggregator, Options, Request, Source, verify};
use lake::{Outcome, Partition};
use lake_store::{Depth, MemoryStore, Store, list_all};
use testkit::{STAMP, part_lines};

fn day() -> Day {
    "2026-11-22".parse().unwrap()
}

fn partition() -> Partition {
    Partition::day(Table::CloudTrail, day())
}

/// Puts the log files of the day into a source.
pub(crate) async fn fill(source: &Arc<dyn Store>) {
    let organization =
        OrganizationConfig { files: 120, records: 900, broken_files: 2, ..OrganizationConfig::article_day() };
    for object in day_objects(&organization, day()) {
        source.create_new(&object.key, Bytes::from(object.body)).await.unwrap();
    }
}

async fn run(source: &Arc<dyn Store>, lake: &Arc<dyn Store>) -> Outcome {
    let aggregator = DailyAggregator {
        source: Source::survey(source.clone(), "").await.unwrap(),
        lake: lake.clone(),
        options: Options { block_bytes: 20_000, part_raw_bytes: 300_000, threads: 2, ..Options::default() },
        proving: None,
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

/// Runs the daily stage over a filled source and an empty lake, and in memory, and compares. Returns the records written.
pub(crate) async fn compare(source: &Arc<dyn Store>, lake: &Arc<dyn Store>) -> u64 {
    let memory: [Arc<dyn Store>; 2] = [Arc::new(MemoryStore::new()), Arc::new(MemoryStore::new())];
    fill(&memory[0]).await;
    let Outcome::Committed(there) = run(source, lake).await else { panic!("not committed") };
    let Outcome::Committed(in_memory) = run(&memory[0], &memory[1]).await else { panic!("not committed") };
    assert_eq!(there.totals, in_memory.totals);
    assert_eq!(there.parts, in_memory.parts);
    assert!(there.parts.len() > 1 && there.totals.files_quarantined == 2, "{there:?}");

    let written = parts(lake).await;
    assert_eq!(written, parts(&memory[1]).await);
    assert_eq!(written.values().map(Vec::len).sum::<usize>() as u64, there.totals.records_out);
    assert_eq!(verify(lake.clone(), partition(), 4).await.unwrap().problems, vec![]);
    there.totals.records_out
}

/// Runs it again, which finds nothing to do and does not change the lake.
pub(crate) async fn again(source: &Arc<dyn Store>, lake: &Arc<dyn Store>) {
    let before = list_all(lake, "", Depth::All).await.unwrap();
    assert_eq!(run(source, lake).await, Outcome::UpToDate, "the second run found work");
    assert_eq!(list_all(lake, "", Depth::All).await.unwrap(), before, "the second run wrote");
}
