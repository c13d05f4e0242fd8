//! How the daily stage does its work. None of it changes which records are written.

use cloudtrail_model::Limits;

/// Settings of the daily stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// What a log file may be at most.
    pub limits: Limits,
    /// How hard parts are compressed, 1 to 9 as with gzip: [`block_deflate::Level`].
    pub level: u32,
    /// Bytes of text that are grouped and compressed at once. Blocks are cut by this, and by a quarter of `memory_bytes`
    /// of files whose records wait; so output is the same whatever the concurrency.
    pub block_bytes: usize,
    /// Bytes of text after which a part is full and the next begins.
    pub part_raw_bytes: u64,
    /// Log files fetched at once.
    pub fetches: usize,
    /// Bytes of log files, decoded or not, held at once. A single larger file is decoded by itself.
    pub memory_bytes: usize,
    /// Threads that decode and compress.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            limits: Limits::default(),
            level: 6,
            block_bytes: 2 << 20,
            part_raw_bytes: 512 << 20,
            fetches: 128,
            memory_bytes: 8 << 20,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}
