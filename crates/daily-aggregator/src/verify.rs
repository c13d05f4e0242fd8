//! Verifies a partition: reads all of its parts and compares them with its journal.

use std::sync::Arc;

use cloudtrail_model::{DedupeIndex, Fingerprint, Seen};
use futures::{StreamExt, TryStreamExt};
use lake::{
    Invariant, Journal, JournalError, Part, PartContent, PartError, Partition, PartitionState, Problem,
    Verification, read_part,
};
use lake_store::{ErrorKind, Store, StoreError, with_causes};

use crate::failure::rebuild_advice;

/// Reads every part of a partition, and checks its size, SHA-256, text and records, and that no record is in the partition
/// twice. Orphans and foreign objects are problems, too. Reads up to `at_once` parts concurrently.
///
/// # Errors
/// Fails if the store fails. Damage is reported as a problem, not as an error.
pub async fn verify(
    lake: Arc<dyn Store>,
    partition: Partition,
    at_once: usize,
) -> Result<Verification, StoreError> {
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
    let advice = rebuild_advice(partition);
    check_sums(&state, &advice, &mut result);
    let mut index = DedupeIndex::default();
    let mut reads = futures::stream::iter(state.parts.values().cloned())
        .map(|part| {
            let lake = lake.clone();
            async move { check_part(&*lake, part).await }
        })
        .buffered(at_once.max(1));
    while let Some((part, checked)) = reads.try_next().await? {
        result.parts += 1;
        match checked {
            Ok((content, seen)) => {
                result.records += content.records;
                result.bytes += content.bytes;
                let twice = seen.into_iter().filter(|print| index.insert(*print) == Seen::Duplicate).count();
                if twice > 0 {
                    let what = format!("{}: {twice} records are in the partition twice; {advice}", part.key);
                    result.found(Invariant::OncePerPartition, what);
                }
            }
            Err(Problem { invariant, what }) => result.found(invariant, format!("{what}; {advice}")),
        }
    }
    drop(reads);
    let sweep = format!("`trailmill daily --day {}`", partition.span);
    result.check_visible(&*lake, &journal, &state, &sweep).await?;
    Ok(result)
}

/// Checks the totals of the journal against its parts and inputs.
fn check_sums(state: &PartitionState, advice: &str, result: &mut Verification) {
    let totals = &state.totals;
    let records = state.parts.values().fold(0, |sum: u64, part| sum.saturating_add(part.records));
    if records != totals.records_out
        || totals.records_in != totals.records_out.saturating_add(totals.duplicates)
    {
        let what = format!(
            "the journal does not balance: {} records in, {} out, {} duplicates, {records} in the parts it \
             names; {advice}",
            totals.records_in, totals.records_out, totals.duplicates
        );
        result.found(Invariant::RecordsConserved, what);
    }
}

type Checked = Result<(PartContent, Vec<Fingerprint>), Problem>;

/// Checks a part against its commit. Fails if the store fails; damage of the part is a problem.
async fn check_part(lake: &dyn Store, part: Part) -> Result<(Part, Checked), StoreError> {
    let read = read_part(lake, &part.key, part.bytes, Vec::new(), |seen: &mut Vec<Fingerprint>, record| {
        seen.extend(Fingerprint::of(record));
    });
    let checked = match read.await {
        Ok((content, seen)) => match content.difference(&part) {
            None => Ok((content, seen)),
            Some(difference) => Err((Invariant::PartsAsCommitted, difference)),
        },
        Err(PartError::Store(error)) if error.kind == ErrorKind::NotFound => {
            Err((Invariant::PartsBeforeCommit, format!("missing, with {} records", part.records)))
        }
        Err(PartError::Store(error)) => return Err(error),
        Err(error) => Err((Invariant::PartsAsCommitted, with_causes(&error))),
    };
    let named = |(invariant, what)| Problem { invariant, what: format!("{}: {what}", part.key) };
    let checked = checked.map_err(named);
    Ok((part, checked))
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
