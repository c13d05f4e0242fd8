//! Rows turned into columns and compressed, on every core. Nothing of it is written yet.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::ZstdLevel;
use parquet::errors::{ParquetError, Result};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::SchemaDescPtr;
use rayon::prelude::*;

use crate::batch::{BATCH_ROWS, Batch};
use crate::column_chunk::ColumnChunkWriter;
use crate::compressor::Compressors;
use crate::finished_chunk::ColumnChunk;
use crate::layout::ColumnLayout;
use crate::row::Row;

/// Batches made before the columns take them.
const BATCHES_AT_ONCE: usize = 2;

/// Encodes row groups of one schema.
#[derive(Debug, Clone)]
pub struct RowGroupEncoder {
    schema: SchemaDescPtr,
    columns: Arc<[ColumnLayout]>,
    compressors: Compressors,
}

/// The compressed column chunks of a row group.
pub struct EncodedColumns(Vec<ColumnChunk>);

impl RowGroupEncoder {
    /// An encoder for a schema, each of whose leaves has a layout, at a zstd level of 1 to 22.
    ///
    /// # Errors
    ///
    /// Fails if there are more or fewer layouts than leaves, if a leaf is of a type that is not written, is required or does
    /// not fit its layout, or if zstd has no such level.
    pub fn new(schema: SchemaDescPtr, columns: &[ColumnLayout], level: i32) -> Result<Self> {
        ZstdLevel::try_new(level)?;
        if columns.len() != schema.num_columns() {
            let (layouts, leaves) = (columns.len(), schema.num_columns());
            return Err(ParquetError::General(format!("{layouts} column layouts for {leaves} leaves")));
        }
        for (layout, leaf) in columns.iter().zip(schema.columns()) {
            layout.values(leaf)?;
        }
        Ok(RowGroupEncoder { schema, columns: columns.into(), compressors: Compressors::new(level) })
    }

    /// Encodes rows as one row group, in their order. Runs on the rayon thread pool that calls it.
    ///
    /// # Errors
    ///
    /// Fails if values of a repeated column come without levels, those of another with levels, or levels are above those of
    /// the schema; or if zstd has no memory.
    ///
    /// # Panics
    ///
    /// Panics if a value is of no column of the schema, or is not inside the bytes of its row.
    pub fn encode<R: Row>(&self, rows: &[R]) -> Result<EncodedColumns> {
        let mut columns = self.start_columns(rows.len())?;
        // a few batches at a time: small enough that the columns find their text in the processor's cache
        for rows in rows.chunks(BATCH_ROWS * BATCHES_AT_ONCE) {
            let batches = rows.par_chunks(BATCH_ROWS).map(|rows| Batch::new(self.columns.len(), rows));
            let batches: Vec<Batch<'_>> = batches.collect();
            columns
                .par_iter_mut()
                .try_for_each(|column| batches.iter().try_for_each(|batch| column.write(batch)))?;
        }
        let chunks: Result<_> = columns.into_par_iter().map(ColumnChunkWriter::finish).collect();
        Ok(EncodedColumns(chunks?))
    }

    /// A writer for each leaf of the schema.
    fn start_columns(&self, rows: usize) -> Result<Vec<ColumnChunkWriter>> {
        let columns = self.columns.iter().zip(self.schema.columns()).enumerate();
        let columns = columns.map(|(at, (layout, leaf))| {
            ColumnChunkWriter::new((at, *layout), leaf.clone(), self.compressors.clone(), rows)
        });
        columns.collect()
    }
}

impl EncodedColumns {
    /// Appends the row group to a file of the encoder's schema.
    ///
    /// # Errors
    ///
    /// Fails if the file is of another schema, or cannot be written to.
    pub fn append_to<W: Write + Send>(self, file: &mut SerializedFileWriter<W>) -> Result<()> {
        let mut row_group = file.next_row_group()?;
        for (chunk, close) in self.0 {
            row_group.append_column(&chunk, close)?;
        }
        row_group.close().map(drop)
    }
}

impl std::fmt::Debug for EncodedColumns {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("EncodedColumns").field("columns", &self.0.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "encoder_tests.rs"]
mod tests;
