//! One type for both back ends, so that a test is written once.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use lake_aws::{BucketOptions, S3Location};
use lake_store::{Created, Depth, MemoryStore, Page, Result, Retry, StagedUpload, Store};
use testkit::s3::S3Server;

use crate::bucket;

/// What chooses the back end: `memory`, as if it were not set, or `s3`.
const CHOICE: &str = "TRAILMILL_TEST_STORE";
const BUCKET: &str = "bucket";
/// Entries on a page of S3.
const PAGE_SIZE: u16 = 1_000;

/// A store that a test has to itself. A clone is the same store.
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
    /// An empty one of the kind that the environment asks for.
    pub fn new() -> Self {
        Self::with_page_size(PAGE_SIZE)
    }

    /// The same with so many entries on a page of a listing.
    #[expect(clippy::disallowed_methods, clippy::panic, reason = "a test may be told where to run, or fail")]
    pub fn with_page_size(entries: u16) -> Self {
        match std::env::var(CHOICE).as_deref() {
            Err(_) | Ok("memory") => Self::in_memory(entries),
            Ok("s3") => Self::in_s3(entries),
            Ok(other) => panic!("{CHOICE} is {other:?}: it may be `memory` or `s3`"),
        }
    }

    fn in_memory(entries: u16) -> Self {
        let store = MemoryStore::with_page_size(entries.into());
        TestStore { store: Arc::new(store.clone()), behind: Behind::Memory(store) }
    }

    /// A server and a client for each store: nothing is shared by the runtimes of two tests.
    #[expect(clippy::panic, reason = "for tests alone")]
    fn in_s3(entries: u16) -> Self {
        let server = S3Server::start(&[BUCKET]).unwrap_or_else(|e| panic!("no S3 in the process: {e}"));
        let top = S3Location { bucket: BUCKET.to_owned(), prefix: String::new() };
        let store = bucket(&server, top, BucketOptions::default()).with_page_size(entries.into());
        let store = Retry::new(store).pauses(Duration::from_millis(1), Duration::from_millis(20));
        TestStore { store: Arc::new(store), behind: Behind::S3(Arc::new(server)) }
    }

    /// How many uploads were started and neither published, aborted nor abandoned.
    pub fn staged_count(&self) -> usize {
        match &self.behind {
            Behind::Memory(store) => store.staged_count(),
            Behind::S3(server) => server.uploads_under_way(BUCKET),
        }
    }
}

impl Default for TestStore {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Store for TestStore {
    async fn list(&self, prefix: &str, depth: Depth, page: Option<&str>) -> Result<Page> {
        self.store.list(prefix, depth, page).await
    }
    async fn get(&self, key: &str, etag: Option<&str>) -> Result<Bytes> {
        self.store.get(key, etag).await
    }
    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes> {
        self.store.get_range(key, range).await
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
