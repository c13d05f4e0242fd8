//! How the monthly stage does its work. None of it changes which records are written.

/// Settings of the monthly stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Bytes of Parquet after which a part is full and the next begins.
    pub part_bytes: u64,
    /// Rows after which a part is full and the next begins.
    pub part_rows: u64,
    /// Bytes of text in a row group, at most, with [`Options::BYTES_OF_A_ROW`] more for each record; a single longer record has one
    /// of its own. Memory is a small multiple of it.
    pub row_group_raw_bytes: usize,
    /// Rows in a row group, at most.
    pub row_group_rows: usize,
    /// Event days a row group spans, at most: queries for a few days read few row groups.
    pub row_group_days: u8,
    /// Bytes of text of a slice, about: what one commit writes. A crash loses no more than that.
    pub slice_raw_bytes: u64,
    /// Event days of a slice, at most.
    pub slice_days: u16,
    /// Memory of the index of off-day records, in bytes. Event days that need more are done in rounds.
    pub index_bytes: u64,
    /// zstd level of the columns, 1 to 22.
    pub level: i32,
    /// Threads that encode, and daily parts read at once, up to eight.
    pub threads: usize,
}

impl Options {
    /// About how many bytes of memory a record takes besides its text.
    pub const BYTES_OF_A_ROW: u64 = 96;

    /// Whether some records fit into one row group.
    pub(crate) fn fit_a_row_group(&self, records: u64, raw_bytes: u64) -> bool {
        let bytes = raw_bytes.saturating_add(records.saturating_mul(Self::BYTES_OF_A_ROW));
        bytes <= self.row_group_raw_bytes as u64 && records <= self.row_group_rows as u64
    }
}

impl Default for Options {
    fn default() -> Self {
        Options {
            part_bytes: 192 << 20,
            part_rows: u64::MAX,
            row_group_raw_bytes: 64 << 20,
            row_group_rows: 1 << 20,
            row_group_days: 3,
            slice_raw_bytes: 16 << 30,
            slice_days: 31,
            index_bytes: 64 << 20,
            level: 3,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}
