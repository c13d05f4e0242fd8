//! Compares the visible objects of a partition with the parts that its commits name.

use std::collections::BTreeSet;

use cloudtrail_model::{Stage, Table};
use lake_store::{Depth, Store, StoreError, list_all};

use crate::journal::{Journal, partitions};
use crate::{Partition, PartitionState, part_claim};

/// A visible part that no commit names. Its attempt died between publishing and committing, or between committing and
/// deleting the parts it replaced; or the journal has lost the entry that names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Orphan {
    /// The key.
    pub key: String,
    /// The sequence number of the claim of the attempt that wrote it.
    pub claim: u64,
}

/// The differences between the visible objects of a partition and the parts that its commits name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Differences {
    /// Visible parts that no commit names, in key order.
    pub orphans: Vec<Orphan>,
    /// Keys of objects, and of folders with their last slash, whose name is not that of a part: Trailmill did not write them.
    /// They are reported and never deleted.
    pub foreign: Vec<String>,
    /// Keys of parts that a commit names and that do not exist.
    pub missing: Vec<String>,
}

impl Differences {
    /// The orphan with the highest claim, if that is above `last_seq`, the newest entry of the journal. It proves that the
    /// journal has lost entries, since a part is published after its claim is written.
    pub fn newer_than(&self, last_seq: u64) -> Option<&Orphan> {
        self.orphans.iter().filter(|orphan| orphan.claim > last_seq).max_by_key(|orphan| orphan.claim)
    }
}

/// Lists a partition and compares it with a state of its journal.
///
/// Lists one level only: parts are never in folders below the partition. So a symbolic link in a partition is not followed.
///
/// # Errors
/// Fails if the listing fails.
pub async fn differences(
    store: &dyn Store,
    journal: &Journal,
    state: &PartitionState,
) -> Result<Differences, StoreError> {
    let partition = journal.partition();
    let page = list_all(store, &partition.prefix(), Depth::Level).await?;
    let visible: BTreeSet<String> = page.objects.into_iter().map(|object| object.key).collect();
    let missing = state.parts.keys().filter(|key| !visible.contains(*key)).cloned().collect();
    let (mut orphans, mut foreign) = (Vec::new(), page.prefixes);
    let named = |key: &String| state.parts.contains_key(key) || state.kept.contains_key(key);
    for key in visible.into_iter().filter(|key| !named(key)) {
        match part_claim(partition, &key) {
            Some(claim) => orphans.push(Orphan { key, claim }),
            None => foreign.push(key),
        }
    }
    foreign.sort_unstable();
    Ok(Differences { orphans, foreign, missing })
}

/// The visible objects of a table's stage in partitions without a journal, or in no partition: their partition and key.
///
/// # Errors
/// Fails if a listing fails.
pub async fn unjournaled(
    store: &dyn Store,
    table: Table,
    stage: Stage,
) -> Result<Vec<(Option<Partition>, String)>, StoreError> {
    // in this order: a partition has a journal before it has parts
    let visible = list_all(store, &Partition::root(table, stage), Depth::All).await?.objects;
    let journaled: BTreeSet<Partition> = partitions(store, table, stage).await?.into_iter().collect();
    let partitioned = visible.into_iter().map(|object| (Partition::of_key(&object.key), object.key));
    Ok(partitioned.filter(|(of, _)| of.is_none_or(|of| !journaled.contains(&of))).collect())
}

#[cfg(test)]
#[path = "differences_tests.rs"]
mod tests;
