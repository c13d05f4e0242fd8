//! How fast a run works, and whether the time until its soft deadline is enough for more.

use tokio::time::{Duration, Instant};

/// The time that some work may take is this many times what it would take at the pace so far.
const SAFETY: f64 = 2.0;

/// The pace of a run.
#[derive(Debug)]
pub(crate) struct Pace {
    until: Option<Instant>,
    began: Instant,
    records: u64,
}

impl Pace {
    /// A run that begins now.
    pub(crate) fn new(until: Option<Instant>) -> Self {
        Pace { until, began: Instant::now(), records: 0 }
    }

    /// Records were written.
    pub(crate) fn wrote(&mut self, records: u64) {
        self.records = self.records.saturating_add(records);
    }

    /// Whether the soft deadline has passed.
    pub(crate) fn is_over(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() > until)
    }

    /// Whether records can be written before the soft deadline, at the pace so far.
    pub(crate) fn has_time_for(&self, records: u64) -> bool {
        let Some(until) = self.until else { return true };
        let now = Instant::now();
        let took = (now - self.began).as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let needed = took * SAFETY * records as f64 / self.records.max(1) as f64;
        Duration::try_from_secs_f64(needed).is_ok_and(|needed| now + needed < until)
    }
}

#[cfg(test)]
#[path = "pace_tests.rs"]
mod tests;
