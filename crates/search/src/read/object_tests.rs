use lake_store::{MemoryStore, Meter};

use super::*;

const BYTES: u64 = 2 << 20;

async fn opened() -> (ParquetObject, lake_store::Counters, Bytes) {
    let body: Bytes = (0..BYTES).map(|at| u8::try_from(at % 251).unwrap()).collect::<Vec<_>>().into();
    let store = MemoryStore::new();
    store.create_new("part", body.clone()).await.unwrap();
    let metered = Meter::new(store);
    let counters = metered.counters();
    (ParquetObject::open(Arc::new(metered), "part", BYTES).await.unwrap(), counters, body)
}

#[tokio::test]
async fn ranges_that_are_near_are_one_request() {
    let (object, counters, body) = opened().await;
    assert_eq!(counters.usage().get_range.calls, 1, "the tail");
    let ranges = [10..20, 25..30, 20 + NEAR..25 + NEAR, 900_000..900_001, 900_001..900_001];
    let read = object.ranges(&ranges).await.unwrap();
    for (range, bytes) in ranges.iter().zip(&read) {
        let range = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
        assert_eq!(bytes, &body[range.clone()], "{range:?}");
    }
    assert_eq!(counters.usage().get_range.calls, 3);
    assert_eq!(counters.usage().get_range.bytes, TAIL_BYTES + 15 + NEAR + 1);
}

#[tokio::test]
async fn the_tail_is_read_once() {
    let (object, counters, body) = opened().await;
    let read = object.ranges(&[BYTES - 5..BYTES, BYTES - TAIL_BYTES..BYTES - TAIL_BYTES + 1]).await.unwrap();
    assert_eq!((&read[0][..], read[1].len()), (&body[body.len() - 5..], 1));
    assert_eq!(counters.usage().get_range.calls, 1);
    let before = BYTES - TAIL_BYTES - 1;
    let read = object.ranges(std::slice::from_ref(&(before..BYTES))).await.unwrap();
    assert_eq!(read[0].len() as u64, TAIL_BYTES + 1);
}

#[tokio::test]
async fn a_file_that_is_shorter_than_its_commit_says_is_an_error() {
    let store = MemoryStore::new();
    store.create_new("part", "short".into()).await.unwrap();
    let error = ParquetObject::open(Arc::new(store), "part", 6).await.unwrap_err();
    assert!(error.to_string().contains("6 bytes wanted, 5 there"), "{error}");
}
