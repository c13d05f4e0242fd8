//! A store that fails once, at a chosen effect.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

use async_trait::async_trait;
use lake_store::{ErrorKind, Result, StoreError};

use crate::hooked_store::{Call, Hook};

/// Whether the effect that fails takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The call fails before anything is done.
    Missing,
    /// It is done, but the reply is lost.
    Done,
}

/// What becomes of the process after the failed effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// It sees the error and cleans up as it can.
    GoesOn,
    /// It is gone: none of its calls reaches the store any more.
    Dies,
}

/// Fails one effect on a store, and no other: with a number for each, a test stops a run at every one of them.
#[derive(Debug)]
pub struct Fault {
    spared: usize,
    effect: Effect,
    then: Then,
    begun: AtomicUsize,
    done: AtomicUsize,
    happened: AtomicBool,
}

impl Fault {
    /// Fails the effect after so many that are spared.
    pub fn at(spared: usize, effect: Effect, then: Then) -> Arc<Self> {
        let (begun, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Arc::new(Fault { spared, effect, then, begun, done, happened: AtomicBool::new(false) })
    }

    /// Fails nothing and counts the effects.
    pub fn never() -> Arc<Self> {
        Self::at(usize::MAX, Effect::Missing, Then::GoesOn)
    }

    /// Effects that were tried so far.
    pub fn effects(&self) -> usize {
        self.begun.load(SeqCst)
    }

    /// Whether it has failed the one.
    pub fn happened(&self) -> bool {
        self.happened.load(SeqCst)
    }

    fn count(&self, counter: &AtomicUsize, effect: Effect, call: Call, key: &str) -> Result<()> {
        let is_the_one = call.is_effect() && counter.fetch_add(1, SeqCst) == self.spared;
        if is_the_one && self.effect == effect {
            self.happened.store(true, SeqCst);
            return Err(failed(key));
        }
        Ok(())
    }
}

fn failed(key: &str) -> StoreError {
    StoreError::new(ErrorKind::Permanent, "reach", key).because("the fault of this test")
}

#[async_trait]
impl Hook for Fault {
    async fn before(&self, call: Call, key: &str) -> Result<()> {
        if self.then == Then::Dies && self.happened() {
            return Err(failed(key));
        }
        self.count(&self.begun, Effect::Missing, call, key)
    }
    async fn after(&self, call: Call, key: &str) -> Result<()> {
        self.count(&self.done, Effect::Done, call, key)
    }
}
