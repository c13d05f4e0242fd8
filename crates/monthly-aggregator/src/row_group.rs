//! Encode: a row group sorted, flattened and compressed, on every core. Nothing of it is written yet.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
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
    pub(crate) fn encode(&self, group: RowGroup) -> Result<EncodedRowGroup> {
        let (rows, raw_bytes) = (group.rows as u64, group.raw_bytes as u64);
        let (batches, event_times) = self.flatten(&group)?;
        drop(group); // its text is in the columns now
        let file = self.start_file()?;
        let writers = ArrowRowGroupWriterFactory::new(&file, self.schema.clone()).create_column_writers(0)?;
        Ok(EncodedRowGroup { columns: self.compress(&batches, writers)?, rows, raw_bytes, event_times })
    }

    /// The rows in batches, in their order.
    fn flatten(&self, group: &RowGroup) -> Result<(Vec<RecordBatch>, EventTimes)> {
        let mut lines: Vec<(&Piece, &Line)> = group.lines().collect();
        lines.par_sort_by(|(a, line_a), (b, line_b)| a.sort_key(line_a).cmp(&b.sort_key(line_b)));
        let flattened = lines.par_chunks(BATCH_ROWS).map(|lines| {
            let mut rows = RowBuilder::new(self.table);
            let mut event_times = EventTimes::default();
            for (piece, line) in lines {
                rows.append(piece.text(line));
                event_times.add(piece.event_time(line));
            }
            Ok((rows.finish()?, event_times))
        });
        let (batches, times): (Vec<_>, Vec<_>) = flattened.collect::<Result<Vec<_>>>()?.into_iter().unzip();
        let mut event_times = EventTimes::default();
        times.into_iter().for_each(|times| event_times.merge(times));
        Ok((batches, event_times))
    }

    /// Every column by itself.
    fn compress(
        &self,
        batches: &[RecordBatch],
        writers: Vec<ArrowColumnWriter>,
    ) -> Result<Vec<ArrowColumnChunk>> {
        let mut writers = writers.into_iter();
        // a struct has as many writers as it has leaves
        let by_field: Vec<(usize, Vec<ArrowColumnWriter>)> = self
            .schema
            .fields()
            .iter()
            .enumerate()
            .map(|(at, field)| (at, writers.by_ref().take(leaves(field.data_type())).collect()))
            .collect();
        let columns = by_field.into_par_iter().map(|(at, mut writers)| {
            for batch in batches {
                let leaves = compute_leaves(self.schema.field(at), batch.column(at))?;
                if leaves.len() != writers.len() {
                    return Err(ParquetError::General(format!("column {at} has {} leaves", leaves.len())));
                }
                for (writer, leaf) in writers.iter_mut().zip(&leaves) {
                    writer.write(leaf)?;
                }
            }
            writers.into_iter().map(ArrowColumnWriter::close).collect::<Result<Vec<_>>>()
        });
        Ok(columns.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
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
