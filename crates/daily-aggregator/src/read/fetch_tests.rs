use super::*;
use crate::testing::world::{World, day, gzip, key, noise, put};
use async_trait::async_trait;
use block_deflate::Level;
use bytes::Bytes;
use lake_store::{Created, Depth, Described, ErrorKind, ObjectMeta, Page, StagedUpload};
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use testkit::{Call, Hook, Hooked, RandomDelays};
use testkit_stores::TestStore;

async fn start(world: &World, store: impl Store + 'static) -> FetchedFiles {
    let files = world.files().await.into_iter();
    fetch(
        Arc::new(store),
        day(),
        files,
        None,
        &world.options,
        &Cpu::new(world.options.threads, Level::default(), Arc::default()).unwrap(),
    )
}

async fn rest(mut fetched: FetchedFiles) -> Vec<Fetched> {
    let mut files = Vec::new();
    while let Some(file) = fetched.next().await {
        files.push(file.unwrap());
    }
    files
}

/// Counts gets, and the maximum of concurrent ones.
#[derive(Debug, Default)]
struct Gets {
    started: AtomicUsize,
    now: AtomicUsize,
    most: AtomicUsize,
}

#[async_trait]
impl Hook for Gets {
    async fn before(&self, _: Call, _: &str) -> lake_store::Result<()> {
        self.started.fetch_add(1, Ordering::SeqCst);
        self.most.fetch_max(self.now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(2)).await;
        Ok(())
    }
    async fn after(&self, _: Call, _: &str) -> lake_store::Result<()> {
        self.now.fetch_sub(1, Ordering::SeqCst);
        Ok(())
    }
}

#[tokio::test]
async fn files_come_in_the_given_order_however_long_each_takes() {
    let world = World::new();
    for file in 0..200 {
        world.deliver(&format!("{file:03}"), [file]).await;
    }
    let files =
        rest(start(&world, Hooked { store: world.source.clone(), hook: RandomDelays::new(3, 20) }).await)
            .await;
    let keys: Vec<&str> = files.iter().map(|file| &*file.file.object.key).collect();
    assert_eq!(keys.len(), 200);
    assert!(keys.is_sorted());
}

#[tokio::test]
async fn many_gets_are_in_progress_up_to_the_limit() {
    let mut world = World::new();
    for file in 0..60 {
        world.deliver(&format!("{file:03}"), [file]).await;
    }
    world.options.fetches = 8;
    let gets = Arc::new(Gets::default());
    let files = rest(start(&world, Hooked { store: world.source.clone(), hook: gets.clone() }).await).await;
    assert_eq!(files.len(), 60);
    assert_eq!(gets.most.load(Ordering::SeqCst), 8);
}

#[tokio::test]
async fn an_object_larger_than_a_log_file_may_be_is_not_read() {
    let mut world = World::new();
    world.deliver("a", [1]).await;
    put(&world.source, &key("b"), noise(1, 200_000)).await;
    world.deliver("c", [2]).await;
    world.options.limits.max_raw_bytes = 100_000;
    let gets = Arc::new(Gets::default());
    let files = rest(start(&world, Hooked { store: world.source.clone(), hook: gets.clone() }).await).await;
    let decoded: Vec<_> = files.iter().map(|file| file.decoded.as_ref().map_err(LeftOut::verdict)).collect();
    assert!(decoded[0].is_ok() && decoded[2].is_ok() && decoded.len() == 3);
    let Err(Verdict::Quarantined(Why { detail: refused, .. })) = &decoded[1] else { panic!("it was read") };
    assert!(refused.starts_with("the object has 200000 bytes, above the limit of 100000 "), "{refused}");
    assert_eq!(gets.started.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn no_more_bodies_are_fetched_than_there_is_memory_for() {
    let mut world = World::new();
    for file in 0..20 {
        put(&world.source, &key(&format!("{file:03}")), noise(file, 400)).await;
    }
    world.options.memory_bytes = 4 * 1_000;
    let gets = Arc::new(Gets::default());
    let fetched = start(&world, Hooked { store: world.source.clone(), hook: gets.clone() }).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(gets.started.load(Ordering::SeqCst), 2);
    assert_eq!(rest(fetched).await.len(), 20);
}

#[tokio::test]
async fn files_are_taken_only_as_they_are_fetched() {
    let mut world = World::new();
    for file in 0..100 {
        put(&world.source, &key(&format!("{file:03}")), noise(file, 400)).await;
    }
    world.options.memory_bytes = 4 * 1_000;
    let taken = Arc::new(AtomicUsize::new(0));
    let count = taken.clone();
    let files = world.files().await.into_iter().inspect(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
    });
    let cpu = Cpu::new(2, Level::default(), Arc::default()).unwrap();
    let fetched = fetch(Arc::new(world.source.clone()), day(), files, None, &world.options, &cpu);
    tokio::time::sleep(Duration::from_millis(100)).await;
    // two are in memory, one waits for memory, and one was looked at to see whether it fits
    assert!((2..=4).contains(&taken.load(Ordering::SeqCst)), "{taken:?}");
    assert_eq!(rest(fetched).await.len(), 100);
}

#[tokio::test]
async fn the_identity_of_a_file_comes_with_it() {
    let world = World::new();
    for above in ["z/", "ab/", ""] {
        put(&world.source, &format!("{above}{}", key(&format!("of {}", above.len()))), b"x".to_vec()).await;
    }
    for per_call in [1, 4] {
        let store: Arc<dyn Store> = match per_call {
            1 => Arc::new(world.source.clone()),
            _ => Arc::new(Together { inner: world.source.clone(), calls: Arc::default() }),
        };
        let cpu = Cpu::new(2, Level::default(), Arc::default()).unwrap();
        let fetched = fetch(store, day(), world.files().await.into_iter(), None, &world.options, &cpu);
        let files = rest(fetched).await;
        let ids = files.iter().map(|Fetched { file, .. }| (file.above(), file.identity(), file.account()));
        let identities = ["of 0", "of 2", "of 3"].map(key);
        let expected = ["", "z/", "ab/"].iter().zip(&identities);
        assert!(ids.eq(expected.map(|(above, identity)| (*above, identity.as_str(), "111122223333"))));
    }
}

#[tokio::test]
async fn a_text_larger_than_all_memory_is_decoded_by_itself() {
    let mut world = World::new();
    world.options.memory_bytes = 4 << 10;
    world.deliver("a", [1]).await;
    world.deliver("b", 0..500).await;
    world.deliver("c", [2]).await;
    let files = rest(start(&world, world.source.clone()).await).await;
    let counts: Vec<usize> =
        files.iter().map(|file| file.decoded.as_ref().unwrap().decoded.file.len()).collect();
    assert_eq!(counts, [1, 500, 1]);
}

#[tokio::test]
async fn a_text_larger_than_promised_is_decoded_again() {
    let world = World::new();
    let body = [gzip(br#"{"Records":[{},"#), gzip(b"{}]}")].concat();
    put(&world.source, &key("a"), body).await;
    let files = rest(start(&world, world.source.clone()).await).await;
    assert_eq!(files[0].decoded.as_ref().unwrap().decoded.file.len(), 2);
}

#[tokio::test]
async fn a_failed_get_ends_the_row_after_the_files_before_it() {
    let world = World::new();
    for name in ["a", "b", "c"] {
        world.deliver(name, [1]).await;
    }
    let mut fetched = {
        let files = world.files().await.into_iter();
        world.source.delete(&key("b")).await.unwrap();
        fetch(
            Arc::new(world.source.clone()),
            day(),
            files,
            None,
            &world.options,
            &Cpu::new(2, Level::default(), Arc::default()).unwrap(),
        )
    };
    assert_eq!(fetched.next().await.unwrap().unwrap().file.object.key, key("a"));
    let error = fetched.next().await.unwrap().err().unwrap();
    assert_eq!((error.kind, error.key), (ErrorKind::NotFound, key("b")));
    assert!(fetched.next().await.is_none());
}

/// A store that reads several objects by one call, like a disk, and counts calls.
#[derive(Debug)]
struct Together<S> {
    inner: S,
    calls: Arc<AtomicUsize>,
}

#[async_trait]
#[deny(clippy::missing_trait_methods, reason = "a layer passes on every method, those with a default too")]
impl<S: Store> Store for Together<S> {
    fn calls_at_once(&self) -> usize {
        self.inner.calls_at_once()
    }
    fn gets_per_call(&self) -> usize {
        4
    }
    async fn get_many(&self, objects: Vec<ObjectMeta>) -> Vec<(ObjectMeta, Result<Bytes, StoreError>)> {
        assert!((1..=4).contains(&objects.len()));
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.inner.get_many(objects).await
    }
    async fn get(&self, key: &str, etag: Option<&str>) -> lake_store::Result<Bytes> {
        self.inner.get(key, etag).await
    }
    async fn list(&self, prefix: &str, depth: Depth, page: Option<&str>) -> lake_store::Result<Page> {
        self.inner.list(prefix, depth, page).await
    }
    async fn get_range(&self, key: &str, range: Range<u64>) -> lake_store::Result<Bytes> {
        self.inner.get_range(key, range).await
    }
    async fn get_described(&self, key: &str) -> lake_store::Result<Described> {
        self.inner.get_described(key).await
    }
    async fn create_new(&self, key: &str, body: Bytes) -> lake_store::Result<Created> {
        self.inner.create_new(key, body).await
    }
    async fn stage(&self, key: &str) -> lake_store::Result<Box<dyn StagedUpload>> {
        self.inner.stage(key).await
    }
    async fn abandon_staged(&self, prefix: &str) -> lake_store::Result<u64> {
        self.inner.abandon_staged(prefix).await
    }
    async fn delete(&self, key: &str) -> lake_store::Result<()> {
        self.inner.delete(key).await
    }
}

#[tokio::test]
async fn files_read_together_come_out_one_by_one_in_order() {
    let mut world = World::new();
    for file in 0..41 {
        // some damaged, some with more text than fits next to others
        match file % 7 {
            3 => put(&world.source, &key(&format!("{file:03}")), b"no gzip".to_vec()).await,
            5 => world.deliver(&format!("{file:03}"), 0..300).await,
            _ => world.deliver(&format!("{file:03}"), [file]).await,
        };
    }
    /// The number of records of each file. Drops each before the next, since it holds memory.
    async fn records(mut fetched: FetchedFiles) -> Vec<(String, Option<usize>)> {
        let mut files = Vec::new();
        while let Some(file) = fetched.next().await {
            let Fetched { file, decoded } = file.unwrap();
            files.push((file.object.key, decoded.ok().map(|held| held.decoded.file.len())));
        }
        files
    }
    let alone = records(start(&world, world.source.clone()).await).await;
    assert_eq!(alone.len(), 41);
    for memory_bytes in [1 << 10, 64 << 10, 16 << 20] {
        world.options.memory_bytes = memory_bytes;
        let calls = Arc::new(AtomicUsize::new(0));
        let together = Together { inner: world.source.clone(), calls: calls.clone() };
        assert_eq!(records(start(&world, together).await).await, alone, "{memory_bytes} bytes");
        assert!((11..=41).contains(&calls.load(Ordering::SeqCst)));
    }
}

#[tokio::test]
async fn a_failed_get_among_others_ends_the_row_after_the_files_before_it() {
    let world = World::new();
    for name in ["a", "b", "c", "d"] {
        world.deliver(name, [1]).await;
    }
    let files = world.files().await.into_iter();
    world.source.delete(&key("c")).await.unwrap();
    let store = Together { inner: world.source.clone(), calls: Arc::default() };
    let cpu = Cpu::new(2, Level::default(), Arc::default()).unwrap();
    let mut fetched = fetch(Arc::new(store), day(), files, None, &world.options, &cpu);
    for name in ["a", "b"] {
        assert_eq!(fetched.next().await.unwrap().unwrap().file.object.key, key(name));
    }
    let error = fetched.next().await.unwrap().err().unwrap();
    assert_eq!((error.kind, error.key), (ErrorKind::NotFound, key("c")));
    assert!(fetched.next().await.is_none());
}

/// Cuts the reply to the first read of each key that ends in this text.
#[derive(Debug)]
struct CutOnce {
    store: TestStore,
    key: &'static str,
    cut: AtomicUsize,
}

#[async_trait]
impl Store for CutOnce {
    async fn list(&self, prefix: &str, depth: Depth, page: Option<&str>) -> lake_store::Result<Page> {
        self.store.list(prefix, depth, page).await
    }
    async fn get(&self, key: &str, version: Option<&str>) -> lake_store::Result<Bytes> {
        let body = self.store.get(key, version).await?;
        let is_cut = key.ends_with(self.key) && self.cut.fetch_add(1, Ordering::SeqCst) == 0;
        Ok(if is_cut { body.slice(..body.len() / 2) } else { body })
    }
    async fn get_range(&self, key: &str, range: Range<u64>) -> lake_store::Result<Bytes> {
        self.store.get_range(key, range).await
    }
    async fn create_new(&self, key: &str, body: Bytes) -> lake_store::Result<Created> {
        self.store.create_new(key, body).await
    }
    async fn delete(&self, key: &str) -> lake_store::Result<()> {
        self.store.delete(key).await
    }
    async fn stage(&self, key: &str) -> lake_store::Result<Box<dyn StagedUpload>> {
        self.store.stage(key).await
    }
    async fn abandon_staged(&self, prefix: &str) -> lake_store::Result<u64> {
        self.store.abandon_staged(prefix).await
    }
}

#[tokio::test]
async fn one_bad_read_is_no_reason_for_quarantine() {
    let world = World::new();
    for file in 0..5 {
        world.deliver(&format!("{file}"), [file]).await;
    }
    let store = CutOnce { store: world.source.clone(), key: "3.json.gz", cut: AtomicUsize::new(0) };
    let files = rest(start(&world, store).await).await;
    assert!(files.iter().all(|file| file.decoded.is_ok()), "a second read was whole");
    put(&world.source, &key("3"), &b"{\"Records\":["[..]).await;
    let files = rest(start(&world, world.source.clone()).await).await;
    let broken: Vec<&str> =
        files.iter().filter(|file| file.decoded.is_err()).map(|file| &*file.file.object.key).collect();
    assert_eq!(broken, [key("3")], "it is broken each time");
}
