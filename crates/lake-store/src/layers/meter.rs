//! The layer that counts calls.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::time::Instant;

use crate::{Created, Depth, Described, ObjectMeta, Page, Result, StagedUpload, Store};

/// Counts calls, errors, bytes and time. Inside [`Retry`](crate::Retry) it counts every try, outside it every call.
#[derive(Debug, Clone)]
pub struct Meter<S> {
    inner: S,
    counters: Counters,
}

/// The counters of a [`Meter`], to be read at any time. Clones share the counters.
#[derive(Debug, Clone, Default)]
pub struct Counters(Arc<Mutex<Usage>>);

/// The usage of a store by operation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Pages of listings.
    pub list: CallUsage,
    /// Whole objects read; each object of a [`Store::get_many`] counts as a call. The time of a `get_many` is added once.
    pub get: CallUsage,
    /// Ranged reads.
    pub get_range: CallUsage,
    /// Puts-if-absent, those that found an object included.
    pub create_new: CallUsage,
    /// Uploads started.
    pub stage: CallUsage,
    /// Chunks written to uploads.
    pub write: CallUsage,
    /// Uploads sealed.
    pub seal: CallUsage,
    /// Uploads published.
    pub publish: CallUsage,
    /// Uploads aborted.
    pub abort: CallUsage,
    /// Calls of [`Store::abandon_staged`].
    pub abandon_staged: CallUsage,
    /// Objects deleted.
    pub delete: CallUsage,
}

/// The usage of one operation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CallUsage {
    /// Calls that returned.
    pub calls: u64,
    /// Calls that failed.
    pub errors: u64,
    /// Bytes of content read or written by successful calls.
    pub bytes: u64,
    /// The sum of their durations; more than the time passed if they ran concurrently.
    pub time: Duration,
}

impl<S> Meter<S> {
    /// Wraps a store, with counters at zero.
    pub fn new(inner: S) -> Self {
        Meter { inner, counters: Counters::default() }
    }

    /// The counts so far.
    pub fn usage(&self) -> Usage {
        self.counters.usage()
    }

    /// A handle to the counters, for stores behind a `dyn Store`.
    pub fn counters(&self) -> Counters {
        self.counters.clone()
    }
}

impl Counters {
    /// The counts so far.
    pub fn usage(&self) -> Usage {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Awaits a call and counts it as `operation`, with the bytes of its result if it succeeds.
    async fn count<T>(
        &self,
        operation: fn(&mut Usage) -> &mut CallUsage,
        bytes: impl FnOnce(&T) -> usize,
        call: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let started = Instant::now();
        let result = call.await;
        let time = started.elapsed();
        let mut usage = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = operation(&mut usage);
        counted.time += time;
        counted.add(&result, bytes);
        result
    }

    /// Awaits a `get_many`, and counts each object as one call.
    async fn count_gets(
        &self,
        call: impl Future<Output = Vec<(ObjectMeta, Result<Bytes>)>>,
    ) -> Vec<(ObjectMeta, Result<Bytes>)> {
        let started = Instant::now();
        let read = call.await;
        let time = started.elapsed();
        let mut usage = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        usage.get.time += time;
        read.iter().for_each(|(_, body)| usage.get.add(body, Bytes::len));
        read
    }
}

impl CallUsage {
    /// Counts a finished call, without its time.
    fn add<T>(&mut self, result: &Result<T>, bytes: impl FnOnce(&T) -> usize) {
        self.calls += 1;
        match result {
            Ok(value) => self.bytes += bytes(value) as u64,
            Err(_) => self.errors += 1,
        }
    }
}

/// The bytes of a call that moves no content.
fn none<T>(_: &T) -> usize {
    0
}

#[async_trait]
#[deny(clippy::missing_trait_methods, reason = "a layer passes on every method, those with a default too")]
impl<S: Store> Store for Meter<S> {
    async fn list(&self, prefix: &str, depth: Depth, page: Option<&str>) -> Result<Page> {
        self.counters.count(|usage| &mut usage.list, none, self.inner.list(prefix, depth, page)).await
    }

    async fn get(&self, key: &str, etag: Option<&str>) -> Result<Bytes> {
        self.counters.count(|usage| &mut usage.get, Bytes::len, self.inner.get(key, etag)).await
    }

    fn calls_at_once(&self) -> usize {
        self.inner.calls_at_once()
    }

    fn gets_per_call(&self) -> usize {
        self.inner.gets_per_call()
    }

    async fn get_many(&self, objects: Vec<ObjectMeta>) -> Vec<(ObjectMeta, Result<Bytes>)> {
        self.counters.count_gets(self.inner.get_many(objects)).await
    }

    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes> {
        let call = self.inner.get_range(key, range);
        self.counters.count(|usage| &mut usage.get_range, Bytes::len, call).await
    }

    async fn get_described(&self, key: &str) -> Result<Described> {
        let bytes = |object: &Described| object.body.len();
        self.counters.count(|usage| &mut usage.get, bytes, self.inner.get_described(key)).await
    }

    async fn create_new(&self, key: &str, body: Bytes) -> Result<Created> {
        let sent = body.len();
        let bytes = |created: &Created| if *created == Created::Yes { sent } else { 0 };
        let call = self.inner.create_new(key, body);
        self.counters.count(|usage| &mut usage.create_new, bytes, call).await
    }

    async fn stage(&self, key: &str) -> Result<Box<dyn StagedUpload>> {
        let inner = self.counters.count(|usage| &mut usage.stage, none, self.inner.stage(key)).await?;
        Ok(Box::new(MeterUpload { inner, counters: self.counters() }))
    }

    async fn abandon_staged(&self, prefix: &str) -> Result<u64> {
        let call = self.inner.abandon_staged(prefix);
        self.counters.count(|usage| &mut usage.abandon_staged, none, call).await
    }

    async fn delete(&self, key: &str) -> Result<()> {
        self.counters.count(|usage| &mut usage.delete, none, self.inner.delete(key)).await
    }
}

#[derive(Debug)]
struct MeterUpload {
    inner: Box<dyn StagedUpload>,
    counters: Counters,
}

#[async_trait]
#[deny(clippy::missing_trait_methods, reason = "a layer passes on every method, those with a default too")]
impl StagedUpload for MeterUpload {
    async fn write(&mut self, chunk: Bytes) -> Result<()> {
        let sent = chunk.len();
        let call = self.inner.write(chunk);
        self.counters.count(|usage| &mut usage.write, |()| sent, call).await
    }

    async fn seal(&mut self) -> Result<()> {
        self.counters.count(|usage| &mut usage.seal, none, self.inner.seal()).await
    }

    async fn publish(&mut self) -> Result<()> {
        self.counters.count(|usage| &mut usage.publish, none, self.inner.publish()).await
    }

    async fn abort(&mut self) -> Result<()> {
        self.counters.count(|usage| &mut usage.abort, none, self.inner.abort()).await
    }
}

#[cfg(test)]
#[path = "meter_tests.rs"]
mod tests;
