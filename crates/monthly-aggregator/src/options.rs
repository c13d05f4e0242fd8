//! How the monthly stage does its work. None of it changes which records are written.

/// Settings of the monthly stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Bytes of Parquet after which a part is full and the next begins.
    pub part_bytes: u64,
    /// Rows after which a part is full and the next begins.
    pub part_rows: u64,
    /// Bytes of text in a row group, at most; a single longer record has one of its own. What is held in memory is a
    /// small multiple of it.
    pub row_group_raw_bytes: usize,
    /// Rows in a row group, at most.
    pub row_group_rows: usize,
    /// Delivery days a row group spans, at most: queries for a few days read few row groups.
    pub row_group_days: u8,
    /// zstd level of the columns, 1 to 22.
    pub level: i32,
    /// Threads that encode, and daily parts read at once, up to eight.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            part_bytes: 192 << 20,
            part_rows: u64::MAX,
            row_group_raw_bytes: 64 << 20,
            row_group_rows: 1 << 20,
            row_group_days: 3,
            level: 3,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}
