//! Verify: a month read again from the first byte to the last, and held against its journal.

use std::sync::Arc;

use cloudtrail_model::{DedupeIndex, Fingerprint, Record, Seen};
use futures::TryStreamExt;
use lake::{Invariant, Journal, JournalError, Part, Partition, Verification, hex};
use lake_store::{ErrorKind, Store, StoreError, with_causes};
use parquet::errors::ParquetError;
use sha2::{Digest, Sha256};

use crate::append_lines;
use crate::export::part_reader::read_rows;

/// Bytes of an object that are fetched at once.
const RANGE_BYTES: u64 = 4 << 20;

/// Reads every part of a month again: size, SHA-256, every row of every column back to its record, and that none is there
/// twice. Objects that no commit names are problems too.
///
/// # Errors
/// Fails if the lake cannot be read. A damaged part or journal is a problem in the result, not an error.
pub async fn verify(lake: Arc<dyn Store>, partition: Partition) -> Result<Verification, StoreError> {
    let journal = Journal::new(lake.clone(), partition);
    let mut result = Verification::of(partition);
    let state = match journal.read().await {
        Ok(state) => state,
        Err(JournalError::Store { source, .. }) if source.kind != ErrorKind::NotFound => return Err(source),
        Err(error) => {
            let broken = error.broken().unwrap_or(Invariant::JournalOnlyGrows);
            result.found(broken, with_causes(&error));
            return Ok(result);
        }
    };
    result.unnamed = state.unnamed;
    let advice = format!("run `trailmill monthly --rebuild --month {}`", partition.span);
    let mut index = DedupeIndex::default();
    for part in state.parts.values() {
        result.parts += 1;
        let problem = match check_bytes(&*lake, part).await? {
            Some(problem) => Some(problem),
            None => match check_rows(&lake, partition, part, &mut index).await {
                Ok(problem) => {
                    result.records += part.records;
                    result.bytes += part.bytes;
                    problem
                }
                Err(error) => {
                    let what = format!("it is not whole Parquet: {}", with_causes(&error));
                    Some((Invariant::PartsAsCommitted, what))
                }
            },
        };
        if let Some((invariant, what)) = problem {
            result.found(invariant, format!("{}: {what}; {advice}", part.key));
        }
    }
    let sweep = format!("`trailmill monthly --month {}`", partition.span);
    result.check_visible(&*lake, &journal, &state, &sweep).await?;
    Ok(result)
}

/// What is wrong with a part, if anything is.
type Wrong = Option<(Invariant, String)>;

/// The bytes of a part against its commit. A failing store is an error, a failing part a problem.
async fn check_bytes(lake: &dyn Store, part: &Part) -> Result<Wrong, StoreError> {
    Ok(match digest(lake, part).await {
        Err(error) if error.kind == ErrorKind::NotFound => {
            Some((Invariant::PartsBeforeCommit, format!("missing, with {} records", part.records)))
        }
        Err(error) => return Err(error),
        Ok((bytes, _)) if bytes != part.bytes => Some((
            Invariant::PartsAsCommitted,
            format!("it has {bytes} bytes, the journal says {}", part.bytes),
        )),
        Ok((_, sha256)) if sha256 != part.sha256 => Some((
            Invariant::PartsAsCommitted,
            format!("its sha256 is {sha256}, the journal says {}", part.sha256),
        )),
        Ok(_) => None,
    })
}

/// The rows of a part against its commit and the rows before.
async fn check_rows(
    lake: &Arc<dyn Store>,
    partition: Partition,
    part: &Part,
    index: &mut DedupeIndex,
) -> Result<Wrong, ParquetError> {
    let (mut rows, mut twice) = (0, 0);
    let mut lines = Vec::new();
    let mut batches = read_rows(lake.clone(), &part.key, part.bytes).await?;
    while let Some(batch) = batches.try_next().await? {
        lines.clear();
        append_lines(&batch, partition.table, &mut lines)?;
        rows += batch.num_rows() as u64;
        for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let record = Record::from_line(line).map_err(|error| ParquetError::External(Box::new(error)))?;
            let seen = Fingerprint::of(&record).map(|fingerprint| index.insert(fingerprint));
            twice += u64::from(seen == Some(Seen::Duplicate));
        }
    }
    Ok(if rows != part.records {
        Some((Invariant::PartsAsCommitted, format!("it has {rows} rows, the journal says {}", part.records)))
    } else if twice > 0 {
        Some((Invariant::OncePerPartition, format!("{twice} records are in the month twice")))
    } else {
        None
    })
}

/// Bytes and SHA-256 of a part, read in ranges.
async fn digest(lake: &dyn Store, part: &Part) -> Result<(u64, String), StoreError> {
    let mut sha256 = Sha256::new();
    let mut at = 0;
    loop {
        // one byte more than the part should have tells one that has grown
        let range = at..(at + RANGE_BYTES).min(part.bytes + 1);
        let asked = range.end - range.start;
        let chunk = lake.get_range(&part.key, range).await?;
        sha256.update(&chunk);
        at += chunk.len() as u64;
        if (chunk.len() as u64) < asked || at > part.bytes {
            return Ok((at, hex(&sha256.finalize())));
        }
    }
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
