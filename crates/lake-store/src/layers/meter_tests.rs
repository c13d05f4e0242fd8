use super::*;
use crate::testing::batches::{Batched, read};
use crate::{ErrorKind, MemoryStore, StoreError};

fn counts(usage: CallUsage) -> (u64, u64, u64) {
    (usage.calls, usage.errors, usage.bytes)
}

#[tokio::test(start_paused = true)]
async fn it_counts_every_operation_behind_a_dyn_store() {
    let meter = Meter::new(MemoryStore::new());
    assert_eq!(meter.usage(), Usage::default());
    let counters = meter.counters();
    let store: Arc<dyn Store> = Arc::new(meter);

    store.create_new("a", "12345".into()).await.unwrap();
    store.create_new("a", "1234567".into()).await.unwrap();
    store.get("a", None).await.unwrap();
    store.get("a", Some("other")).await.unwrap_err();
    store.get("missing", None).await.unwrap_err();
    store.get_range("a", 1..3).await.unwrap();
    store.get_described("a").await.unwrap();
    store.list("", Depth::All, None).await.unwrap();
    store.list("", Depth::All, Some("?")).await.unwrap_err();
    let mut upload = store.stage("b").await.unwrap();
    upload.publish().await.unwrap_err();
    upload.write("123".into()).await.unwrap();
    upload.write("4567".into()).await.unwrap();
    upload.seal().await.unwrap();
    upload.write("89".into()).await.unwrap_err();
    upload.publish().await.unwrap();
    upload.publish().await.unwrap();
    upload.abort().await.unwrap();
    store.abandon_staged("").await.unwrap();
    store.delete("a").await.unwrap();

    let usage = counters.usage();
    assert_eq!(counts(usage.create_new), (2, 0, 5), "what exists is not sent");
    assert_eq!(counts(usage.get), (4, 2, 10));
    assert_eq!(counts(usage.get_range), (1, 0, 2));
    assert_eq!(counts(usage.list), (2, 1, 0));
    assert_eq!(counts(usage.stage), (1, 0, 0));
    assert_eq!(counts(usage.write), (3, 1, 7));
    assert_eq!(counts(usage.seal), (1, 0, 0));
    assert_eq!(counts(usage.publish), (3, 1, 0));
    assert_eq!(counts(usage.abort), (1, 0, 0));
    assert_eq!(counts(usage.abandon_staged), (1, 0, 0));
    assert_eq!(counts(usage.delete), (1, 0, 0));
    assert_eq!(usage.get.time, Duration::ZERO, "the clock stands still");
}

#[tokio::test(start_paused = true)]
async fn it_adds_up_the_time_of_calls_side_by_side() {
    let counters = Counters::default();
    let call = |milliseconds, result: Result<()>| {
        let waiting = async move {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
            result
        };
        counters.count(|usage| &mut usage.delete, none, waiting)
    };
    let denied = Err(StoreError::new(ErrorKind::Denied, "delete", "a"));
    let (done, failed) = futures::join!(call(30, Ok(())), call(70, denied));
    assert!(done.is_ok() && failed.is_err());
    let expected = CallUsage { calls: 2, errors: 1, bytes: 0, time: Duration::from_millis(100) };
    assert_eq!(counters.usage(), Usage { delete: expected, ..Usage::default() });
}

#[tokio::test(start_paused = true)]
async fn objects_read_by_one_call_are_a_get_each() {
    let batched = Batched::default();
    let meter = Meter::new(batched.clone());
    assert_eq!(meter.calls_at_once(), Batched::CALLS_AT_ONCE);
    assert_eq!(meter.gets_per_call(), Batched::GETS_PER_CALL);
    let found = read(&meter, &["a", "not found", "three"]).await;
    let expected = [("a", Ok("a")), ("not found", Err(ErrorKind::NotFound)), ("three", Ok("three"))];
    assert_eq!(found, expected.map(|(key, body)| (key.to_owned(), body.map(Bytes::from))));
    assert_eq!(batched.calls(), [["a", "not found", "three"]], "one call");
    let get = CallUsage { calls: 3, errors: 1, bytes: 6, time: Batched::TIME };
    assert_eq!(meter.usage(), Usage { get, ..Usage::default() });
}
