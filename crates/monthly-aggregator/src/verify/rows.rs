//! Verify: the rows of one part.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMicrosecondType;
use cloudtrail_model::{Day, EVENT_TIMESTAMP, Fingerprint, Record};
use futures::TryStreamExt;
use lake::{EventDays, Part, Partition};
use lake_store::Store;
use parquet::errors::ParquetError;

use crate::append_lines;
use crate::export::part_reader::read_rows;

/// The rows of a part that were read.
#[derive(Debug, Default)]
pub(crate) struct RowsRead {
    rows: u64,
    undated: u64,
    /// Dated rows by event day.
    days: BTreeMap<Day, u64>,
}

impl RowsRead {
    /// The first difference from what the commit states about the part.
    pub(crate) fn difference(&self, part: &Part) -> Option<String> {
        if self.rows != part.records {
            return Some(format!("it has {} rows, the journal says {}", self.rows, part.records));
        }
        let EventDays { days: stated, undated, .. } = &part.event_days;
        // an undated record counts at its delivery day, which its row does not tell
        let too_many = self.days.iter().any(|(day, rows)| stated.get(day).is_none_or(|stated| rows > stated));
        (too_many || self.undated != *undated)
            .then(|| "its rows by event day are not those that the journal says".to_owned())
    }
}

/// Reads every row of a part back to its record, and calls `each` with the fingerprint of each dated record that has an eventID.
/// An undated record may be there once for each of its delivery days.
///
/// # Errors
/// Fails if the part cannot be read.
pub(crate) async fn read_part(
    lake: &Arc<dyn Store>,
    partition: Partition,
    part: &Part,
    mut each: impl FnMut(Fingerprint),
) -> Result<RowsRead, ParquetError> {
    let mut read = RowsRead::default();
    let mut lines = Vec::new();
    let mut batches = read_rows(lake.clone(), &part.key, part.bytes).await?;
    while let Some(batch) = batches.try_next().await? {
        lines.clear();
        append_lines(&batch, partition.table, &mut lines)?;
        read.rows += batch.num_rows() as u64;
        let mut records = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        for instant in instants(&batch)? {
            let Some(line) = records.next() else { break };
            let Some(day) = instant.and_then(Day::of_instant) else {
                read.undated += 1;
                continue;
            };
            *read.days.entry(day).or_default() += 1;
            let record = Record::from_line(line).map_err(|error| ParquetError::External(Box::new(error)))?;
            Fingerprint::of(&record).into_iter().for_each(&mut each);
        }
    }
    Ok(read)
}

/// The column `eventTimestamp`.
fn instants(batch: &RecordBatch) -> Result<impl Iterator<Item = Option<i64>>, ParquetError> {
    let column = batch.column_by_name(EVENT_TIMESTAMP);
    let instants = column.and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>());
    let instants = instants
        .ok_or_else(|| ParquetError::General(format!("it has no {EVENT_TIMESTAMP} in microseconds")))?;
    Ok(instants.iter())
}

/// A hash of fingerprints with a new seed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hasher(RandomState);

impl Hasher {
    pub(crate) fn hash(&self, fingerprint: &Fingerprint) -> u64 {
        self.0.hash_one(fingerprint)
    }
}
