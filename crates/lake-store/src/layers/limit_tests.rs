use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;

use super::*;
use crate::MemoryStore;
use crate::testing::batches::{Batched, read};

/// Every call takes a second; records the highest number of calls at once.
#[derive(Debug, Clone, Default)]
struct Slow {
    inner: MemoryStore,
    gauge: Arc<Gauge>,
}

#[derive(Debug, Default)]
struct Gauge {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Gauge {
    async fn run<T>(&self, call: impl Future<Output = T>) -> T {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_secs(1)).await;
        let result = call.await;
        self.now.fetch_sub(1, Ordering::SeqCst);
        result
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods, reason = "a layer passes on every method, those with a default too")]
impl Store for Slow {
    async fn list(&self, prefix: &str, depth: Depth, page: Option<&str>) -> Result<Page> {
        self.gauge.run(self.inner.list(prefix, depth, page)).await
    }
    async fn get(&self, key: &str, etag: Option<&str>) -> Result<Bytes> {
        self.gauge.run(self.inner.get(key, etag)).await
    }
    fn calls_at_once(&self) -> usize {
        self.inner.calls_at_once()
    }
    fn gets_per_call(&self) -> usize {
        self.inner.gets_per_call()
    }
    async fn get_many(&self, objects: Vec<ObjectMeta>) -> Vec<(ObjectMeta, Result<Bytes>)> {
        self.gauge.run(self.inner.get_many(objects)).await
    }
    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes> {
        self.gauge.run(self.inner.get_range(key, range)).await
    }
    async fn get_described(&self, key: &str) -> Result<Described> {
        self.gauge.run(self.inner.get_described(key)).await
    }
    async fn create_new(&self, key: &str, body: Bytes) -> Result<Created> {
        self.gauge.run(self.inner.create_new(key, body)).await
    }
    async fn stage(&self, key: &str) -> Result<Box<dyn StagedUpload>> {
        let inner = self.gauge.run(self.inner.stage(key)).await?;
        Ok(Box::new(SlowUpload { inner, gauge: self.gauge.clone() }))
    }
    async fn abandon_staged(&self, prefix: &str) -> Result<u64> {
        self.gauge.run(self.inner.abandon_staged(prefix)).await
    }
    async fn delete(&self, key: &str) -> Result<()> {
        self.gauge.run(self.inner.delete(key)).await
    }
}

#[derive(Debug)]
struct SlowUpload {
    inner: Box<dyn StagedUpload>,
    gauge: Arc<Gauge>,
}

#[async_trait]
#[deny(clippy::missing_trait_methods, reason = "a layer passes on every method, those with a default too")]
impl StagedUpload for SlowUpload {
    async fn write(&mut self, chunk: Bytes) -> Result<()> {
        self.gauge.run(self.inner.write(chunk)).await
    }
    async fn seal(&mut self) -> Result<()> {
        self.gauge.run(self.inner.seal()).await
    }
    async fn publish(&mut self) -> Result<()> {
        self.gauge.run(self.inner.publish()).await
    }
    async fn abort(&mut self) -> Result<()> {
        self.gauge.run(self.inner.abort()).await
    }
}

/// Calls each operation.
async fn everything(store: Limit<Slow>, key: String) {
    store.create_new(&key, "body".into()).await.unwrap();
    store.get(&key, None).await.unwrap();
    store.get_range(&key, 0..1).await.unwrap();
    store.get_described(&key).await.unwrap();
    store.list(&key, Depth::All, None).await.unwrap();
    store.delete(&key).await.unwrap();
    store.abandon_staged(&key).await.unwrap();
    for publish in [true, false] {
        let mut upload = store.stage(&key).await.unwrap();
        upload.write("body".into()).await.unwrap();
        upload.seal().await.unwrap();
        if publish { upload.publish().await.unwrap() } else { upload.abort().await.unwrap() }
    }
}

#[tokio::test(start_paused = true)]
async fn calls_in_progress_never_exceed_the_limit() {
    for (limit, most) in [(0, 1), (1, 1), (3, 3), (100, 12)] {
        let slow = Slow::default();
        let store = Limit::new(slow.clone(), limit);
        let mut tasks = JoinSet::new();
        for number in 0..12 {
            tasks.spawn(everything(store.clone(), format!("key-{number:02}")));
        }
        let started = tokio::time::Instant::now();
        tasks.join_all().await;
        assert_eq!(slow.gauge.most.load(Ordering::SeqCst), most, "calls at once with a limit of {limit}");
        // 15 calls of a second by each of 12 tasks
        assert_eq!(started.elapsed().as_secs(), 15 * 12 / most as u64, "seconds with a limit of {limit}");
    }
}

/// Each operation by itself waits for a permit.
#[tokio::test(start_paused = true)]
async fn every_operation_takes_a_permit() {
    let store = Limit::new(MemoryStore::new(), 1);
    let mut upload = store.stage("staged").await.unwrap();
    let limit = store.limit.clone();
    let held = limit.acquire().await;
    macro_rules! waits {
        ($call:expr) => {
            let waited = tokio::time::timeout(Duration::from_secs(9), $call).await;
            assert!(waited.is_err(), concat!(stringify!($call), " did not wait"));
        };
    }
    waits!(store.list("", Depth::All, None));
    waits!(store.get("a", None));
    waits!(store.get_many(Vec::new()));
    waits!(store.get_range("a", 0..1));
    waits!(store.get_described("a"));
    waits!(store.create_new("a", Bytes::new()));
    waits!(store.stage("a"));
    waits!(store.abandon_staged(""));
    waits!(store.delete("a"));
    waits!(upload.write(Bytes::new()));
    waits!(upload.seal());
    waits!(upload.publish());
    waits!(upload.abort());
    drop(held);
    upload.seal().await.unwrap();
    upload.publish().await.unwrap();
}

#[tokio::test]
async fn a_call_that_fails_or_is_dropped_releases_its_permit() {
    let store = Limit::new(MemoryStore::new(), 1);
    store.get("missing", None).await.unwrap_err();
    drop(store.get("missing", None));
    let upload = store.stage("a").await.unwrap();
    let permit = tokio::time::timeout(Duration::from_secs(9), store.limit.acquire()).await;
    permit.expect("an open upload holds none");
    drop(upload);
}

/// Throttles calls above a number in progress at once, as a bucket under load does.
#[derive(Debug, Clone)]
struct Overloaded {
    slow: Slow,
    serves: usize,
    refused: Arc<AtomicUsize>,
}

#[async_trait]
impl Store for Overloaded {
    async fn get(&self, key: &str, etag: Option<&str>) -> Result<Bytes> {
        if self.slow.gauge.now.load(Ordering::SeqCst) >= self.serves {
            self.refused.fetch_add(1, Ordering::SeqCst);
            return Err(crate::StoreError::new(ErrorKind::Throttled, "read", key));
        }
        self.slow.get(key, etag).await
    }
    async fn list(&self, _: &str, _: Depth, _: Option<&str>) -> Result<Page> {
        unreachable!()
    }
    async fn get_range(&self, _: &str, _: Range<u64>) -> Result<Bytes> {
        unreachable!()
    }
    async fn create_new(&self, _: &str, _: Bytes) -> Result<Created> {
        unreachable!()
    }
    async fn stage(&self, _: &str) -> Result<Box<dyn StagedUpload>> {
        unreachable!()
    }
    async fn abandon_staged(&self, _: &str) -> Result<u64> {
        unreachable!()
    }
    async fn delete(&self, _: &str) -> Result<()> {
        unreachable!()
    }
}

#[tokio::test(start_paused = true)]
async fn the_limit_adapts_to_what_the_store_serves() {
    let overloaded = Overloaded { slow: Slow::default(), serves: 20, refused: Arc::default() };
    overloaded.slow.inner.create_new("key", "body".into()).await.unwrap();
    let limit = Limit::new(overloaded.clone(), 200);
    let store = crate::Retry::new(limit.clone());
    let mut tasks = JoinSet::new();
    for _ in 0..200 {
        let store = store.clone();
        tasks.spawn(async move {
            for _ in 0..20 {
                store.get("key", None).await.unwrap();
            }
        });
    }
    tasks.join_all().await;
    assert!((10..=22).contains(&limit.allowed()), "{} at once", limit.allowed());
    let refused = overloaded.refused.load(Ordering::SeqCst);
    assert!(refused < 4_000 / 4, "{refused} of 4000 calls refused");
}

#[tokio::test(start_paused = true)]
async fn objects_read_by_one_call_take_one_permit() {
    let batched = Batched::default();
    let store = Limit::new(batched.clone(), 1);
    assert_eq!(store.gets_per_call(), Batched::GETS_PER_CALL);
    let found = read(&store, &["a", "not found", "b"]).await;
    let expected = [("a", Ok("a")), ("not found", Err(ErrorKind::NotFound)), ("b", Ok("b"))];
    assert_eq!(found, expected.map(|(key, body)| (key.to_owned(), body.map(Bytes::from))));
    assert_eq!(batched.calls(), [["a", "not found", "b"]], "one call");
}

#[test]
fn calls_at_once_are_those_of_the_store_or_the_limit() {
    let calls_at_once = |bound| Limit::new(Batched::default(), bound).calls_at_once();
    assert_eq!([1, 2, 3, 4, 100].map(calls_at_once), [1, 2, 3, 3, 3]);
    assert_eq!(Limit::new(MemoryStore::new(), 200).calls_at_once(), 200);
}

#[tokio::test(start_paused = true)]
async fn one_throttled_object_of_many_lowers_the_limit() {
    let store = Limit::new(Batched::default(), 10);
    read(&store, &["a", "throttled", "b"]).await;
    assert_eq!((store.allowed(), store.calls_at_once()), (7, 3));
    for _ in 0..7 {
        read(&store, &["a", "not found"]).await;
    }
    assert_eq!(store.allowed(), 8, "successful calls raise it");
    for _ in 0..20 {
        read(&store, &["not found"]).await;
        read(&store, &[]).await;
    }
    assert_eq!(store.allowed(), 8, "other failures change nothing");
}
