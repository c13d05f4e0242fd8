//! The layer that bounds how much is under way at once.

use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

use crate::layers::adaptive_limit::CallLevel;
use crate::{Created, Depth, ErrorKind, ObjectMeta, Page, Result, StagedUpload, Store};

/// Lets at most so many calls be under way at once, those of staged uploads too; others wait their turn. A clone shares
/// the places. An upload that is only open holds none, so any number may be.
///
/// A call of [`get_many`](Store::get_many) takes one place, whatever the number of its objects: below it is one call.
///
/// Where the store says that it is too much ([`ErrorKind::Throttled`]) the bound falls, and rises again while calls go
/// well, so that it finds the level the store bears.
#[derive(Debug, Clone)]
pub struct Limit<S> {
    inner: S,
    level: Arc<CallLevel>,
}

impl<S> Limit<S> {
    /// At most `calls` at once, at least one.
    pub fn new(inner: S, calls: usize) -> Self {
        Limit { inner, level: Arc::new(CallLevel::new(calls)) }
    }

    /// Calls that may be in progress now: at first the bound, fewer after the store asked for fewer.
    pub fn allowed(&self) -> usize {
        self.level.allowed()
    }
}

/// Makes a call as soon as there is a place for it.
async fn limited<T>(level: &CallLevel, call: impl Future<Output = Result<T>>) -> Result<T> {
    let place = level.place().await;
    let result = call.await;
    match &result {
        Ok(_) => place.went_well(),
        Err(_) if is_too_much(&result) => place.was_too_much(),
        Err(_) => {}
    }
    result
}

/// Whether the store asks for fewer calls.
fn is_too_much<T>(result: &Result<T>) -> bool {
    result.as_ref().is_err_and(|error| error.kind == ErrorKind::Throttled)
}

#[async_trait]
#[deny(clippy::missing_trait_methods, reason = "a layer passes on every method, those with a default too")]
impl<S: Store> Store for Limit<S> {
    async fn list(&self, prefix: &str, depth: Depth, page: Option<&str>) -> Result<Page> {
        limited(&self.level, self.inner.list(prefix, depth, page)).await
    }

    async fn get(&self, key: &str, etag: Option<&str>) -> Result<Bytes> {
        limited(&self.level, self.inner.get(key, etag)).await
    }

    /// The smaller of the bound and what the store says, whatever the level is now: it is asked for once, and the level
    /// rises again.
    fn calls_at_once(&self) -> usize {
        self.level.most().min(self.inner.calls_at_once())
    }

    fn gets_per_call(&self) -> usize {
        self.inner.gets_per_call()
    }

    /// One place for all of the objects. One that was throttled makes the call too much.
    async fn get_many(&self, objects: Vec<ObjectMeta>) -> Vec<(ObjectMeta, Result<Bytes>)> {
        let place = self.level.place().await;
        let read = self.inner.get_many(objects).await;
        if read.iter().any(|(_, body)| is_too_much(body)) {
            place.was_too_much();
        } else if read.iter().any(|(_, body)| body.is_ok()) {
            place.went_well();
        }
        read
    }

    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes> {
        limited(&self.level, self.inner.get_range(key, range)).await
    }

    async fn create_new(&self, key: &str, body: Bytes) -> Result<Created> {
        limited(&self.level, self.inner.create_new(key, body)).await
    }

    async fn stage(&self, key: &str) -> Result<Box<dyn StagedUpload>> {
        let inner = limited(&self.level, self.inner.stage(key)).await?;
        Ok(Box::new(LimitUpload { inner, level: self.level.clone() }))
    }

    async fn abandon_staged(&self, prefix: &str) -> Result<u64> {
        limited(&self.level, self.inner.abandon_staged(prefix)).await
    }

    async fn delete(&self, key: &str) -> Result<()> {
        limited(&self.level, self.inner.delete(key)).await
    }
}

#[derive(Debug)]
struct LimitUpload {
    inner: Box<dyn StagedUpload>,
    level: Arc<CallLevel>,
}

#[async_trait]
#[deny(clippy::missing_trait_methods, reason = "a layer passes on every method, those with a default too")]
impl StagedUpload for LimitUpload {
    async fn write(&mut self, chunk: Bytes) -> Result<()> {
        limited(&self.level, self.inner.write(chunk)).await
    }

    async fn seal(&mut self) -> Result<()> {
        limited(&self.level, self.inner.seal()).await
    }

    async fn publish(&mut self) -> Result<()> {
        limited(&self.level, self.inner.publish()).await
    }

    async fn abort(&mut self) -> Result<()> {
        limited(&self.level, self.inner.abort()).await
    }
}

#[cfg(test)]
#[path = "limit_tests.rs"]
mod tests;
