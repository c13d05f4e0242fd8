//! Verify: no event is in a month twice.
//!
//! Copies have the same event day, so only parts with a common event day are compared. Memory is eight bytes for each record of
//! one round: to find copies, hashes are collected and sorted. Only if two hashes are equal are the parts read again.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use cloudtrail_model::{Day, DedupeIndex, Fingerprint, Seen};
use lake::{Part, Partition, event_days_of};
use lake_store::Store;
use parquet::errors::ParquetError;

use crate::verify::rows::{Hasher, RowsRead, read_part};

/// The most hashes collected in one round. More records are read in several rounds.
const HASHES: u64 = 8 << 20;

/// The parts of a month in groups: parts with a common event day are in one group.
pub(crate) fn groups<'p>(parts: impl IntoIterator<Item = &'p Part>) -> Vec<Vec<&'p Part>> {
    let mut ranges: Vec<(Option<(Day, Day)>, &Part)> =
        parts.into_iter().map(|part| (event_days_of(part), part)).collect();
    ranges.sort_by_key(|(days, _)| *days);
    let mut groups: Vec<(Option<Day>, Vec<&Part>)> = Vec::new();
    for (days, part) in ranges {
        let (first, last) = days.unzip();
        match groups.last_mut() {
            Some((end, group)) if first.is_some() && first <= *end => {
                *end = (*end).max(last);
                group.push(part);
            }
            _ => groups.push((last, vec![part])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// What was found in the parts of one group: of each the rows, or why they cannot be read; and its number of copies.
pub(crate) struct GroupRead {
    pub(crate) parts: Vec<Result<RowsRead, ParquetError>>,
    /// Number of copies in each part that has some, by its key.
    pub(crate) copies: BTreeMap<String, u64>,
}

/// Reads the parts of one group.
pub(crate) async fn read_group(lake: &Arc<dyn Store>, partition: Partition, group: &[&Part]) -> GroupRead {
    read_in_rounds(lake, partition, group, HASHES).await
}

async fn read_in_rounds(
    lake: &Arc<dyn Store>,
    partition: Partition,
    group: &[&Part],
    hashes_at_once: u64,
) -> GroupRead {
    let records = group.iter().fold(0, |sum: u64, part| sum.saturating_add(part.records));
    let classes = u32::try_from(records.div_ceil(hashes_at_once)).unwrap_or(u32::MAX).max(1);
    let hasher = Hasher::default();
    let mut parts: Vec<Result<RowsRead, ParquetError>> = Vec::new();
    let mut suspects = HashSet::new();
    for class in 0..classes {
        let mut hashes: Vec<u64> = Vec::new();
        let mut round = Vec::new();
        for part in group {
            let add = |fingerprint: Fingerprint| {
                if fingerprint.class(classes) == class {
                    hashes.push(hasher.hash(&fingerprint));
                }
            };
            round.push(read_part(lake, partition, part, add).await);
        }
        if class == 0 {
            parts = round;
        }
        hashes.sort_unstable();
        suspects.extend(hashes.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]));
    }
    let mut copies = BTreeMap::new();
    let mut index = DedupeIndex::default();
    for part in group.iter().filter(|_| !suspects.is_empty()) {
        let mut found = 0;
        let add = |fingerprint: Fingerprint| {
            let is_copy =
                suspects.contains(&hasher.hash(&fingerprint)) && index.insert(fingerprint) == Seen::Duplicate;
            found += u64::from(is_copy);
        };
        // one that cannot be read is reported already
        let _reported = read_part(lake, partition, part, add).await;
        if found > 0 {
            copies.insert(part.key.clone(), found);
        }
    }
    GroupRead { parts, copies }
}

#[cfg(test)]
#[path = "copies_tests.rs"]
mod tests;
