//! The layer that retries with jitter.

use std::error::Error;
use std::fmt;
use std::ops::Range;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::time::Instant;

use crate::{
    Created, Depth, Described, ErrorKind, ObjectMeta, Page, Result, StagedUpload, Store, StoreError,
};

/// Retries calls that failed with [`ErrorKind::Transient`] or [`ErrorKind::Throttled`], and no others, by exponential backoff
/// with full jitter. A throttled call is retried until its deadline, whatever the number of tries.
///
/// Retry in one layer only: the inner store must not retry, or the tries multiply. Wrap [`Limit`](crate::Limit) in `Retry`, so
/// that a call that waits for its next try holds no permit.
///
/// A call that failed with a transient error may have been carried out:
/// - [`Store::create_new`] may return [`Created::Exists`] for the object that the same call created. Read it back.
/// - [`Store::stage`] may leave an upload behind. [`Store::abandon_staged`] clears it, and may return too low a count.
/// - [`StagedUpload::write`] is called with the same chunk again: a failed write must have no effect.
#[derive(Debug, Clone)]
pub struct Retry<S> {
    inner: S,
    policy: Policy,
}

#[derive(Debug, Clone, Copy)]
struct Policy {
    max_attempts: u32,
    deadline: Duration,
    first_pause: Duration,
    longest_pause: Duration,
}

/// One call and its tries.
struct Tries {
    policy: Policy,
    started: Instant,
    failed: u32,
    throttled: u32,
}

impl<S> Retry<S> {
    /// At most 8 tries of a call, throttled ones not counted, all started within 60 seconds, with pauses of at most 50 ms at
    /// first and 5 s in the end.
    pub fn new(inner: S) -> Self {
        let policy = Policy {
            max_attempts: 8,
            deadline: Duration::from_secs(60),
            first_pause: Duration::from_millis(50),
            longest_pause: Duration::from_secs(5),
        };
        Retry { inner, policy }
    }

    /// Sets the maximum of tries of a call, the first included.
    pub fn max_attempts(mut self, tries: u32) -> Self {
        self.policy.max_attempts = tries;
        self
    }

    /// Sets the time after the first try in which further tries may start. A try in progress is not cancelled.
    pub fn deadline(mut self, after: Duration) -> Self {
        self.policy.deadline = after;
        self
    }

    /// Sets the maximum pause: `first` after the first failure, doubled after each further one, up to `longest`.
    pub fn pauses(mut self, first: Duration, longest: Duration) -> Self {
        self.policy.first_pause = first;
        self.policy.longest_pause = longest;
        self
    }
}

impl Policy {
    fn start(self) -> Tries {
        Tries { policy: self, started: Instant::now(), failed: 0, throttled: 0 }
    }

    /// A random pause after a number of failures.
    fn pause(&self, failed: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(failed.saturating_sub(1));
        self.first_pause.saturating_mul(doubled).min(self.longest_pause).mul_f64(fastrand::f64())
    }
}

impl Tries {
    /// Waits for the next try, or returns the error if there is none.
    async fn next(&mut self, error: StoreError) -> Result<()> {
        self.failed += 1;
        self.throttled += u32::from(error.kind == ErrorKind::Throttled);
        let pause = self.policy.pause(self.failed);
        let left = self.policy.deadline.saturating_sub(self.started.elapsed());
        if self.failed - self.throttled >= self.policy.max_attempts || pause >= left {
            return Err(self.give_up(error));
        }
        tokio::time::sleep(pause).await;
        Ok(())
    }

    fn give_up(&self, mut error: StoreError) -> StoreError {
        if self.failed < 2 {
            return error;
        }
        let source = error.source.take();
        error.because(GaveUp { tries: self.failed, source })
    }
}

/// The cause added to the last error.
#[derive(Debug)]
struct GaveUp {
    tries: u32,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl fmt::Display for GaveUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "gave up after {} tries", self.tries)
    }
}

impl Error for GaveUp {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

/// Whether the same call may succeed later.
fn may_pass(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Transient | ErrorKind::Throttled)
}

/// Awaits a call, and retries it while it fails temporarily.
macro_rules! retry {
    ($policy:expr, $call:expr) => {{
        let mut tries = $policy.start();
        loop {
            match $call.await {
                Err(error) if may_pass(error.kind) => {
                    tries.next(error).await?;
                }
                result => break result,
            }
        }
    }};
}

#[async_trait]
#[deny(clippy::missing_trait_methods, reason = "a layer passes on every method, those with a default too")]
impl<S: Store> Store for Retry<S> {
    async fn list(&self, prefix: &str, depth: Depth, page: Option<&str>) -> Result<Page> {
        retry!(self.policy, self.inner.list(prefix, depth, page))
    }

    async fn get(&self, key: &str, etag: Option<&str>) -> Result<Bytes> {
        retry!(self.policy, self.inner.get(key, etag))
    }

    fn calls_at_once(&self) -> usize {
        self.inner.calls_at_once()
    }

    fn gets_per_call(&self) -> usize {
        self.inner.gets_per_call()
    }

    /// Objects whose read failed temporarily are read again one by one.
    async fn get_many(&self, objects: Vec<ObjectMeta>) -> Vec<(ObjectMeta, Result<Bytes>)> {
        let mut read = self.inner.get_many(objects).await;
        for (object, body) in &mut read {
            if body.as_ref().is_err_and(|error| may_pass(error.kind)) {
                *body = self.get(&object.key, Some(&object.etag)).await;
            }
        }
        read
    }

    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes> {
        retry!(self.policy, self.inner.get_range(key, range.clone()))
    }

    async fn get_described(&self, key: &str) -> Result<Described> {
        retry!(self.policy, self.inner.get_described(key))
    }

    async fn create_new(&self, key: &str, body: Bytes) -> Result<Created> {
        retry!(self.policy, self.inner.create_new(key, body.clone()))
    }

    async fn stage(&self, key: &str) -> Result<Box<dyn StagedUpload>> {
        let inner = retry!(self.policy, self.inner.stage(key))?;
        Ok(Box::new(RetryUpload { inner, policy: self.policy }))
    }

    async fn abandon_staged(&self, prefix: &str) -> Result<u64> {
        retry!(self.policy, self.inner.abandon_staged(prefix))
    }

    async fn delete(&self, key: &str) -> Result<()> {
        retry!(self.policy, self.inner.delete(key))
    }
}

#[derive(Debug)]
struct RetryUpload {
    inner: Box<dyn StagedUpload>,
    policy: Policy,
}

#[async_trait]
#[deny(clippy::missing_trait_methods, reason = "a layer passes on every method, those with a default too")]
impl StagedUpload for RetryUpload {
    async fn write(&mut self, chunk: Bytes) -> Result<()> {
        retry!(self.policy, self.inner.write(chunk.clone()))
    }

    async fn seal(&mut self) -> Result<()> {
        retry!(self.policy, self.inner.seal())
    }

    async fn publish(&mut self) -> Result<()> {
        retry!(self.policy, self.inner.publish())
    }

    async fn abort(&mut self) -> Result<()> {
        retry!(self.policy, self.inner.abort())
    }
}

#[cfg(test)]
#[path = "retry_tests.rs"]
mod tests;
