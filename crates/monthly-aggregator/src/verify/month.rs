//! Verify: a month read again from the first byte to the last, and compared with its journal.

use std::sync::Arc;

use lake::{Invariant, Journal, JournalError, Part, Partition, PartitionSpan, Verification, hex};
use lake_store::{ErrorKind, Store, StoreError, with_causes};
use sha2::{Digest, Sha256};

use crate::verify::balance::{Balance, balance};
use crate::verify::copies::{GroupRead, groups, read_group};

/// Bytes of an object that are fetched at once.
const RANGE_BYTES: u64 = 4 << 20;

/// Reads every part of a month again: its size, SHA-256, and every row of every column back to its record; checks that no event is in
/// the month twice, and that the month accounts for the daily parts. Orphans and foreign objects are problems, too.
///
/// # Errors
/// Fails if the lake cannot be read. A damaged part or journal is a problem in the result, not an error.
pub async fn verify(lake: Arc<dyn Store>, partition: Partition) -> Result<Verification, StoreError> {
    let journal = Journal::new(lake.clone(), partition);
    let mut result = Verification::of(partition);
    let Some(state) = found(journal.read_outline().await, &mut result)? else { return Ok(result) };
    result.unnamed = state.unnamed;
    let advice = format!("run `trailmill monthly --rebuild --month {}`", partition.span);
    for group in groups(state.parts.values()) {
        let mut whole = Vec::new();
        for part in group {
            result.parts += 1;
            match check_bytes(&*lake, part).await? {
                None => whole.push(part),
                Some((invariant, what)) => result.found(invariant, format!("{}: {what}; {advice}", part.key)),
            }
        }
        check_rows(&lake, partition, &whole, &advice, &mut result).await;
    }
    if let PartitionSpan::Month(month) = partition.span {
        let balance = balance(&lake, partition.table, month).await;
        let Balance { pending, broken, .. } = found(balance, &mut result)?.unwrap_or_default();
        result.pending = pending.into_iter().collect();
        for what in broken {
            result.found(Invariant::EventMonth, format!("{what}; {advice}"));
        }
    }
    let sweep = format!("`trailmill monthly --month {}`", partition.span);
    result.check_visible(&*lake, &journal, &state, &sweep).await?;
    Ok(result)
}

/// What was read from journals. Damage is added to the result; a store that fails is an error.
fn found<T>(read: Result<T, JournalError>, result: &mut Verification) -> Result<Option<T>, StoreError> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(JournalError::Store { source, .. }) if source.kind != ErrorKind::NotFound => Err(source),
        Err(error) => {
            let broken = error.broken().unwrap_or(Invariant::JournalOnlyGrows);
            result.found(broken, with_causes(&error));
            Ok(None)
        }
    }
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

/// The rows of parts with common event days against their commits.
async fn check_rows(
    lake: &Arc<dyn Store>,
    partition: Partition,
    parts: &[&Part],
    advice: &str,
    result: &mut Verification,
) {
    let GroupRead { parts: read, copies } = read_group(lake, partition, parts).await;
    for (part, read) in parts.iter().zip(read) {
        let problem = match read {
            Ok(rows) => {
                result.records += part.records;
                result.bytes += part.bytes;
                rows.difference(part)
            }
            Err(error) => Some(format!("it is not whole Parquet: {}", with_causes(&error))),
        };
        if let Some(what) = problem {
            result.found(Invariant::PartsAsCommitted, format!("{}: {what}; {advice}", part.key));
        }
    }
    for (key, copies) in copies {
        let what = format!(
            "{key}: records that are in the month twice: {copies}; {advice}; if they stay, log files of one account were copied \
             below another one"
        );
        result.found(Invariant::OncePerPartition, what);
    }
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
#[path = "month_tests.rs"]
mod tests;
