//! Export: the Parquet of a month back to NDJSON, each line equal to the record that came in.

use std::io::Write;
use std::sync::Arc;

use cloudtrail_model::{Month, Table};
use futures::TryStreamExt;
use lake::{Journal, JournalError, Part, Partition, event_days_of};
use lake_store::Store;
use parquet::errors::ParquetError;

use crate::append_lines;
use crate::export::part_reader::read_rows;

/// Why a month could not be exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The journal of the month cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Nothing was committed.
    #[error("{partition} is not in the lake; run `trailmill monthly` for it first")]
    NoMonth {
        /// The month.
        partition: Partition,
    },
    /// A part cannot be read.
    #[error(
        "part {key} cannot be read; run `trailmill verify`, then `trailmill monthly --rebuild` for its month"
    )]
    Part {
        /// The part.
        key: String,
        /// Why.
        source: ParquetError,
    },
    /// The output takes no more.
    #[error("the lines cannot be written")]
    Write(#[source] std::io::Error),
}

/// Writes every record of a month as a line, and returns their number. Parts come in the order of their event days, each in the order
/// of its rows.
///
/// # Errors
/// Fails if the journal or a part cannot be read, or if the lines cannot be written.
pub async fn export(
    lake: Arc<dyn Store>,
    table: Table,
    month: Month,
    output: &mut (dyn Write + Send),
) -> Result<u64, ExportError> {
    let partition = Partition::month(table, month);
    let state = Journal::new(lake.clone(), partition).read_outline().await?;
    if state.commits == 0 {
        return Err(ExportError::NoMonth { partition });
    }
    let mut records = 0;
    let mut lines = Vec::new();
    let mut parts: Vec<&Part> = state.parts.values().collect();
    parts.sort_by_key(|part| event_days_of(part));
    for part in parts {
        let unreadable = |source| ExportError::Part { key: part.key.clone(), source };
        let mut batches = read_rows(lake.clone(), &part.key, part.bytes).await.map_err(unreadable)?;
        let mut rows = 0;
        while let Some(batch) = batches.try_next().await.map_err(unreadable)? {
            lines.clear();
            append_lines(&batch, table, &mut lines).map_err(|error| unreadable(error.into()))?;
            output.write_all(&lines).map_err(ExportError::Write)?;
            rows += batch.num_rows() as u64;
        }
        if rows != part.records {
            let wrong = format!("it has {rows} rows, the journal says {}", part.records);
            return Err(unreadable(ParquetError::General(wrong)));
        }
        records += rows;
    }
    output.flush().map_err(ExportError::Write)?;
    Ok(records)
}
