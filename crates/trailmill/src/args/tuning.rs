//! Settings that change how the work is done.

use clap::Args;

/// Settings that change how the work is done, not its result.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct TuningArguments {
    /// How hard parts are compressed, as with gzip: 1 is fastest, 9 smallest.
    #[arg(long, value_name = "1-9", default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=9))]
    pub(crate) level: u32,
    /// Threads that decode and compress; as many as there are cores by default.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Log files fetched at once.
    #[arg(long, value_name = "N", default_value_t = 128, value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub(crate) fetches: u16,
    /// MiB that a log file may have after decompression; larger ones are quarantined.
    #[arg(long, value_name = "MIB", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=4095))]
    pub(crate) max_file: u32,
}

/// How Parquet is written.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct ParquetArguments {
    /// MiB after which a Parquet file is full.
    #[arg(long, value_name = "MIB", default_value_t = 192, value_parser = clap::value_parser!(u32).range(1..=65536))]
    pub(crate) part_size: u32,
    /// Rows after which a Parquet file is full; no bound by default.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) part_rows: Option<u64>,
    /// MiB of text in a row group; memory is a small multiple of it.
    #[arg(long, value_name = "MIB", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub(crate) row_group: u16,
    /// zstd level of the Parquet.
    #[arg(long, value_name = "1-22", default_value_t = 3, value_parser = clap::value_parser!(i32).range(1..=22))]
    pub(crate) zstd_level: i32,
}
