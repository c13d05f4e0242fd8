//! The layer that retries.

use std::error::Error;
use std::fmt;
use std::ops::Range;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::time::Instant;

use crate::{Created, Depth, ErrorKind, ObjectMeta, Page, Result, StagedUpload, Store, StoreError};

/// Retries calls that failed with [`ErrorKind::Transient`] or [`ErrorKind::Throttled`], and no others, after a random
/// pause below a bound that doubles ("exponential back-off with full jitter"). A throttled call is tried until its
/// deadline, since a store that asks for patience is not failing.
///
/// One layer owns the retries: what is below must not retry too, or the tries multiply. It belongs outside
/// [`Limit`](crate::Limit), so that a call that pauses holds no place.
///
/// A transient failure may have been carried out:
/// - [`Store::create_new`] may answer [`Created::Exists`] for the very object this call made. Read it back.
/// - [`Store::stage`] may leave an upload behind, for [`Store::abandon_staged`], whose count may then be too low.
/// - [`StagedUpload::write`] is given the same chunk again: a backend must make sure that a write that failed has no
///   effect.
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
    /// At most 8 tries of a call, those that were throttled not counted, and 60 seconds from its first to the start of
    /// its last, with pauses from below 50 ms to below 5 s.
    pub fn new(inner: S) -> Self {
        let policy = Policy {
            max_attempts: 8,
            deadline: Duration::from_secs(60),
            first_pause: Duration::from_millis(50),
            longest_pause: Duration::from_secs(5),
        };
        Retry { inner, policy }
    }

    /// The same with so many tries of a call, the first included.
    pub fn max_attempts(mut self, tries: u32) -> Self {
        self.policy.max_attempts = tries;
        self
    }

    /// The same with this much time for a call: no try starts later than this after the first. A try under way is not
    /// cut short.
    pub fn deadline(mut self, after: Duration) -> Self {
        self.policy.deadline = after;
        self
    }

    /// The same with pauses of at most `first` after the first failure, twice as much after each further one, and never
    /// more than `longest`.
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

    /// A random pause after so many failures.
    fn pause(&self, failed: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(failed.saturating_sub(1));
        self.first_pause.saturating_mul(doubled).min(self.longest_pause).mul_f64(fastrand::f64())
    }
}

impl Tries {
    /// Pauses before the next try, or gives the error back where there is none.
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

/// Why the last error is the answer.
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

/// Awaits a call, again and again while it fails for the moment.
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

    /// What fails for the moment is read again by itself.
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
