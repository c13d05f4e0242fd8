//! The progress of a search, for whoever watches.

use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of parts: those of which it is known that they are searched, and those that are done. Bytes that need not be read
/// count as done.
#[derive(Debug, Default)]
pub struct Progress {
    planned: AtomicU64,
    done: AtomicU64,
    found: AtomicU64,
}

impl Progress {
    /// Bytes planned and done, and records found.
    pub fn now(&self) -> (u64, u64, u64) {
        let of = |number: &AtomicU64| number.load(Ordering::Relaxed);
        (of(&self.planned), of(&self.done), of(&self.found))
    }

    pub(crate) fn add_planned(&self, bytes: u64) {
        self.planned.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn add_done(&self, bytes: u64) {
        self.done.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn set_found(&self, records: u64) {
        self.found.store(records, Ordering::Relaxed);
    }
}
