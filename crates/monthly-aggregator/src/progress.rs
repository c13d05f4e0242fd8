//! The progress of a run.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters that only grow while a run goes on. Read them at any time.
#[derive(Debug, Default)]
pub struct Progress {
    records_planned: AtomicU64,
    records_read: AtomicU64,
}

impl Progress {
    /// Records of daily parts that were planned to be read so far, and how many of them were read.
    pub fn now(&self) -> (u64, u64) {
        (self.records_planned.load(Ordering::Relaxed), self.records_read.load(Ordering::Relaxed))
    }

    pub(crate) fn plan(&self, records: u64) {
        self.records_planned.fetch_add(records, Ordering::Relaxed);
    }

    pub(crate) fn read(&self, records: u64) {
        self.records_read.fetch_add(records, Ordering::Relaxed);
    }
}
