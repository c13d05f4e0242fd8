//! Tests only: lines to Parquet and back, with nothing lost on the way.

use arrow_array::RecordBatch;
use cloudtrail_model::Table;

use crate::append_lines;
use crate::testing::encoded_rows::{parquet_of, rows_of};
use crate::testing::json_text::canonical;
use crate::testing::oracle::assert_rows;

/// There and back: the rows of these lines, and the lines that come out of them.
pub(crate) fn round_trip(table: Table, lines: &[&[u8]]) -> (RecordBatch, Vec<String>) {
    let batch = rows_of(parquet_of(table, lines));
    assert_rows(table, lines, &batch);
    let mut ndjson = Vec::new();
    append_lines(&batch, table, &mut ndjson).unwrap();
    let text = String::from_utf8(ndjson).unwrap();
    (batch, text.split_terminator('\n').map(str::to_owned).collect())
}

/// Every line comes back equal as JSON. Returns the rows between.
pub(crate) fn assert_lossless(table: Table, lines: &[&[u8]]) -> RecordBatch {
    let (batch, back) = round_trip(table, lines);
    assert_eq!(back.len(), lines.len());
    for (line, back) in lines.iter().zip(back) {
        let line = std::str::from_utf8(line).unwrap();
        assert_eq!(canonical(&back), canonical(line), "{line}");
    }
    batch
}
