use std::sync::Arc;

use cloudtrail_model::Table;
use lake_store::{MemoryStore, Store};

use super::*;
use crate::testing::attempts::{STAMP, day};
use crate::{Journal, Partition, PartitionState};

async fn attempt(store: &MemoryStore) -> Attempt {
    let lake: Arc<dyn Store> = Arc::new(store.clone());
    let partition = Partition::day(Table::CloudTrail, "2026-11-22".parse().unwrap());
    let journal = Journal::new(lake.clone(), partition);
    Attempt::begin(lake, journal, &PartitionState::default(), STAMP).await.unwrap().unwrap()
}

/// Midnight of the day, in microseconds.
const MIDNIGHT: i64 = 1_795_305_600_000_000;

fn records(records: u64, account: &str, seconds: i64) -> WrittenRecords {
    let mut event_days = EventDays::default();
    (0..records).for_each(|_| event_days.add(day(), Some(MIDNIGHT + seconds * 1_000_000)));
    let columns = [("eventTimestamp".to_owned(), ColumnCounts { values: records, nulls: 1 })].into();
    let accounts = Some(AccountRange::of(account));
    WrittenRecords { records, raw_bytes: 100 * records, event_days, accounts, columns }
}

#[tokio::test]
async fn a_part_is_hashed_and_counted_as_it_is_written() {
    let store = MemoryStore::new();
    let attempt = attempt(&store).await;
    let mut parts = PartSink::new(&attempt);
    assert!(parts.open_part(Lane::Main).is_none());
    parts.write(Lane::Main, Bytes::from_static(b"a"), WrittenRecords::default()).await.unwrap();
    parts.write(Lane::Main, Bytes::from_static(b"b"), records(2, "2", 20)).await.unwrap();
    parts.write(Lane::Main, Bytes::from_static(b"c"), records(1, "1", 10)).await.unwrap();
    assert_eq!(parts.open_part(Lane::Main).map(|part| (part.bytes(), part.written().records)), Some((3, 3)));
    parts.end_part(Lane::Main).await.unwrap();
    assert!(parts.open_part(Lane::Main).is_none());
    parts.end_part(Lane::Main).await.unwrap();
    parts.write(Lane::Main, Bytes::from_static(b"d"), WrittenRecords::default()).await.unwrap();
    parts.end_part(Lane::Main).await.unwrap();

    let sealed = parts.into_sealed();
    let parts: Vec<&Part> = sealed.iter().map(|sealed| &sealed.part).collect();
    assert_eq!(
        parts.iter().map(|part| &part.key).collect::<Vec<_>>(),
        [&attempt.part_key(0), &attempt.part_key(1)]
    );
    assert_eq!((parts[0].bytes, parts[0].raw_bytes, parts[0].records), (3, 300, 3));
    // as sha256sum has it
    assert_eq!(parts[0].sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    let mut both = records(2, "", 20).event_days;
    both.merge(records(1, "", 10).event_days);
    assert_eq!(parts[0].event_days, both);
    assert_eq!(parts[0].accounts, Some(AccountRange { first: "1".into(), last: "2".into() }));
    assert_eq!(parts[0].columns["eventTimestamp"], ColumnCounts { values: 3, nulls: 2 });
    assert_eq!((parts[1].bytes, parts[1].records, &parts[1].accounts), (1, 0, &None));
    assert_eq!(parts[1].event_days, EventDays::default());
}

#[tokio::test]
async fn an_off_day_part_may_be_written_while_another_is_open() {
    let store = MemoryStore::new();
    let attempt = attempt(&store).await;
    let mut parts = PartSink::new(&attempt);
    for (lane, text) in [(Lane::Main, "a"), (Lane::OffDay, "b"), (Lane::Main, "c")] {
        parts.write(lane, Bytes::from_static(text.as_bytes()), WrittenRecords::default()).await.unwrap();
    }
    parts.end_part(Lane::OffDay).await.unwrap();
    parts.end_part(Lane::Main).await.unwrap();
    parts.write(Lane::OffDay, Bytes::from_static(b"def"), WrittenRecords::default()).await.unwrap();
    parts.end_part(Lane::OffDay).await.unwrap();
    let sealed = parts.into_sealed().into_iter().map(|sealed| sealed.part);
    let described: Vec<_> = sealed.map(|part| (part.key, part.bytes, part.off_day)).collect();
    let expected = [(0, 2, false), (1, 1, true), (2, 3, true)];
    assert_eq!(described, expected.map(|(index, bytes, off_day)| (attempt.part_key(index), bytes, off_day)));
}

#[tokio::test]
async fn an_abort_throws_away_sealed_and_open_parts() {
    let store = MemoryStore::new();
    let attempt = attempt(&store).await;
    let mut parts = PartSink::new(&attempt);
    for _ in 0..2 {
        parts.write(Lane::Main, Bytes::from_static(b"a"), WrittenRecords::default()).await.unwrap();
        parts.end_part(Lane::Main).await.unwrap();
    }
    parts.write(Lane::Main, Bytes::from_static(b"a"), WrittenRecords::default()).await.unwrap();
    assert_eq!(store.staged_count(), 3);
    parts.abort().await;
    assert_eq!(store.staged_count(), 0);
}
