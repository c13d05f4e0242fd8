//! What reading a partition again found.

use std::fmt;

use lake_store::{Store, StoreError};

use crate::{Invariant, Journal, Partition, PartitionState, differences};

/// What verifying a partition found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// Which.
    pub partition: Partition,
    /// Parts the journal names.
    pub parts: u64,
    /// Records read.
    pub records: u64,
    /// Bytes read.
    pub bytes: u64,
    /// What is wrong. Empty: the partition is what its journal says.
    pub problems: Vec<Problem>,
}

/// Something that is wrong with a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is not true that always should be.
    pub invariant: Invariant,
    /// A sentence that names the object, and what to do.
    pub what: String,
}

impl Verification {
    /// Nothing read yet, nothing wrong.
    pub fn of(partition: Partition) -> Self {
        Verification { partition, parts: 0, records: 0, bytes: 0, problems: Vec::new() }
    }

    /// Adds something that is wrong.
    pub fn found(&mut self, invariant: Invariant, what: impl Into<String>) {
        self.problems.push(Problem { invariant, what: what.into() });
    }

    /// Adds the visible objects of the partition that no commit names, each with what to do. `sweep` is what clears an
    /// orphan that a run may delete.
    ///
    /// # Errors
    /// The partition cannot be listed. A journal that cannot be read again counts as one that has not moved.
    pub async fn check_visible(
        &mut self,
        store: &dyn Store,
        journal: &Journal,
        state: &PartitionState,
        sweep: &str,
    ) -> Result<(), StoreError> {
        let found = differences(store, journal, state).await?;
        // a run that has claimed since the journal was read may have published already
        let lost = found.newer_than(state.last_seq).is_some()
            && journal.read_outline().await.map_or(0, |now| now.last_seq) <= state.last_seq;
        let prefix = journal.partition().journal_prefix();
        for orphan in &found.orphans {
            let key = &orphan.key;
            if orphan.claim <= state.last_seq {
                self.found(Invariant::NoOrphans, format!("{key}: no commit names it; {sweep} deletes it"));
            } else if lost {
                let what = format!(
                    "{key}: the journal ends at entry {:06}, and this part was written after claim {:06}: entries from \
                     {:06} on are missing from {prefix}; bring them back from a backup or from object versions (runs of \
                     this partition stop and delete nothing until then)",
                    state.last_seq,
                    orphan.claim,
                    state.last_seq + 1,
                );
                self.found(Invariant::JournalOnlyGrows, what);
            }
        }
        for key in found.foreign {
            let what =
                format!("{key}: not a part of this lake, but readers of the table may read it: move it away");
            self.found(Invariant::NoOrphans, what);
        }
        Ok(())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.what, self.invariant)
    }
}
