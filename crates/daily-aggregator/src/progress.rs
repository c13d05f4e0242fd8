//! Progress counters of a run.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The kind of a task, for the accounting of time.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Work {
    Decode,
    Compress,
}

/// Counters that grow while a run is in progress. They may be read at any time.
#[derive(Debug, Default)]
pub struct Progress {
    files_planned: AtomicU64,
    files_done: AtomicU64,
    records: AtomicU64,
    raw_bytes: AtomicU64,
    decode_nanos: AtomicU64,
    compress_nanos: AtomicU64,
}

/// A snapshot of the counters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProgressNow {
    /// Log files planned to read, so far.
    pub files_planned: u64,
    /// Log files read.
    pub files_done: u64,
    /// Records read.
    pub records: u64,
    /// Bytes of text read.
    pub raw_bytes: u64,
    /// Time of decoding, summed over threads.
    pub decode_time: Duration,
    /// Time of compressing, summed over threads.
    pub compress_time: Duration,
}

impl Progress {
    /// A snapshot of the counters.
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
