//! How far a run is, for whoever watches.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What a piece of work is, for the account of time.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Work {
    Decode,
    Compress,
}

/// Counters that only grow while a run goes on. Read them at any time.
#[derive(Debug, Default)]
pub struct Progress {
    files_planned: AtomicU64,
    files_done: AtomicU64,
    records: AtomicU64,
    raw_bytes: AtomicU64,
    decode_nanos: AtomicU64,
    compress_nanos: AtomicU64,
}

/// The counters at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProgressNow {
    /// Log files that were planned to be read so far.
    pub files_planned: u64,
    /// Log files read.
    pub files_done: u64,
    /// Records in them.
    pub records: u64,
    /// Bytes of their text.
    pub raw_bytes: u64,
    /// Time that threads spent decoding, added up.
    pub decode_time: Duration,
    /// Time that threads spent compressing, added up.
    pub compress_time: Duration,
}

impl Progress {
    /// The counters now.
    pub fn now(&self) -> ProgressNow {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        ProgressNow {
            files_planned: get(&self.files_planned),
            files_done: get(&self.files_done),
            records: get(&self.records),
            raw_bytes: get(&self.raw_bytes),
            decode_time: Duration::from_nanos(get(&self.decode_nanos)),
            compress_time: Duration::from_nanos(get(&self.compress_nanos)),
        }
    }

    pub(crate) fn worked(&self, what: Work, time: Duration) {
        let counter = match what {
            Work::Decode => &self.decode_nanos,
            Work::Compress => &self.compress_nanos,
        };
        counter.fetch_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    pub(crate) fn plan(&self, files: usize) {
        self.files_planned.fetch_add(files as u64, Ordering::Relaxed);
    }

    pub(crate) fn done(&self, records: u64, raw_bytes: u64) {
        self.files_done.fetch_add(1, Ordering::Relaxed);
        self.records.fetch_add(records, Ordering::Relaxed);
        self.raw_bytes.fetch_add(raw_bytes, Ordering::Relaxed);
    }
}
