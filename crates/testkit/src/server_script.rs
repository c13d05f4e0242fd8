//! The requests of a server in the process, and the script of its faults.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Chooses the fault of a request by its number since the script was set.
type Chooser<Call, Fault> = Arc<dyn Fn(&Call, u64) -> Option<Fault> + Send + Sync>;

/// The faults of a server, and its requests.
pub(crate) struct ServerScript<Call, Fault> {
    state: Mutex<State<Call, Fault>>,
}

struct State<Call, Fault> {
    chooser: Option<Chooser<Call, Fault>>,
    asked: u64,
    happened: u64,
    calls: Vec<Call>,
    in_progress: usize,
    most_at_once: usize,
    latency: Duration,
}

impl<Call, Fault> Default for ServerScript<Call, Fault> {
    fn default() -> Self {
        let state = State {
            chooser: None,
            asked: 0,
            happened: 0,
            calls: Vec::new(),
            in_progress: 0,
            most_at_once: 0,
            latency: Duration::ZERO,
        };
        ServerScript { state: Mutex::new(state) }
    }
}

impl<Call, Fault> ServerScript<Call, Fault> {
    pub(crate) fn set(&self, chooser: Option<Chooser<Call, Fault>>) {
        let mut state = self.lock();
        (state.chooser, state.asked, state.happened) = (chooser, 0, 0);
    }

    pub(crate) fn set_latency(&self, latency: Duration) {
        self.lock().latency = latency;
    }

    /// Counts a request as in progress until the result is dropped.
    pub(crate) fn begin(&self) -> UnderWay<'_, Call, Fault> {
        let mut state = self.lock();
        state.in_progress += 1;
        state.most_at_once = state.most_at_once.max(state.in_progress);
        UnderWay(self)
    }

    pub(crate) fn most_at_once(&self) -> usize {
        self.lock().most_at_once
    }

    /// Records a request. Returns its latency and fault.
    pub(crate) fn next(&self, call: Call) -> (Duration, Option<Fault>) {
        let mut state = self.lock();
        let fault = state.chooser.clone().and_then(|chooser| chooser(&call, state.asked));
        state.asked += 1;
        state.happened += u64::from(fault.is_some());
        state.calls.push(call);
        (state.latency, fault)
    }

    pub(crate) fn happened(&self) -> u64 {
        self.lock().happened
    }

    pub(crate) fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.lock().calls)
    }

    fn lock(&self) -> MutexGuard<'_, State<Call, Fault>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request in progress.
pub(crate) struct UnderWay<'a, Call, Fault>(&'a ServerScript<Call, Fault>);

impl<Call, Fault> Drop for UnderWay<'_, Call, Fault> {
    fn drop(&mut self) {
        self.0.lock().in_progress -= 1;
    }
}

impl<Call, Fault> fmt::Debug for ServerScript<Call, Fault> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerScript").field("happened", &self.happened()).finish_non_exhaustive()
    }
}
