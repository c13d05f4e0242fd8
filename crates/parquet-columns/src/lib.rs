//! The column chunks of Parquet row groups, encoded on every core from rows that are bytes already.
//!
//! The parquet crate's own writers take Arrow arrays, a column at a time. [`RowGroupEncoder`] takes rows whose values are
//! slices of a text, and makes use of rows being sorted: most values equal the one before, which one comparison tells.
//! What goes into pages is encoded here; schema, page headers, bloom filters, page index and footer are the parquet crate's.
//!
//! | column | encoding | zstd level |
//! |---|---|---|
//! | BYTE_ARRAY | dictionary, page by page where that pays; else PLAIN | as asked; PLAIN pages 2 instead of 3 to 5 |
//! | BYTE_ARRAY, [`unique`](ColumnLayout::unique) | PLAIN | 1 |
//! | INT64 | DELTA_BINARY_PACKED | as asked |
//! | BOOLEAN | PLAIN | as asked; 2 instead of 3 to 5 |
//!
//! Levels and dictionary indices are RLE / bit-packed hybrid. A page has 8,192 rows or 1 MiB, but rows without any value are
//! one page. Each page and each chunk has min/max statistics and a count of nulls.
//!
//! Columns are optional, in any number of optional groups; lists and maps are repeated columns, whose Dremel levels the row
//! states. A row group of two columns:
//!
//! ```
//! use std::sync::Arc;
//!
//! use parquet::file::reader::{FileReader, SerializedFileReader};
//! use parquet::file::writer::SerializedFileWriter;
//! use parquet::schema::{parser::parse_message_type, types::SchemaDescriptor};
//! use parquet_columns::{ColumnLayout, Row, RowGroupEncoder, Value};
//!
//! /// An id, and eight bytes behind it where there is a time.
//! struct Event(Vec<u8>);
//!
//! impl Row for Event {
//!     fn bytes(&self) -> &[u8] {
//!         &self.0
//!     }
//!
//!     fn present(&self) -> u32 {
//!         0 // there are no optional groups
//!     }
//!
//!     fn values(&self) -> impl Iterator<Item = Value> {
//!         let id = Value { column: 0, levels: None, start: 0, length: 2 };
//!         let time = Value { column: 1, levels: None, start: 2, length: 8 };
//!         [id, time].into_iter().take(if self.0.len() > 2 { 2 } else { 1 })
//!     }
//! }
//!
//! let message = "message events { optional binary id (UTF8); optional int64 time (TIMESTAMP_MICROS); }";
//! let schema = Arc::new(SchemaDescriptor::new(Arc::new(parse_message_type(message)?)));
//! let id = ColumnLayout { unique: true, bloom_filter: true, ..ColumnLayout::default() };
//! let encoder = RowGroupEncoder::new(schema.clone(), &[id, ColumnLayout::default()], 3)?;
//! let rows = [Event([b"e1", &1_000_000i64.to_le_bytes()[..]].concat()), Event(b"e2".to_vec())];
//!
//! let mut file = SerializedFileWriter::new(Vec::new(), schema.root_schema_ptr(), Arc::default())?;
//! encoder.encode(&rows)?.append_to(&mut file)?;
//! let file = SerializedFileReader::new(bytes::Bytes::from(file.into_inner()?))?;
//!
//! let found: Vec<String> = file.get_row_iter(None)?.map(|row| row.map(|row| row.to_string())).collect::<Result<_, _>>()?;
//! assert_eq!(found, [r#"{id: "e1", time: 1970-01-01 00:00:01.000000 +00:00}"#, r#"{id: "e2", time: null}"#]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(test)]
extern crate self as parquet_columns;

mod batch;
mod column_chunk;
mod compressor;
mod delta;
mod dictionary;
mod encoder;
mod finished_chunk;
#[cfg(test)]
mod fuzz_corpus_tests;
mod layout;
mod page_values;
mod rle;
mod row;
mod statistics;
#[cfg(test)]
mod testing;

pub use encoder::{EncodedColumns, RowGroupEncoder};
pub use layout::ColumnLayout;
pub use row::{Row, Value};
