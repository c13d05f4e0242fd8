//! Encode: a row group sorted, flattened and compressed, on every core. Nothing of it is written yet.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{FieldRef, SchemaRef};
use cloudtrail_model::{EventTimes, Table};
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves,
};
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::WriterPropertiesPtr;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::TypePtr;
use rayon::prelude::*;

use crate::gather::RowGroup;
use crate::properties::writer_properties;
use crate::read::{Line, Piece};
use crate::{Options, RowBuilder, arrow_schema};

/// Rows flattened by one thread at a time.
const BATCH_ROWS: usize = 2048;
/// Batches flattened before the columns take them.
const BATCHES_AT_ONCE: usize = 4;

/// Makes row groups of a table.
#[derive(Debug, Clone)]
pub(crate) struct Encoder {
    table: Table,
    schema: SchemaRef,
    parquet_schema: TypePtr,
    properties: WriterPropertiesPtr,
}

/// The compressed columns of a row group.
pub(crate) struct EncodedRowGroup {
    columns: Vec<ArrowColumnChunk>,
    pub(crate) rows: u64,
    pub(crate) raw_bytes: u64,
    pub(crate) event_times: EventTimes,
}

impl Encoder {
    pub(crate) fn new(table: Table, options: &Options) -> Result<Self> {
        let schema = Arc::new(arrow_schema(table));
        let parquet_schema = ArrowSchemaConverter::new().schema_root("cloudtrail").convert(&schema)?;
        let properties = Arc::new(writer_properties(table, options)?);
        Ok(Encoder { table, schema, parquet_schema: parquet_schema.root_schema_ptr(), properties })
    }

    /// A file of this table that goes to memory.
    pub(crate) fn start_file(&self) -> Result<SerializedFileWriter<Vec<u8>>> {
        SerializedFileWriter::new(Vec::new(), self.parquet_schema.clone(), self.properties.clone())
    }

    /// Sorts, flattens and compresses a row group. Runs on the thread pool that calls it.
    pub(crate) fn encode(&self, group: &RowGroup) -> Result<EncodedRowGroup> {
        let mut lines: Vec<(&Piece, &Line)> = group.lines().collect();
        lines.par_sort_by(|(a, line_a), (b, line_b)| a.sort_key(line_a).cmp(&b.sort_key(line_b)));
        let mut event_times = EventTimes::default();
        lines.iter().for_each(|(piece, line)| event_times.add(piece.event_time(line)));
        let mut columns = self.start_columns()?;
        // a few batches at a time: the rows as Arrow are as large as their text
        for lines in lines.chunks(BATCH_ROWS * BATCHES_AT_ONCE) {
            let batches = lines.par_chunks(BATCH_ROWS).map(|lines| self.flatten(lines));
            let batches = batches.collect::<Result<Vec<RecordBatch>>>()?;
            columns.par_iter_mut().try_for_each(|column| column.write(&batches))?;
        }
        let closed = columns.into_par_iter().map(FieldWriter::close).collect::<Result<Vec<_>>>()?;
        let columns = closed.into_iter().flatten().collect();
        Ok(EncodedRowGroup {
            columns,
            rows: group.rows as u64,
            raw_bytes: group.raw_bytes as u64,
            event_times,
        })
    }

    fn flatten(&self, lines: &[(&Piece, &Line)]) -> Result<RecordBatch> {
        let mut rows = RowBuilder::new(self.table);
        lines.iter().for_each(|(piece, line)| rows.append(piece.text(line)));
        Ok(rows.finish()?)
    }

    /// A writer for each column of the table.
    fn start_columns(&self) -> Result<Vec<FieldWriter>> {
        let file = self.start_file()?;
        let factory = ArrowRowGroupWriterFactory::new(&file, self.schema.clone());
        let mut leaf_writers = factory.create_column_writers(0)?.into_iter();
        let fields = self.schema.fields().iter().enumerate();
        let columns = fields.map(|(at, field)| {
            let leaves = leaf_writers.by_ref().take(leaves(field.data_type())).collect();
            FieldWriter { at, field: field.clone(), leaves }
        });
        Ok(columns.collect())
    }
}

/// Writes one column of the table: a struct has as many writers as it has leaves.
struct FieldWriter {
    at: usize,
    field: FieldRef,
    leaves: Vec<ArrowColumnWriter>,
}

impl FieldWriter {
    fn write(&mut self, batches: &[RecordBatch]) -> Result<()> {
        for batch in batches {
            let leaves = compute_leaves(&self.field, batch.column(self.at))?;
            if leaves.len() != self.leaves.len() {
                let name = self.field.name();
                return Err(ParquetError::General(format!("{name} has {} leaves", leaves.len())));
            }
            for (writer, leaf) in self.leaves.iter_mut().zip(&leaves) {
                writer.write(leaf)?;
            }
        }
        Ok(())
    }

    fn close(self) -> Result<Vec<ArrowColumnChunk>> {
        self.leaves.into_iter().map(ArrowColumnWriter::close).collect()
    }
}

impl EncodedRowGroup {
    /// Appends the row group to a file.
    pub(crate) fn append_to(self, file: &mut SerializedFileWriter<Vec<u8>>) -> Result<()> {
        let mut row_group = file.next_row_group()?;
        for column in self.columns {
            column.append_to_row_group(&mut row_group)?;
        }
        row_group.close().map(drop)
    }
}

/// Leaf columns of a type.
fn leaves(data_type: &arrow_schema::DataType) -> usize {
    use arrow_schema::DataType::{List, Map, Struct};
    match data_type {
        Struct(fields) => fields.iter().map(|field| leaves(field.data_type())).sum(),
        List(field) | Map(field, _) => leaves(field.data_type()),
        _ => 1,
    }
}

#[cfg(test)]
#[path = "row_group_tests.rs"]
mod tests;
