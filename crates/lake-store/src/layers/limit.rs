//! The layer that limits concurrent calls.

use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

use crate::layers::adaptive_limit::AdaptiveLimit;
use crate::{Created, Depth, Described, ErrorKind, ObjectMeta, Page, Result, StagedUpload, Store};

/// Limits the calls in progress at once, those of staged uploads included; further calls wait. Clones share the limit. An
/// upload that is open but has no call in progress does not count.
///
/// A [`get_many`](Store::get_many) counts as one call, whatever the number of its objects.
///
/// The limit adapts to the store: it falls when the store throttles ([`ErrorKind::Throttled`]) and rises again while calls
/// succeed (AIMD).
#[derive(Debug, Clone)]
pub struct Limit<S> {
    inner: S,
    limit: Arc<AdaptiveLimit>,
}

impl<S> Limit<S> {
    /// A limit of `calls` at once, at least one.
    pub fn new(inner: S, calls: usize) -> Self {
        Limit { inner, limit: Arc::new(AdaptiveLimit::new(calls)) }
    }

    /// Calls that may be in progress now: at first the limit given, fewer after the store has throttled.
    pub fn allowed(&self) -> usize {
        self.limit.allowed()
    }
}

/// Makes a call as soon as the limit allows.
async fn limited<T>(limit: &AdaptiveLimit, call: impl Future<Output = Result<T>>) -> Result<T> {
    let permit = limit.acquire().await;
    let result = call.await;
    match &result {
        Ok(_) => permit.succeeded(),
        Err(_) if is_throttled(&result) => permit.throttled(),
        Err(_) => {}
    }
    result
}

/// Whether the store throttled a call.
fn is_throttled<T>(result: &Result<T>) -> bool {
    result.as_ref().is_err_and(|error| error.kind == ErrorKind::Throttled)
}

#[async_trait]
#[deny(clippy::missing_trait_methods, reason = "a layer passes on every method, those with a default too")]
impl<S: Store> Store for Limit<S> {
    async fn list(&self, prefix: &str, depth: Depth, page: Option<&str>) -> Result<Page> {
        limited(&self.limit, self.inner.list(prefix, depth, page)).await
    }

    async fn get(&self, key: &str, etag: Option<&str>) -> Result<Bytes> {
        limited(&self.limit, self.inner.get(key, etag)).await
    }

    /// The smaller of the upper bound and the store's own number. Not the current limit: callers ask once, and the limit
    /// rises again.
    fn calls_at_once(&self) -> usize {
        self.limit.most().min(self.inner.calls_at_once())
    }

    fn gets_per_call(&self) -> usize {
        self.inner.gets_per_call()
    }

    /// One permit for all objects. The call counts as throttled if the read of any object was.
    async fn get_many(&self, objects: Vec<ObjectMeta>) -> Vec<(ObjectMeta, Result<Bytes>)> {
        let permit = self.limit.acquire().await;
        let read = self.inner.get_many(objects).await;
        if read.iter().any(|(_, body)| is_throttled(body)) {
            permit.throttled();
        } else if read.iter().any(|(_, body)| body.is_ok()) {
            permit.succeeded();
        }
        read
    }

    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes> {
        limited(&self.limit, self.inner.get_range(key, range)).await
    }

    async fn get_described(&self, key: &str) -> Result<Described> {
        limited(&self.limit, self.inner.get_described(key)).await
    }

    async fn create_new(&self, key: &str, body: Bytes) -> Result<Created> {
        limited(&self.limit, self.inner.create_new(key, body)).await
    }

    async fn stage(&self, key: &str) -> Result<Box<dyn StagedUpload>> {
        let inner = limited(&self.limit, self.inner.stage(key)).await?;
        Ok(Box::new(LimitUpload { inner, limit: self.limit.clone() }))
    }

    async fn abandon_staged(&self, prefix: &str) -> Result<u64> {
        limited(&self.limit, self.inner.abandon_staged(prefix)).await
    }

    async fn delete(&self, key: &str) -> Result<()> {
        limited(&self.limit, self.inner.delete(key)).await
    }
}

#[derive(Debug)]
struct LimitUpload {
    inner: Box<dyn StagedUpload>,
    limit: Arc<AdaptiveLimit>,
}

#[async_trait]
#[deny(clippy::missing_trait_methods, reason = "a layer passes on every method, those with a default too")]
impl StagedUpload for LimitUpload {
    async fn write(&mut self, chunk: Bytes) -> Result<()> {
        limited(&self.limit, self.inner.write(chunk)).await
    }

    async fn seal(&mut self) -> Result<()> {
        limited(&self.limit, self.inner.seal()).await
    }

    async fn publish(&mut self) -> Result<()> {
        limited(&self.limit, self.inner.publish()).await
    }

    async fn abort(&mut self) -> Result<()> {
        limited(&self.limit, self.inner.abort()).await
    }
}

#[cfg(test)]
#[path = "limit_tests.rs"]
mod tests;
