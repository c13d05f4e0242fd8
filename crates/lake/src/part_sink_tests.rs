use std::sync::Arc;

use cloudtrail_model::Table;
use lake_store::{MemoryStore, Store};

use super::*;
use crate::testing::attempts::STAMP;
use crate::{Journal, Partition, PartitionState};

async fn attempt(store: &MemoryStore) -> Attempt {
    let lake: Arc<dyn Store> = Arc::new(store.clone());
    let partition = Partition::day(Table::CloudTrail, "2026-11-22".parse().unwrap());
    let journal = Journal::new(lake.clone(), partition);
    Attempt::begin(lake, journal, &PartitionState::default(), STAMP).await.unwrap().unwrap()
}

fn records(records: u64, time: &str) -> WrittenRecords {
    let mut event_times = EventTimes::default();
    event_times.add(Some(time));
    WrittenRecords { records, raw_bytes: 100 * records, event_times }
}

#[tokio::test]
async fn a_part_is_hashed_and_counted_as_it_is_written() {
    let store = MemoryStore::new();
    let attempt = attempt(&store).await;
    let mut parts = PartSink::new(&attempt);
    assert!(parts.open_part().is_none());
    parts.write(Bytes::from_static(b"a"), WrittenRecords::default()).await.unwrap();
    parts.write(Bytes::from_static(b"b"), records(2, "2026-11-22T10:00:20Z")).await.unwrap();
    parts.write(Bytes::from_static(b"c"), records(1, "2026-11-22T10:00:10Z")).await.unwrap();
    assert_eq!(parts.open_part().map(|part| (part.bytes(), part.written().records)), Some((3, 3)));
    parts.end_part().await.unwrap();
    assert!(parts.open_part().is_none());
    parts.end_part().await.unwrap();
    parts.write(Bytes::from_static(b"d"), WrittenRecords::default()).await.unwrap();
    parts.end_part().await.unwrap();

    let sealed = parts.into_sealed();
    let parts: Vec<&Part> = sealed.iter().map(|sealed| &sealed.part).collect();
    assert_eq!(
        parts.iter().map(|part| &part.key).collect::<Vec<_>>(),
        [&attempt.part_key(0), &attempt.part_key(1)]
    );
    assert_eq!((parts[0].bytes, parts[0].raw_bytes, parts[0].records), (3, 300, 3));
    // as sha256sum has it
    assert_eq!(parts[0].sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(parts[0].min_event_time.as_deref(), Some("2026-11-22T10:00:10Z"));
    assert_eq!(parts[0].max_event_time.as_deref(), Some("2026-11-22T10:00:20Z"));
    assert_eq!((parts[1].bytes, parts[1].records, &parts[1].min_event_time), (1, 0, &None));
}

#[tokio::test]
async fn an_abort_throws_away_sealed_and_open_parts() {
    let store = MemoryStore::new();
    let attempt = attempt(&store).await;
    let mut parts = PartSink::new(&attempt);
    for _ in 0..2 {
        parts.write(Bytes::from_static(b"a"), WrittenRecords::default()).await.unwrap();
        parts.end_part().await.unwrap();
    }
    parts.write(Bytes::from_static(b"a"), WrittenRecords::default()).await.unwrap();
    assert_eq!(store.staged_count(), 3);
    parts.abort().await;
    assert_eq!(store.staged_count(), 0);
}
