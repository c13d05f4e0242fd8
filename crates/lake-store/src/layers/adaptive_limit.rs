//! An adaptive limit on concurrent calls (AIMD).

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Semaphore, SemaphorePermit};

/// The number of calls that may be in progress at once, adapted by AIMD (additive increase, multiplicative decrease) with a slow
/// start as in TCP (RFC 5681). It starts low and rises by one with each successful call, that is, it doubles in the time of a
/// call, until the store throttles for the first time. It falls by 30% when the store throttles, at most once for the calls that
/// started under the same limit, and from then on rises by one after as many successful calls as the limit allows at once.
#[derive(Debug)]
pub(crate) struct AdaptiveLimit {
    permits: Semaphore,
    most: usize,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    allowed: usize,
    /// Permits above the limit that calls in progress still hold; each is forgotten when its call ends.
    owed: usize,
    /// Successful calls since the limit last changed.
    succeeded: usize,
    /// The number of times the limit has fallen.
    falls: u64,
}

/// The permit of one call. Dropping it ends the call.
#[derive(Debug)]
pub(crate) struct CallPermit<'a> {
    limit: &'a AdaptiveLimit,
    permit: Option<SemaphorePermit<'a>>,
    falls: u64,
}

/// The first limit. Several processes may ask one store at once, and none knows of the others: S3 allows 5,500 reads a second
/// of a prefix, and eight processes that start with 256 calls of 15 ms each ask for 136,000.
const FIRST: usize = 16;

impl AdaptiveLimit {
    /// A limit that never exceeds `most`, at least one. It starts at 16.
    pub(crate) fn new(most: usize) -> Self {
        let most = most.clamp(1, Semaphore::MAX_PERMITS);
        let first = most.min(FIRST);
        let state = Mutex::new(State { allowed: first, owed: 0, succeeded: 0, falls: 0 });
        AdaptiveLimit { permits: Semaphore::new(first), most, state }
    }

    /// Waits until another call may start.
    pub(crate) async fn acquire(&self) -> CallPermit<'_> {
        // `acquire` fails only after `close`, which is never called
        let permit = self.permits.acquire().await.ok();
        CallPermit { limit: self, permit, falls: self.state().falls }
    }

    /// The current limit: calls that may be in progress now.
    pub(crate) fn allowed(&self) -> usize {
        self.state().allowed
    }

    /// The upper bound of the limit.
    pub(crate) fn most(&self) -> usize {
        self.most
    }

    /// Counts a successful call.
    fn rise(&self) {
        let mut state = self.state();
        state.succeeded += 1;
        let is_slow_start = state.falls == 0;
        if state.allowed == self.most || state.succeeded < state.allowed && !is_slow_start {
            return;
        }
        state.succeeded = 0;
        state.allowed += 1;
        match state.owed.checked_sub(1) {
            Some(owed) => state.owed = owed,
            None => self.permits.add_permits(1),
        }
    }

    /// Lowers the limit after a throttled call. `falls` is the number of falls when that call started.
    fn fall(&self, falls: u64) {
        let mut state = self.state();
        // the call started under an earlier, higher limit
        if state.falls != falls {
            return;
        }
        let lower = (state.allowed * 7 / 10).max(1);
        let surplus = state.allowed - lower;
        state.owed += surplus - self.permits.forget_permits(surplus);
        state.allowed = lower;
        state.succeeded = 0;
        state.falls += 1;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CallPermit<'_> {
    /// The call succeeded.
    pub(crate) fn succeeded(self) {
        self.limit.rise();
    }

    /// The store throttled the call.
    pub(crate) fn throttled(self) {
        self.limit.fall(self.falls);
    }
}

impl Drop for CallPermit<'_> {
    fn drop(&mut self) {
        let mut state = self.limit.state();
        if let Some(owed) = state.owed.checked_sub(1)
            && let Some(permit) = self.permit.take()
        {
            permit.forget();
            state.owed = owed;
        }
    }
}

#[cfg(test)]
#[path = "adaptive_limit_tests.rs"]
mod tests;
