//! Tests only: lines as Parquet, and its rows read back.

use arrow_array::{RecordBatch, RecordBatchReader};
use bytes::Bytes;
use cloudtrail_model::{Day, Table};
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};

use crate::{Options, Rows};

/// The day that lines are delivered on.
pub(crate) fn delivered() -> Day {
    "2026-11-22".parse().unwrap()
}

/// Lines as this crate writes them.
pub(crate) fn parquet_of(table: Table, lines: &[&[u8]]) -> Bytes {
    let rows = Rows::of(table, delivered(), lines.iter().copied()).unwrap();
    rows.to_parquet(&Options::default()).unwrap().into()
}

/// The rows of a file, as the parquet crate's own reader sees them.
pub(crate) fn rows_of(file: Bytes) -> RecordBatch {
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options).unwrap();
    let rows = usize::try_from(builder.metadata().file_metadata().num_rows()).unwrap();
    let mut reader = builder.with_batch_size(rows.max(1)).build().unwrap();
    reader.next().map_or_else(|| RecordBatch::new_empty(reader.schema()), Result::unwrap)
}
