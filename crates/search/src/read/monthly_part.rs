//! A Parquet file: the row groups that may hold what is looked for, and the rows of one that fulfil the query.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMicrosecondType;
use arrow_array::{Array, RecordBatch};
use cloudtrail_model::{Day, EVENT_TIMESTAMP};
use futures::TryStreamExt;
use lake::Part;
use lake_store::Store;
use monthly_aggregator::append_lines;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, RowSelection};
use parquet::arrow::async_reader::ParquetRecordBatchStream;
use parquet::arrow::{ParquetRecordBatchStreamBuilder, ProjectionMask};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};

use crate::explain::Counters;
use crate::filter::query::TableQuery;
use crate::read::chunk::{ChunkSender, Found};
use crate::read::object::ParquetObject;
use crate::read::pages::candidates;
use crate::read::predicates::{Rows, lines_of, predicates};
use crate::read::row_groups::{RowGroup, row_groups};

/// Rows read at once.
const BATCH_ROWS: usize = 1024;

/// A Parquet file whose footer was read.
#[derive(Debug, Clone)]
pub(crate) struct MonthlyPart {
    pub(crate) key: Arc<str>,
    object: ParquetObject,
    metadata: ArrowReaderMetadata,
    query: Arc<TableQuery>,
    /// See [`Unit::replaced`](crate::plan::unit::Unit::replaced).
    replaced: Arc<BTreeSet<Day>>,
    counters: Arc<Counters>,
}

/// What is wanted of the rows that are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Their lines.
    Lines,
    /// Their number; the lines only of undated ones, which may have copies.
    Number,
}

impl MonthlyPart {
    /// Opens a part. Returns it with the row groups that may hold what is looked for.
    ///
    /// # Errors
    /// Fails if it cannot be read, or differs from its commit.
    pub(crate) async fn open(
        lake: Arc<dyn Store>,
        part: &Part,
        query: Arc<TableQuery>,
        replaced: Arc<BTreeSet<Day>>,
        counters: Arc<Counters>,
    ) -> Result<(Self, Vec<RowGroup>)> {
        let mut object = ParquetObject::open(lake, &part.key, part.bytes).await?;
        let mut footer = object.footer().await?;
        let rows = footer.file_metadata().num_rows();
        if u64::try_from(rows) != Ok(part.records) {
            let wrong = format!("it has {rows} rows, the journal says {}", part.records);
            return Err(ParquetError::General(wrong));
        }
        let groups = row_groups(&object, &footer, &query, &counters).await?;
        if !groups.is_empty() {
            footer = page_index(&mut object, footer).await?;
        }
        // the schema is ours by construction, not by a copy of it in the footer
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let metadata = ArrowReaderMetadata::try_new(Arc::new(footer), options)?;
        let key = part.key.as_str().into();
        Ok((MonthlyPart { key, object, metadata, query, replaced, counters }, groups))
    }

    /// Sends the rows of a row group that fulfil the query.
    ///
    /// # Errors
    /// Fails if the part cannot be read.
    pub(crate) async fn read(self, group: RowGroup, wanted: Wanted, mut sender: ChunkSender) -> Result<()> {
        let footer = self.metadata.metadata().clone();
        let selection = candidates(&footer, group.index, &self.query, &self.counters);
        if selection.as_ref().is_some_and(|rows| !rows.selects_any()) {
            self.counters.by_pages.add(1);
            return Ok(());
        }
        let rows = match wanted {
            Wanted::Lines => Rows::All,
            Wanted::Number => {
                self.count(&group, selection.clone(), &mut sender).await?;
                Rows::Undated
            }
        };
        if rows == Rows::All || (self.query.undated && group.times.may_be_undated) {
            self.send_rows(&group, selection, rows, &mut sender).await?;
        }
        sender.send().await;
        Ok(())
    }

    /// Counts the dated rows that fulfil the query.
    async fn count(
        &self,
        group: &RowGroup,
        selection: Option<RowSelection>,
        sender: &mut ChunkSender,
    ) -> Result<()> {
        let columns = ProjectionMask::columns(self.metadata.parquet_schema(), [EVENT_TIMESTAMP]);
        let rows = if group.times.may_be_undated { Rows::Dated } else { Rows::All };
        let mut batches = self.batches(group, selection, rows, columns)?;
        while let Some(batch) = batches.try_next().await? {
            self.counters.rows_found.add(batch.num_rows() as u64);
            sender.count(batch.num_rows() as u64);
        }
        Ok(())
    }

    /// Sends the lines of the rows that fulfil the query.
    async fn send_rows(
        &self,
        group: &RowGroup,
        selection: Option<RowSelection>,
        rows: Rows,
        sender: &mut ChunkSender,
    ) -> Result<()> {
        let mut batches = self.batches(group, selection, rows, ProjectionMask::all())?;
        let mut lines = Vec::new();
        while let Some(batch) = batches.try_next().await? {
            self.counters.rows_found.add(batch.num_rows() as u64);
            lines.clear();
            append_lines(&batch, self.query.table, &mut lines)?;
            for (line, instant) in lines_of(&lines).zip(instants(&batch)?) {
                if sender.add(Found { instant, line: line.to_vec() }) {
                    sender.send().await;
                }
            }
        }
        Ok(())
    }

    /// Some columns of the rows that fulfil the query.
    fn batches(
        &self,
        group: &RowGroup,
        selection: Option<RowSelection>,
        rows: Rows,
        columns: ProjectionMask,
    ) -> Result<ParquetRecordBatchStream<ParquetObject>> {
        let schema = self.metadata.parquet_schema();
        let filter = predicates(&self.query, (group.times, rows), &self.replaced, schema, &self.counters);
        let (object, metadata) = (self.object.clone(), self.metadata.clone());
        let mut builder = ParquetRecordBatchStreamBuilder::new_with_metadata(object, metadata)
            .with_row_groups(vec![group.index])
            .with_batch_size(BATCH_ROWS)
            .with_projection(columns);
        if let Some(filter) = filter {
            builder = builder.with_row_filter(filter);
        }
        if let Some(selection) = selection {
            builder = builder.with_row_selection(selection);
        }
        builder.build()
    }
}

/// A footer with the page index.
async fn page_index(object: &mut ParquetObject, footer: ParquetMetaData) -> Result<ParquetMetaData> {
    let mut reader =
        ParquetMetaDataReader::new_with_metadata(footer).with_page_index_policy(PageIndexPolicy::Optional);
    reader.load_page_index(object).await?;
    reader.finish()
}

/// The column `eventTimestamp`.
fn instants(batch: &RecordBatch) -> Result<impl Iterator<Item = Option<i64>>> {
    let column = batch.column_by_name(EVENT_TIMESTAMP);
    let instants = column.and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>());
    let instants = instants
        .ok_or_else(|| ParquetError::General(format!("it has no {EVENT_TIMESTAMP} in microseconds")))?;
    Ok((0..instants.len()).map(|row| instants.is_valid(row).then(|| instants.value(row))))
}
