//! One type for both backends, so that tests are written once.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use lake_aws::{BucketOptions, S3Location};
use lake_store::{
    Created, Depth, Described, MemoryStore, ObjectMeta, Page, Result, Retry, StagedUpload, Store, list_all,
};
use testkit::s3::S3Server;

use crate::bucket;

/// The variable that selects the backend: `memory` (the default) or `s3`.
const CHOICE: &str = "TRAILMILL_TEST_STORE";
const BUCKET: &str = "bucket";
/// Entries on a page of S3.
const PAGE_SIZE: u16 = 1_000;

/// The store of one test. Clones share the content.
#[derive(Debug, Clone)]
pub struct TestStore {
    store: Arc<dyn Store>,
    behind: Behind,
}

#[derive(Debug, Clone)]
enum Behind {
    Memory(MemoryStore),
    S3(Arc<S3Server>),
}

impl TestStore {
    /// An empty store of the backend selected by the environment.
    pub fn new() -> Self {
        Self::with_page_size(PAGE_SIZE)
    }

    /// An empty store with pages of `entries` entries.
    pub fn with_page_size(entries: u16) -> Self {
        match Self::speaks_http() {
            false => Self::in_memory(MemoryStore::with_page_size(entries.into())),
            true => Self::in_s3(entries),
        }
    }

    /// A store with the content of a store in memory.
    pub async fn holding(content: MemoryStore) -> Self {
        if !Self::speaks_http() {
            return Self::in_memory(content);
        }
        let store = Self::in_s3(PAGE_SIZE);
        for (key, body) in objects(&content).await {
            store.put(&key, body).await;
        }
        store
    }

    /// Whether the store is over HTTP, where a call takes a hundred times as long.
    #[expect(clippy::disallowed_methods, clippy::panic, reason = "a test may be told where to run, or fail")]
    pub fn speaks_http() -> bool {
        match std::env::var(CHOICE).as_deref() {
            Err(_) | Ok("memory") => false,
            Ok("s3") => true,
            Ok(other) => panic!("{CHOICE} is {other:?}: it may be `memory` or `s3`"),
        }
    }

    fn in_memory(store: MemoryStore) -> Self {
        TestStore { store: Arc::new(store.clone()), behind: Behind::Memory(store) }
    }

    /// Starts a server and a client for each store: the runtimes of two tests share nothing.
    #[expect(clippy::panic, reason = "for tests alone")]
    fn in_s3(entries: u16) -> Self {
        let server = S3Server::start(&[BUCKET]).unwrap_or_else(|e| panic!("no S3 in the process: {e}"));
        let top = S3Location { bucket: BUCKET.to_owned(), prefix: String::new() };
        let store = bucket(&server, top, BucketOptions::default()).with_page_size(entries.into());
        let store = Retry::new(store).pauses(Duration::from_millis(1), Duration::from_millis(20));
        TestStore { store: Arc::new(store), behind: Behind::S3(Arc::new(server)) }
    }

    /// Puts an object, without a call to the store.
    pub async fn put(&self, key: &str, body: impl Into<Bytes>) {
        match &self.behind {
            Behind::Memory(store) => put(store, key, body.into()).await,
            Behind::S3(server) => server.put(BUCKET, key, body),
        }
    }

    /// A copy of the content, without a call to the store. Its etags differ.
    pub async fn content(&self) -> MemoryStore {
        match &self.behind {
            Behind::Memory(store) => store.clone(),
            Behind::S3(server) => {
                let content = MemoryStore::new();
                for (key, body) in server.objects(BUCKET) {
                    put(&content, &key, body).await;
                }
                content
            }
        }
    }

    /// The number of uploads that were neither published, aborted nor abandoned.
    pub fn staged_count(&self) -> usize {
        match &self.behind {
            Behind::Memory(store) => store.staged_count(),
            Behind::S3(server) => server.uploads_in_progress(BUCKET),
        }
    }
}

async fn put(store: &MemoryStore, key: &str, body: Bytes) {
    let deleted = store.delete(key).await;
    let created = store.create_new(key, body).await;
    assert!(deleted.is_ok() && matches!(created, Ok(Created::Yes)), "{key} was not put");
}

#[expect(clippy::unwrap_used, reason = "a store in memory does not fail")]
async fn objects(store: &MemoryStore) -> Vec<(String, Bytes)> {
    let mut objects = Vec::new();
    for object in list_all(store, "", Depth::All).await.unwrap().objects {
        let body = store.get(&object.key, None).await.unwrap();
        objects.push((object.key, body));
    }
    objects
}

impl Default for TestStore {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods, reason = "a layer passes on every method, those with a default too")]
impl Store for TestStore {
    async fn list(&self, prefix: &str, depth: Depth, page: Option<&str>) -> Result<Page> {
        self.store.list(prefix, depth, page).await
    }
    async fn get(&self, key: &str, etag: Option<&str>) -> Result<Bytes> {
        self.store.get(key, etag).await
    }
    fn calls_at_once(&self) -> usize {
        self.store.calls_at_once()
    }
    fn gets_per_call(&self) -> usize {
        self.store.gets_per_call()
    }
    async fn get_many(&self, objects: Vec<ObjectMeta>) -> Vec<(ObjectMeta, Result<Bytes>)> {
        self.store.get_many(objects).await
    }
    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes> {
        self.store.get_range(key, range).await
    }
    async fn get_described(&self, key: &str) -> Result<Described> {
        self.store.get_described(key).await
    }
    async fn create_new(&self, key: &str, body: Bytes) -> Result<Created> {
        self.store.create_new(key, body).await
    }
    async fn stage(&self, key: &str) -> Result<Box<dyn StagedUpload>> {
        self.store.stage(key).await
    }
    async fn abandon_staged(&self, prefix: &str) -> Result<u64> {
        self.store.abandon_staged(prefix).await
    }
    async fn delete(&self, key: &str) -> Result<()> {
        self.store.delete(key).await
    }
}

#[cfg(test)]
#[path = "test_store_tests.rs"]
mod tests;
