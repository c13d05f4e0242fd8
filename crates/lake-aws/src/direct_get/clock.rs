//! The time that requests are signed with: S3 refuses one that differs from its own by more than 15 minutes.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::{Duration, SystemTime};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use aws_types::sdk_config::{SharedTimeSource, TimeSource};

/// The clock of the machine, set by the time in a refusal of S3.
#[derive(Debug, Clone)]
pub(super) struct SigningClock {
    machine: SharedTimeSource,
    /// Milliseconds that S3 is ahead of the machine.
    ahead: Arc<AtomicI64>,
}

impl SigningClock {
    pub(super) fn new(machine: SharedTimeSource) -> Self {
        SigningClock { machine, ahead: Arc::default() }
    }

    /// Sets the clock by the header `date` of a response that has just arrived. Ignores text that is not a date.
    pub(super) fn set(&self, date: &str) {
        let Some(theirs) =
            DateTime::from_str(date, Format::HttpDate).ok().and_then(|date| date.to_millis().ok())
        else {
            return;
        };
        let ours = DateTime::from(self.machine.now()).to_millis().unwrap_or(theirs);
        self.ahead.store(theirs.saturating_sub(ours), Relaxed);
    }
}

impl TimeSource for SigningClock {
    fn now(&self) -> SystemTime {
        let (now, ahead) = (self.machine.now(), self.ahead.load(Relaxed));
        let apart = Duration::from_millis(ahead.unsigned_abs());
        let set = if ahead < 0 { now.checked_sub(apart) } else { now.checked_add(apart) };
        set.unwrap_or(now)
    }
}

#[cfg(test)]
#[path = "clock_tests.rs"]
mod tests;
