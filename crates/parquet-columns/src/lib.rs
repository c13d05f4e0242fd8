//! The column chunks of Parquet row groups, encoded on every core from rows that are bytes already.

mod batch;
mod column_chunk;
mod compressor;
mod delta;
mod dictionary;
mod encoder;
mod finished_chunk;
mod layout;
mod page_values;
mod rle;
mod row;
mod statistics;
#[cfg(test)]
mod test_rows;

pub use encoder::{EncodedColumns, RowGroupEncoder};
pub use layout::ColumnLayout;
pub use row::{Row, Value};
