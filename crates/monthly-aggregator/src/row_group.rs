//! Encode: a row group sorted, turned into columns and compressed, on every core. Nothing of it is written yet.

use std::sync::Arc;

use cloudtrail_model::{Leaf, Shape, Table};
use lake::{EventTimes, WrittenRecords};
use parquet::arrow::ArrowSchemaConverter;
use parquet::errors::Result;
use parquet::file::properties::WriterPropertiesPtr;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::SchemaDescPtr;
use rayon::prelude::*;

use crate::batch::{BATCH_ROWS, Batch};
use crate::column_chunk::ColumnChunkWriter;
use crate::compressor::Compressors;
use crate::finished_chunk::ColumnChunk;
use crate::gather::RowGroup;
use crate::piece::{Line, Piece};
use crate::properties::writer_properties;
use crate::row_order::in_order;
use crate::{Options, arrow_schema};

/// Batches made before the columns take them.
const BATCHES_AT_ONCE: usize = 2;

/// Makes row groups of a table.
#[derive(Debug, Clone)]
pub(crate) struct Encoder {
    schema: SchemaDescPtr,
    leaves: Arc<[Leaf]>,
    properties: WriterPropertiesPtr,
    compressors: Compressors,
}

/// The compressed columns of a row group.
pub(crate) struct EncodedRowGroup {
    columns: Vec<ColumnChunk>,
    written: WrittenRecords,
}

impl Encoder {
    pub(crate) fn new(table: Table, options: &Options) -> Result<Self> {
        let schema = ArrowSchemaConverter::new().schema_root("cloudtrail").convert(&arrow_schema(table))?;
        Ok(Encoder {
            schema: Arc::new(schema),
            leaves: Shape::new(table).leaves().into(),
            properties: Arc::new(writer_properties(options)?),
            compressors: Compressors::new(options.level),
        })
    }

    /// A file of this table that goes to memory.
    pub(crate) fn start_file(&self) -> Result<SerializedFileWriter<Vec<u8>>> {
        SerializedFileWriter::new(Vec::new(), self.schema.root_schema_ptr(), self.properties.clone())
    }

    /// Sorts and compresses a row group. Runs on the thread pool that calls it.
    pub(crate) fn encode(&self, group: &RowGroup) -> Result<EncodedRowGroup> {
        let lines = in_order(group);
        let mut event_times = EventTimes::default();
        for (piece, line) in &lines {
            event_times.add(std::str::from_utf8(piece.event_time(line)).ok());
        }
        let written =
            WrittenRecords { records: group.rows as u64, raw_bytes: group.raw_bytes as u64, event_times };
        Ok(EncodedRowGroup { columns: self.columns(&lines)?, written })
    }

    /// The columns of some rows.
    pub(crate) fn columns(&self, lines: &[(&Piece, &Line)]) -> Result<Vec<ColumnChunk>> {
        let mut columns = self.start_columns(lines.len())?;
        // a few batches at a time: small enough that the columns find their text in the processor's cache
        for lines in lines.chunks(BATCH_ROWS * BATCHES_AT_ONCE) {
            let batches = lines.par_chunks(BATCH_ROWS).map(|lines| Batch::new(&self.leaves, lines));
            let batches: Vec<Batch<'_>> = batches.collect();
            columns
                .par_iter_mut()
                .try_for_each(|column| batches.iter().try_for_each(|batch| column.write(batch)))?;
        }
        columns.into_par_iter().map(ColumnChunkWriter::finish).collect()
    }

    /// A writer for each leaf of the table.
    fn start_columns(&self, rows: usize) -> Result<Vec<ColumnChunkWriter>> {
        let leaves = self.leaves.iter().enumerate();
        let columns = leaves.map(|(at, leaf)| {
            let descriptor = self.schema.column(at);
            ColumnChunkWriter::new((at, *leaf), descriptor, self.compressors.clone(), rows)
        });
        columns.collect()
    }
}

impl EncodedRowGroup {
    /// Appends the row group to a file, and tells which records it holds.
    pub(crate) fn append_to(self, file: &mut SerializedFileWriter<Vec<u8>>) -> Result<WrittenRecords> {
        let mut row_group = file.next_row_group()?;
        for (chunk, close) in self.columns {
            row_group.append_column(&chunk, close)?;
        }
        row_group.close()?;
        Ok(self.written)
    }
}

#[cfg(test)]
#[path = "row_group_tests.rs"]
mod tests;
