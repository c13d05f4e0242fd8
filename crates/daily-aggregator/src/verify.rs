//! Verifies a partition: reads all of its parts and compares them with its journal.
//!
//! Memory is eight bytes for each record: to find records that are there twice, hashes are collected and sorted. Only if two
//! hashes are equal are the parts read a second time.

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use cloudtrail_model::{Day, DedupeIndex, Fingerprint, Record, Seen, event_instant};
use futures::{StreamExt, TryStreamExt};
use lake::{
    EventDays, Invariant, Journal, JournalError, Part, PartContent, PartError, Partition, PartitionSpan,
    PartitionState, Problem, Verification, read_part,
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
    result.unnamed = state.unnamed;
    journal.check_facts(&state, &mut result).await?;
    let advice = rebuild_advice(partition);
    check_sums(&state, &advice, &mut result);
    let PartitionSpan::Day(day) = partition.span else { return Ok(result) };
    let hasher = RandomState::new();
    let mut hashes = Vec::new();
    let mut reads = futures::stream::iter(state.parts.values().cloned())
        .map(|part| {
            let (lake, seen) = (lake.clone(), SeenRecords::new(day, hasher.clone()));
            async move { check_part(&*lake, part, seen).await }
        })
        .buffered(at_once.max(1));
    while let Some((content, checked)) = reads.try_next().await? {
        result.parts += 1;
        match checked {
            Ok(seen) => {
                result.records += content.records;
                result.bytes += content.bytes;
                hashes.extend(seen);
            }
            Err(Problem { invariant, what }) => result.found(invariant, format!("{what}; {advice}")),
        }
    }
    drop(reads);
    check_markers(&*lake, partition, &state, &advice, &mut result).await?;
    find_copies(&lake, &state, hashes, &hasher, &advice, &mut result).await?;
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

/// Checks that planning finds the day for each other month that it holds events of.
async fn check_markers(
    lake: &dyn Store,
    partition: Partition,
    state: &PartitionState,
    advice: &str,
    result: &mut Verification,
) -> Result<(), StoreError> {
    let PartitionSpan::Day(day) = partition.span else { return Ok(()) };
    for month in state.event_months.iter().filter(|month| **month != day.month()) {
        let key = partition.feeds_key(*month);
        match lake.get(&key, None).await {
            Ok(_) => {}
            Err(error) if error.kind == ErrorKind::NotFound => {
                let what =
                    format!("{key} is missing, so {month} may not contain the events of this day; {advice}");
                result.found(Invariant::EventMonth, what);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// What is remembered of the records of one part.
struct SeenRecords {
    delivered: Day,
    event_days: EventDays,
    hashes: Vec<u64>,
    hasher: RandomState,
}

impl SeenRecords {
    fn new(delivered: Day, hasher: RandomState) -> Self {
        SeenRecords { delivered, event_days: EventDays::default(), hashes: Vec::new(), hasher }
    }

    fn add(&mut self, record: &Record<'_>) {
        self.event_days.add(self.delivered, event_instant(record));
        self.hashes.extend(Fingerprint::of(record).map(|fingerprint| self.hasher.hash_one(fingerprint)));
    }
}

/// Checks a part against its commit, and returns the hashes of its records. Fails if the store fails; damage of the part is a
/// problem.
async fn check_part(
    lake: &dyn Store,
    part: Part,
    seen: SeenRecords,
) -> Result<(PartContent, Result<Vec<u64>, Problem>), StoreError> {
    let read = read_part(lake, &part.key, part.bytes, seen, SeenRecords::add).await;
    let mut content = PartContent::default();
    let checked = match read {
        Ok((found, seen)) => {
            content = found;
            match content.difference(&part) {
                Some(difference) => Err((Invariant::PartsAsCommitted, difference)),
                None if seen.event_days != part.event_days => Err((
                    Invariant::PartsAsCommitted,
                    "its records by event day are not those that the journal says".to_owned(),
                )),
                None => Ok(seen.hashes),
            }
        }
        Err(PartError::Store(error)) if error.kind == ErrorKind::NotFound => {
            Err((Invariant::PartsBeforeCommit, format!("missing, with {} records", part.records)))
        }
        Err(PartError::Store(error)) => return Err(error),
        Err(error) => Err((Invariant::PartsAsCommitted, with_causes(&error))),
    };
    let named = |(invariant, what)| Problem { invariant, what: format!("{}: {what}", part.key) };
    Ok((content, checked.map_err(named)))
}

/// Adds a problem for each part with records that are in the partition twice. `hashes` are those of all records.
async fn find_copies(
    lake: &Arc<dyn Store>,
    state: &PartitionState,
    mut hashes: Vec<u64>,
    hasher: &RandomState,
    advice: &str,
    result: &mut Verification,
) -> Result<(), StoreError> {
    hashes.sort_unstable();
    let pairs = hashes.windows(2).filter(|pair| pair[0] == pair[1]);
    let suspects: Arc<HashSet<u64>> = Arc::new(pairs.map(|pair| pair[0]).collect());
    drop(hashes);
    if suspects.is_empty() {
        return Ok(());
    }
    let mut index = DedupeIndex::default();
    let mut twice: BTreeMap<&str, usize> = BTreeMap::new();
    for part in state.parts.values() {
        let fold = (suspects.clone(), hasher.clone(), Vec::new());
        type Suspects = (Arc<HashSet<u64>>, RandomState, Vec<Fingerprint>);
        let each = |(suspects, hasher, found): &mut Suspects, record: &Record<'_>| {
            let suspect = |print: &Fingerprint| suspects.contains(&hasher.hash_one(print));
            found.extend(Fingerprint::of(record).filter(suspect));
        };
        let found = match read_part(&**lake, &part.key, part.bytes, fold, each).await {
            Ok((_, (.., found))) => found,
            // reported already
            Err(PartError::Store(error)) if error.kind != ErrorKind::NotFound => return Err(error),
            Err(_) => continue,
        };
        let copies = found.into_iter().filter(|print| index.insert(*print) == Seen::Duplicate).count();
        if copies > 0 {
            twice.insert(&part.key, copies);
        }
    }
    for (key, twice) in twice {
        let what = format!(
            "{key}: records that are in the partition twice: {twice}; {advice}; if they stay, log files of one account were \
             copied below another one"
        );
        result.found(Invariant::OncePerPartition, what);
    }
    Ok(())
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
