//! Encode: a row group sorted, and turned into the compressed columns of its table. Nothing of it is written yet.

use std::sync::Arc;

use cloudtrail_model::{Leaf, LeafValue, Shape, Table};
use lake::WrittenRecords;
use parquet::arrow::ArrowSchemaConverter;
use parquet::errors::Result;
use parquet::file::properties::WriterPropertiesPtr;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::SchemaDescPtr;
use parquet_columns::{ColumnLayout, EncodedColumns, Row, RowGroupEncoder, Value};

use crate::encode::properties::writer_properties;
use crate::gather::row_group::RowGroup;
use crate::gather::row_order::in_order;
use crate::plan::size::Size;
use crate::read::piece::{Line, Piece};
use crate::{Options, arrow_schema};

/// Makes row groups of a table.
#[derive(Debug, Clone)]
pub(crate) struct Encoder {
    schema: SchemaDescPtr,
    properties: WriterPropertiesPtr,
    columns: RowGroupEncoder,
}

/// The compressed columns of a row group.
pub(crate) struct EncodedRowGroup {
    columns: EncodedColumns,
    pub(crate) written: WrittenRecords,
    /// See [`RowGroup::begins`].
    pub(crate) begins: Option<Size>,
}

impl Encoder {
    pub(crate) fn new(table: Table, options: &Options) -> Result<Self> {
        let schema = ArrowSchemaConverter::new().schema_root("cloudtrail").convert(&arrow_schema(table))?;
        let schema = Arc::new(schema);
        let layout: Vec<ColumnLayout> = Shape::new(table).leaves().iter().map(layout).collect();
        Ok(Encoder {
            schema: schema.clone(),
            properties: Arc::new(writer_properties(options)?),
            columns: RowGroupEncoder::new(schema, &layout, options.level)?,
        })
    }

    /// A file of this table that goes to memory.
    pub(crate) fn start_file(&self) -> Result<SerializedFileWriter<Vec<u8>>> {
        SerializedFileWriter::new(Vec::new(), self.schema.root_schema_ptr(), self.properties.clone())
    }

    /// Sorts and compresses a row group. Runs on the thread pool that calls it.
    pub(crate) fn encode(&self, group: &RowGroup) -> Result<EncodedRowGroup> {
        let lines = in_order(group);
        let (records, raw_bytes) = (group.rows as u64, group.raw_bytes as u64);
        let event_days = group.event_days();
        let written = WrittenRecords { records, raw_bytes, event_days, ..WrittenRecords::default() };
        Ok(EncodedRowGroup { columns: self.columns(lines)?, written, begins: group.begins })
    }

    /// The columns of some rows.
    pub(crate) fn columns(&self, lines: Vec<(&Piece, &Line)>) -> Result<EncodedColumns> {
        let rows: Vec<LineRow<'_>> = lines.into_iter().map(|(piece, line)| LineRow { piece, line }).collect();
        self.columns.encode(&rows)
    }
}

impl EncodedRowGroup {
    /// Appends the row group to a file, and tells which records it holds.
    pub(crate) fn append_to(self, file: &mut SerializedFileWriter<Vec<u8>>) -> Result<WrittenRecords> {
        self.columns.append_to(file)?;
        Ok(self.written)
    }
}

/// A leaf of the column table as a column of Parquet.
fn layout(leaf: &Leaf) -> ColumnLayout {
    let Leaf { within, unique, bloom_filter, repeated: _ } = *leaf;
    ColumnLayout { within, unique, bloom_filter }
}

/// A line as a row of Parquet.
struct LineRow<'g> {
    piece: &'g Piece,
    line: &'g Line,
}

impl Row for LineRow<'_> {
    fn bytes(&self) -> &[u8] {
        self.piece.text()
    }

    fn present(&self) -> u32 {
        self.line.present()
    }

    fn values(&self) -> impl Iterator<Item = Value> {
        self.piece.values(self.line).map(|LeafValue { leaf, levels, start, length }| Value {
            column: usize::from(leaf),
            levels,
            start,
            length,
        })
    }
}

#[cfg(test)]
#[path = "row_group_tests.rs"]
mod tests;
