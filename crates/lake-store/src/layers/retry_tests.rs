use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use super::*;
use crate::testing::batches::Batched;
use crate::{DiskStore, Limit, MemoryStore, Meter, conformance};

/// The result of one call.
#[derive(Debug, Clone, Copy)]
enum Fault {
    /// Fails without being carried out.
    Before(ErrorKind),
    /// Is carried out, and its response is lost.
    After(ErrorKind),
}

use ErrorKind::{Denied, Transient};
use Fault::{After, Before};

/// Faults in the order of calls, none after the last; and the number of calls.
#[derive(Debug, Clone, Default)]
struct Script(Arc<Mutex<(VecDeque<Fault>, u32)>>);

impl Script {
    /// Carries out a call by the script.
    async fn run<T>(&self, call: impl Future<Output = Result<T>>) -> Result<T> {
        let fault = {
            let mut script = self.0.lock().unwrap();
            script.1 += 1;
            script.0.pop_front()
        };
        let failed = |kind| Err(StoreError::new(kind, "call", "the script").because("scripted"));
        match fault {
            None => call.await,
            Some(Before(kind)) => failed(kind),
            Some(After(kind)) => call.await.and_then(|_| failed(kind)),
        }
    }

    fn plan(&self, faults: &[Fault]) {
        *self.0.lock().unwrap() = (faults.iter().copied().collect(), 0);
    }

    fn calls(&self) -> u32 {
        self.0.lock().unwrap().1
    }
}

#[derive(Debug, Clone, Default)]
struct Scripted {
    inner: MemoryStore,
    script: Script,
}

#[async_trait]
impl Store for Scripted {
    async fn list(&self, prefix: &str, depth: Depth, page: Option<&str>) -> Result<Page> {
        self.script.run(self.inner.list(prefix, depth, page)).await
    }
    async fn get(&self, key: &str, etag: Option<&str>) -> Result<Bytes> {
        self.script.run(self.inner.get(key, etag)).await
    }
    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes> {
        self.script.run(self.inner.get_range(key, range)).await
    }
    async fn get_described(&self, key: &str) -> Result<Described> {
        self.script.run(self.inner.get_described(key)).await
    }
    async fn create_new(&self, key: &str, body: Bytes) -> Result<Created> {
        self.script.run(self.inner.create_new(key, body)).await
    }
    async fn stage(&self, key: &str) -> Result<Box<dyn StagedUpload>> {
        let inner = self.script.run(self.inner.stage(key)).await?;
        Ok(Box::new(ScriptedUpload { inner, script: self.script.clone() }))
    }
    async fn abandon_staged(&self, prefix: &str) -> Result<u64> {
        self.script.run(self.inner.abandon_staged(prefix)).await
    }
    async fn delete(&self, key: &str) -> Result<()> {
        self.script.run(self.inner.delete(key)).await
    }
}

#[derive(Debug)]
struct ScriptedUpload {
    inner: Box<dyn StagedUpload>,
    script: Script,
}

#[async_trait]
impl StagedUpload for ScriptedUpload {
    async fn write(&mut self, chunk: Bytes) -> Result<()> {
        self.script.run(self.inner.write(chunk)).await
    }
    async fn seal(&mut self) -> Result<()> {
        self.script.run(self.inner.seal()).await
    }
    async fn publish(&mut self) -> Result<()> {
        self.script.run(self.inner.publish()).await
    }
    async fn abort(&mut self) -> Result<()> {
        self.script.run(self.inner.abort()).await
    }
}

fn scripted() -> (Script, MemoryStore, Retry<Scripted>) {
    let store = Scripted::default();
    (store.script.clone(), store.inner.clone(), Retry::new(store))
}

#[tokio::test]
async fn a_store_behind_every_layer_conforms() {
    let meter = Meter::new(MemoryStore::new());
    let counters = meter.counters();
    conformance::suite(Arc::new(Retry::new(Limit::new(meter, 4)))).await;
    assert!(counters.usage().create_new.calls > 2_000);
}

#[tokio::test]
async fn a_folder_behind_every_layer_is_read_as_a_folder_is() {
    let folder = tempfile::tempdir().unwrap();
    let disk = DiskStore::open(folder.path()).unwrap();
    for key in ["a", "b"] {
        disk.create_new(key, key.into()).await.unwrap();
    }
    let meter = Meter::new(disk.clone());
    let counters = meter.counters();
    let store: Arc<dyn Store> = Arc::new(Retry::new(Limit::new(meter, 100)));
    assert!(disk.gets_per_call() > 1 && disk.calls_at_once() < 100);
    assert_eq!(store.gets_per_call(), disk.gets_per_call());
    assert_eq!(store.calls_at_once(), disk.calls_at_once());
    let objects = store.list("", Depth::All, None).await.unwrap().objects;
    let read = store.get_many(objects).await;
    let read: Vec<&Bytes> = read.iter().map(|(_, body)| body.as_ref().unwrap()).collect();
    assert_eq!(read, ["a", "b"]);
    assert_eq!((counters.usage().get.calls, counters.usage().get.bytes), (2, 2));
}

#[tokio::test]
async fn it_reads_many_objects_by_as_many_calls_as_the_store_wants() {
    let batched = Batched::default();
    let store = Retry::new(batched.clone());
    assert_eq!(store.calls_at_once(), Batched::CALLS_AT_ONCE);
    assert_eq!(store.gets_per_call(), Batched::GETS_PER_CALL);
    crate::testing::batches::read(&store, &["a", "not found", "b"]).await;
    assert_eq!(batched.calls(), [["a", "not found", "b"]]);
}

#[tokio::test(start_paused = true)]
async fn every_operation_is_tried_again() {
    let (script, memory, store) = scripted();
    let faults = [Before(Transient), Before(Transient)];
    macro_rules! tried_three_times {
        ($call:expr) => {{
            script.plan(&faults);
            let result = $call.await.unwrap();
            assert_eq!(script.calls(), 3, stringify!($call));
            result
        }};
    }
    assert_eq!(tried_three_times!(store.create_new("a", "body".into())), Created::Yes);
    assert_eq!(tried_three_times!(store.list("", Depth::All, None)).objects.len(), 1);
    assert_eq!(tried_three_times!(store.get("a", None)), "body");
    assert_eq!(tried_three_times!(store.get_range("a", 1..3)), "od");
    assert_eq!(tried_three_times!(store.get_described("a")).body, "body");
    tried_three_times!(store.delete("a"));
    let mut upload = tried_three_times!(store.stage("b"));
    tried_three_times!(upload.write("one ".into()));
    tried_three_times!(upload.write("two".into()));
    tried_three_times!(upload.seal());
    tried_three_times!(upload.publish());
    assert_eq!(memory.get("b", None).await.unwrap(), "one two");
    let mut upload = tried_three_times!(store.stage("c"));
    tried_three_times!(upload.abort());
    let _upload = tried_three_times!(store.stage("c"));
    assert_eq!(tried_three_times!(store.abandon_staged("")), 1);
}

#[tokio::test(start_paused = true)]
async fn of_many_objects_only_those_that_failed_are_read_again() {
    let (script, memory, store) = scripted();
    for key in ["a", "b", "c"] {
        memory.create_new(key, key.into()).await.unwrap();
    }
    let objects = memory.list("", Depth::All, None).await.unwrap().objects;
    // all three in turn, of which two fail; then one of them again
    script.plan(&[Before(Transient), Before(Denied)]);
    let bodies = store.get_many(objects).await;
    assert_eq!(script.calls(), 4);
    assert_eq!(bodies[0].1.as_ref().unwrap(), "a");
    assert_eq!(bodies[1].1.as_ref().unwrap_err().kind, Denied);
    assert_eq!(bodies[2].1.as_ref().unwrap(), "c");
}

#[tokio::test(start_paused = true)]
async fn it_stops_after_the_maximum_of_tries() {
    let (script, _, store) = scripted();
    let store = store.max_attempts(3);
    script.plan(&[Before(Transient); 9]);
    let error = store.get("a", None).await.unwrap_err();
    assert_eq!(script.calls(), 3);
    assert_eq!(error.kind, Transient);
    assert_eq!(
        chain(&error),
        ["cannot call the script: temporary failure, retry later", "gave up after 3 tries", "scripted"]
    );
    script.plan(&[Before(Transient); 2]);
    assert_eq!(store.get("a", None).await.unwrap_err().kind, ErrorKind::NotFound);
    assert_eq!(script.calls(), 3, "the last try is the third");
}

#[tokio::test(start_paused = true)]
async fn throttled_calls_are_tried_until_the_deadline() {
    let (script, _, store) = scripted();
    let mut faults = vec![Before(ErrorKind::Throttled); 30];
    faults.extend([Before(Transient); 7]);
    script.plan(&faults);
    let patient = store.clone().deadline(Duration::from_secs(300));
    assert_eq!(patient.get("a", None).await.unwrap_err().kind, ErrorKind::NotFound);
    assert_eq!(script.calls(), 38, "seven other failures are not too many");

    script.plan(&[Before(ErrorKind::Throttled); 10_000]);
    let started = Instant::now();
    let error = store.get("a", None).await.unwrap_err();
    assert_eq!(chain(&error)[0], "cannot call the script: throttled by the store, retry later");
    assert!(started.elapsed() < Duration::from_secs(60));
    assert!((15..=60).contains(&script.calls()), "{} tries in a minute", script.calls());
}

#[tokio::test(start_paused = true)]
async fn one_try_is_no_retry() {
    for tries in [0, 1] {
        let (script, _, store) = scripted();
        script.plan(&[Before(Transient)]);
        let error = store.max_attempts(tries).get("a", None).await.unwrap_err();
        assert_eq!(script.calls(), 1);
        assert_eq!(chain(&error), ["cannot call the script: temporary failure, retry later", "scripted"]);
    }
}

#[tokio::test(start_paused = true)]
async fn it_stops_at_the_deadline() {
    let second = Duration::from_secs(1);
    let (script, _, store) = scripted();
    let store = store.max_attempts(u32::MAX).deadline(60 * second).pauses(second, second);
    script.plan(&[Before(Transient); 10_000]);
    let started = Instant::now();
    store.get("a", None).await.unwrap_err();
    let took = started.elapsed();
    assert!(took < 60 * second && took > 58 * second, "{took:?}");
    // the mean of 0 to 1 s
    assert!((80..=180).contains(&script.calls()), "{} tries in a minute", script.calls());
}

#[tokio::test(start_paused = true)]
async fn time_that_a_try_takes_counts() {
    let (script, ..) = scripted();
    script.plan(&[Before(Transient); 9]);
    let policy = Retry::new(()).deadline(Duration::from_secs(150)).policy;
    let call = async || -> Result<()> {
        retry!(policy, async {
            tokio::time::sleep(Duration::from_secs(60)).await;
            script.run(async { Ok(()) }).await
        })
    };
    call().await.unwrap_err();
    assert_eq!(script.calls(), 3, "tries that start within 150 s");
}

#[tokio::test(start_paused = true)]
async fn pauses_double_up_to_the_longest_and_are_random() {
    let policy = Retry::new(()).pauses(Duration::from_millis(10), Duration::from_millis(35)).policy;
    for (failed, bound) in [(1, 10), (2, 20), (3, 35), (4, 35), (u32::MAX, 35)] {
        let pauses: Vec<Duration> = (0..2_000).map(|_| policy.pause(failed)).collect();
        let bound = Duration::from_millis(bound);
        let longest = pauses.iter().max().unwrap();
        assert!(*longest < bound && *longest > bound.mul_f64(0.9), "{longest:?} after {failed}");
        assert!(*pauses.iter().min().unwrap() < bound.mul_f64(0.1), "full jitter after {failed}");
    }
}

#[tokio::test(start_paused = true)]
async fn other_errors_are_not_tried_again() {
    for kind in [Denied, ErrorKind::Permanent, ErrorKind::NotFound, ErrorKind::Changed] {
        let (script, _, store) = scripted();
        script.plan(&[Before(kind)]);
        let started = Instant::now();
        assert_eq!(store.get("a", None).await.unwrap_err().kind, kind);
        assert_eq!((script.calls(), started.elapsed()), (1, Duration::ZERO));
        script.plan(&[Before(Transient), Before(kind)]);
        assert_eq!(store.get("a", None).await.unwrap_err().kind, kind);
        assert_eq!(script.calls(), 2, "not after a transient error either");
    }
}

#[tokio::test(start_paused = true)]
async fn a_creation_whose_reply_was_lost_exists() {
    let (script, memory, store) = scripted();
    script.plan(&[After(Transient)]);
    assert_eq!(store.create_new("a", "mine".into()).await.unwrap(), Created::Exists);
    assert_eq!(script.calls(), 2);
    assert_eq!(memory.get("a", None).await.unwrap(), "mine", "read back, it is our own");
}

#[tokio::test(start_paused = true)]
async fn replies_lost_elsewhere_do_no_harm() {
    let (script, memory, store) = scripted();
    script.plan(&[After(Transient)]);
    let mut upload = store.stage("a").await.unwrap();
    assert_eq!(memory.staged_count(), 2, "the first upload is left behind");
    upload.write("body".into()).await.unwrap();
    for _ in 0..2 {
        script.plan(&[After(Transient)]);
        upload.seal().await.unwrap();
    }
    script.plan(&[After(Transient)]);
    upload.publish().await.unwrap();
    assert_eq!(script.calls(), 2);
    assert_eq!(memory.get("a", None).await.unwrap(), "body");
    script.plan(&[After(Transient)]);
    store.delete("a").await.unwrap();
    script.plan(&[After(Transient)]);
    assert_eq!(store.abandon_staged("").await.unwrap(), 0, "the count may be too low");
    assert_eq!(memory.staged_count(), 0);
}

fn chain(error: &StoreError) -> Vec<String> {
    let below = std::iter::successors(Error::source(error), |&below| Error::source(below));
    std::iter::once(error.to_string()).chain(below.map(ToString::to_string)).collect()
}
