//! The layer that bounds how much is under way at once.

use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{Created, Depth, ErrorKind, Page, Result, StagedUpload, Store, StoreError};

/// Lets at most so many calls be under way at once, those of staged uploads too; others wait their turn. A clone shares
/// the places. An upload that is only open holds none, so any number may be.
#[derive(Debug, Clone)]
pub struct Limit<S> {
    inner: S,
    places: Arc<Semaphore>,
}

impl<S> Limit<S> {
    /// At most `calls` at once, at least one.
    pub fn new(inner: S, calls: usize) -> Self {
        Limit { inner, places: Arc::new(Semaphore::new(calls.clamp(1, Semaphore::MAX_PERMITS))) }
    }
}

/// Waits for a place.
async fn place<'a>(places: &'a Semaphore, action: &'static str, key: &str) -> Result<SemaphorePermit<'a>> {
    // nobody closes it
    places.acquire().await.map_err(|error| StoreError::new(ErrorKind::Permanent, action, key).because(error))
}

#[async_trait]
impl<S: Store> Store for Limit<S> {
    async fn list(&self, prefix: &str, depth: Depth, page: Option<&str>) -> Result<Page> {
        let _place = place(&self.places, "list", prefix).await?;
        self.inner.list(prefix, depth, page).await
    }

    async fn get(&self, key: &str, etag: Option<&str>) -> Result<Bytes> {
        let _place = place(&self.places, "read", key).await?;
        self.inner.get(key, etag).await
    }

    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes> {
        let _place = place(&self.places, "read", key).await?;
        self.inner.get_range(key, range).await
    }

    async fn create_new(&self, key: &str, body: Bytes) -> Result<Created> {
        let _place = place(&self.places, "create", key).await?;
        self.inner.create_new(key, body).await
    }

    async fn stage(&self, key: &str) -> Result<Box<dyn StagedUpload>> {
        let _place = place(&self.places, "stage", key).await?;
        let inner = self.inner.stage(key).await?;
        Ok(Box::new(LimitUpload { inner, key: key.to_owned(), places: self.places.clone() }))
    }

    async fn abandon_staged(&self, prefix: &str) -> Result<u64> {
        let _place = place(&self.places, "abandon", prefix).await?;
        self.inner.abandon_staged(prefix).await
    }

    async fn delete(&self, key: &str) -> Result<()> {
        let _place = place(&self.places, "delete", key).await?;
        self.inner.delete(key).await
    }
}

#[derive(Debug)]
struct LimitUpload {
    inner: Box<dyn StagedUpload>,
    key: String,
    places: Arc<Semaphore>,
}

#[async_trait]
impl StagedUpload for LimitUpload {
    async fn write(&mut self, chunk: Bytes) -> Result<()> {
        let _place = place(&self.places, "write", &self.key).await?;
        self.inner.write(chunk).await
    }

    async fn seal(&mut self) -> Result<()> {
        let _place = place(&self.places, "seal", &self.key).await?;
        self.inner.seal().await
    }

    async fn publish(&mut self) -> Result<()> {
        let _place = place(&self.places, "publish", &self.key).await?;
        self.inner.publish().await
    }

    async fn abort(&mut self) -> Result<()> {
        let _place = place(&self.places, "abort", &self.key).await?;
        self.inner.abort().await
    }
}

#[cfg(test)]
#[path = "layer_limit_tests.rs"]
mod tests;
