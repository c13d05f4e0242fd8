//! A store of the tests of layers that reads several objects by one call, like a disk.

use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use crate::{Created, Depth, ErrorKind, ObjectMeta, Page, Result, StagedUpload, Store, StoreError};

/// Records its calls of `get_many`, which take 30 ms each; other calls panic. The content of an object is its key. An object
/// whose key is the name of an error fails with that error.
#[derive(Debug, Clone, Default)]
pub(crate) struct Batched {
    calls: Arc<Mutex<Vec<Vec<String>>>>,
}

impl Batched {
    pub(crate) const CALLS_AT_ONCE: usize = 3;
    pub(crate) const GETS_PER_CALL: usize = 5;
    pub(crate) const TIME: Duration = Duration::from_millis(30);

    /// The keys of each call, so far.
    pub(crate) fn calls(&self) -> Vec<Vec<String>> {
        self.calls.lock().unwrap().clone()
    }
}

/// Listing entries of some keys.
pub(crate) fn objects(keys: &[&str]) -> Vec<ObjectMeta> {
    let object = |key: &&str| ObjectMeta { key: (*key).to_owned(), bytes: 1, etag: "etag".to_owned() };
    keys.iter().map(object).collect()
}

/// Reads objects by one call. Returns each key with its content or error.
pub(crate) async fn read(
    store: &impl Store,
    keys: &[&str],
) -> Vec<(String, std::result::Result<Bytes, ErrorKind>)> {
    let read = store.get_many(objects(keys)).await;
    read.into_iter().map(|(object, body)| (object.key, body.map_err(|error| error.kind))).collect()
}

#[async_trait]
impl Store for Batched {
    fn calls_at_once(&self) -> usize {
        Self::CALLS_AT_ONCE
    }
    fn gets_per_call(&self) -> usize {
        Self::GETS_PER_CALL
    }
    async fn get_many(&self, objects: Vec<ObjectMeta>) -> Vec<(ObjectMeta, Result<Bytes>)> {
        let keys = objects.iter().map(|object| object.key.clone()).collect();
        self.calls.lock().unwrap().push(keys);
        tokio::time::sleep(Self::TIME).await;
        let read = objects.into_iter().map(|object| {
            let failed = |kind| Err(StoreError::new(kind, "read", object.key.clone()));
            let body = match object.key.as_str() {
                "not found" => failed(ErrorKind::NotFound),
                "throttled" => failed(ErrorKind::Throttled),
                key => Ok(Bytes::from(key.to_owned())),
            };
            (object, body)
        });
        read.collect()
    }
    async fn get(&self, _: &str, _: Option<&str>) -> Result<Bytes> {
        unreachable!()
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
