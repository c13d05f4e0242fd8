//! Fault injection: fails one chosen effect or call.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

use async_trait::async_trait;
use lake_store::{ErrorKind, Result, StoreError};

use crate::hooked_store::{Call, Hook};

/// Whether the failed call is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The call fails before anything is done.
    Missing,
    /// The call is carried out, but its response is lost.
    Done,
}

/// Whether the process survives the fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// It sees the error, and cleans up.
    GoesOn,
    /// It dies: none of its later calls reaches the store.
    Dies,
}

/// Fails one call. A test that chooses each call in turn stops a run at every call.
#[derive(Debug)]
pub struct Fault {
    /// Whether a call counts.
    counts: fn(Call) -> bool,
    spared: usize,
    kind: ErrorKind,
    effect: Effect,
    then: Then,
    begun: AtomicUsize,
    done: AtomicUsize,
    happened: AtomicBool,
}

impl Fault {
    /// Fails the effect that follows `spared` others.
    pub fn at(spared: usize, effect: Effect, then: Then) -> Arc<Self> {
        Self::of(Call::is_effect, spared, effect, then, ErrorKind::Permanent)
    }

    /// Fails the call that follows `spared` others, reads included.
    pub fn at_call(spared: usize, effect: Effect, then: Then) -> Arc<Self> {
        Self::of(|_| true, spared, effect, then, ErrorKind::Permanent)
    }

    /// Fails the call that follows `spared` others with an error to retry. Writes to uploads do not count if the response is
    /// lost: a failed write has no effect, which the backends ensure.
    pub fn passing(spared: usize, effect: Effect, kind: ErrorKind) -> Arc<Self> {
        let counts: fn(Call) -> bool = match effect {
            Effect::Missing => |_| true,
            Effect::Done => |call| call != Call::Write,
        };
        Self::of(counts, spared, effect, Then::GoesOn, kind)
    }

    fn of(counts: fn(Call) -> bool, spared: usize, effect: Effect, then: Then, kind: ErrorKind) -> Arc<Self> {
        let (begun, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Arc::new(Fault { counts, spared, kind, effect, then, begun, done, happened: AtomicBool::new(false) })
    }

    /// Fails nothing and counts the effects.
    pub fn never() -> Arc<Self> {
        Self::at(usize::MAX, Effect::Missing, Then::GoesOn)
    }

    /// The number of effects, or calls, so far.
    pub fn effects(&self) -> usize {
        self.begun.load(SeqCst)
    }

    /// Whether the fault has happened.
    pub fn happened(&self) -> bool {
        self.happened.load(SeqCst)
    }

    fn count(&self, counter: &AtomicUsize, effect: Effect, call: Call, key: &str) -> Result<()> {
        let is_the_one = (self.counts)(call) && counter.fetch_add(1, SeqCst) == self.spared;
        if is_the_one && self.effect == effect {
            self.happened.store(true, SeqCst);
            return Err(self.failed(key));
        }
        Ok(())
    }

    fn failed(&self, key: &str) -> StoreError {
        StoreError::new(self.kind, "reach", key).because("the fault of this test")
    }
}

#[async_trait]
impl Hook for Fault {
    async fn before(&self, call: Call, key: &str) -> Result<()> {
        if self.then == Then::Dies && self.happened() {
            return Err(self.failed(key));
        }
        self.count(&self.begun, Effect::Missing, call, key)
    }
    async fn after(&self, call: Call, key: &str) -> Result<()> {
        self.count(&self.done, Effect::Done, call, key)
    }
}
