//! Settings of the daily stage. None changes which records are written.

use cloudtrail_model::Limits;

/// Settings of the daily stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// The limits on a log file.
    pub limits: Limits,
    /// Whether the journal states the SHA-256 of each log file where the source has digest files of CloudTrail, which prove it
    /// ([`Input::first_member_sha256`](lake::Input::first_member_sha256)).
    pub hashes: bool,
    /// The compression level of parts, 1 to 9 as in gzip: [`block_deflate::Level`].
    pub level: u32,
    /// Bytes of text in one block, which is compressed at once. A block also ends when the files of its records reach a
    /// quarter of `memory_bytes`. So the output does not depend on concurrency.
    pub block_bytes: usize,
    /// Bytes of text after which the next part begins.
    pub part_raw_bytes: u64,
    /// The maximum of log files fetched at once.
    pub fetches: usize,
    /// The maximum of bytes of log files held at once, compressed and decoded. A larger file is decoded alone.
    pub memory_bytes: usize,
    /// Number of threads that decode and compress.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            limits: Limits::default(),
            hashes: true,
            level: 6,
            block_bytes: 2 << 20,
            part_raw_bytes: 512 << 20,
            fetches: 128,
            memory_bytes: 8 << 20,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}
