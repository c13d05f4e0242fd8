//! How many calls may be under way at once: a level that finds itself.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Semaphore, SemaphorePermit};

/// Places for calls. Their number falls by three tenths when the store asks for fewer calls, at most once for the calls
/// of one level, and rises by one when as many calls as there are places went well ("additive increase, multiplicative
/// decrease", as TCP does).
#[derive(Debug)]
pub(crate) struct CallLevel {
    places: Semaphore,
    most: usize,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    allowed: usize,
    /// Places taken away that calls under way still hold.
    owed: usize,
    /// Calls that went well since the level last changed.
    well: usize,
    /// How often the level has fallen.
    falls: u64,
}

/// A place, held by one call.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    level: &'a CallLevel,
    permit: Option<SemaphorePermit<'a>>,
    falls: u64,
}

impl CallLevel {
    /// So many places at first and at most, at least one.
    pub(crate) fn new(most: usize) -> Self {
        let most = most.clamp(1, Semaphore::MAX_PERMITS);
        let state = Mutex::new(State { allowed: most, owed: 0, well: 0, falls: 0 });
        CallLevel { places: Semaphore::new(most), most, state }
    }

    /// Waits for a place.
    pub(crate) async fn place(&self) -> Place<'_> {
        // nobody closes the semaphore, so there is always one
        let permit = self.places.acquire().await.ok();
        Place { level: self, permit, falls: self.state().falls }
    }

    /// Calls that may be under way now.
    pub(crate) fn allowed(&self) -> usize {
        self.state().allowed
    }

    /// The most calls that are ever in progress at once.
    pub(crate) fn most(&self) -> usize {
        self.most
    }

    /// A call went well.
    fn rise(&self) {
        let mut state = self.state();
        state.well += 1;
        if state.well < state.allowed || state.allowed == self.most {
            return;
        }
        state.well = 0;
        state.allowed += 1;
        match state.owed.checked_sub(1) {
            Some(owed) => state.owed = owed,
            None => self.places.add_permits(1),
        }
    }

    /// The store asked for fewer calls than there were after so many falls.
    fn fall(&self, falls: u64) {
        let mut state = self.state();
        // calls begun at a higher level say nothing of this one
        if state.falls != falls {
            return;
        }
        let lower = (state.allowed * 7 / 10).max(1);
        let surplus = state.allowed - lower;
        state.owed += surplus - self.places.forget_permits(surplus);
        state.allowed = lower;
        state.well = 0;
        state.falls += 1;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place<'_> {
    /// The call went well.
    pub(crate) fn went_well(self) {
        self.level.rise();
    }

    /// The store asked for fewer calls.
    pub(crate) fn was_too_much(self) {
        self.level.fall(self.falls);
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.level.state();
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
