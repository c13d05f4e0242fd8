//! What goes wrong with a request, as a test scripts it.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::s3::Call;

/// What goes wrong with one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is not done: answered with a status and a code of S3's. Of status 200, an error inside an answer that began
    /// well, as S3 gives to `CompleteMultipartUpload`.
    Fail(u16, &'static str),
    /// It is done, and answered with a status and a code as if it were not.
    DoneThenFail(u16, &'static str),
    /// It is done, and the connection is cut before the answer.
    ReplyLost,
    /// It is not done: the connection is cut before the request is read.
    Reset,
    /// It is done, and the connection is cut half-way through the answer's body.
    ShortBody,
    /// It is done, after this long.
    Slow(Duration),
}

/// Decides what goes wrong with a request, given its number since the script was set.
type Script = Arc<dyn Fn(&Call, u64) -> Option<Fault> + Send + Sync>;

/// The script of a server, and what came of it.
#[derive(Default)]
pub(super) struct Faults {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    script: Option<Script>,
    asked: u64,
    happened: u64,
    calls: Vec<Call>,
    under_way: usize,
    most_at_once: usize,
    latency: Duration,
}

impl Faults {
    pub(super) fn set(&self, script: Option<Script>) {
        let mut state = self.lock();
        (state.script, state.asked, state.happened) = (script, 0, 0);
    }

    pub(super) fn set_latency(&self, latency: Duration) {
        self.lock().latency = latency;
    }

    /// A request has begun, until what is given back is dropped.
    pub(super) fn begin(&self) -> UnderWay<'_> {
        let mut state = self.lock();
        state.under_way += 1;
        state.most_at_once = state.most_at_once.max(state.under_way);
        UnderWay(self)
    }

    pub(super) fn most_at_once(&self) -> usize {
        self.lock().most_at_once
    }

    /// Notes a request, and says how long it takes and what goes wrong with it.
    pub(super) fn next(&self, call: Call) -> (Duration, Option<Fault>) {
        let mut state = self.lock();
        let fault = state.script.clone().and_then(|script| script(&call, state.asked));
        state.asked += 1;
        state.happened += u64::from(fault.is_some());
        state.calls.push(call);
        (state.latency, fault)
    }

    pub(super) fn happened(&self) -> u64 {
        self.lock().happened
    }

    pub(super) fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.lock().calls)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that is not answered yet.
pub(super) struct UnderWay<'a>(&'a Faults);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.lock().under_way -= 1;
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faults").field("happened", &self.happened()).finish_non_exhaustive()
    }
}
