//! The result of verifying a partition.

use std::fmt;

use cloudtrail_model::Day;
use lake_store::{Store, StoreError};

use crate::{Invariant, Journal, Partition, PartitionState, differences};

/// The result of verifying a partition: what was read, and the problems found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// The partition.
    pub partition: Partition,
    /// Number of parts that the journal names.
    pub parts: u64,
    /// Number of records read.
    pub records: u64,
    /// Bytes of objects read.
    pub bytes: u64,
    /// Number of objects of the journal that no commit names: inputs of attempts that died or are in progress. They are harmless.
    pub unnamed: u64,
    /// Of a month, event days that are not written yet, or were written before the daily parts that hold them now: the next run
    /// writes them.
    pub pending: Vec<Day>,
    /// The problems found. Empty if the partition matches its journal.
    pub problems: Vec<Problem>,
}

/// A problem of a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The invariant that is broken.
    pub invariant: Invariant,
    /// A sentence that names the object and says what to do.
    pub what: String,
}

impl Verification {
    /// A result with nothing read and no problems.
    pub fn of(partition: Partition) -> Self {
        Verification {
            partition,
            parts: 0,
            records: 0,
            bytes: 0,
            unnamed: 0,
            pending: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Adds a problem.
    pub fn found(&mut self, invariant: Invariant, what: impl Into<String>) {
        self.problems.push(Problem { invariant, what: what.into() });
    }

    /// Adds a problem for each visible object of the partition that no commit names. `sweep` is the command that deletes an
    /// orphan, for the message.
    ///
    /// # Errors
    /// Fails if the partition cannot be listed. A journal that cannot be read again counts as unchanged.
    pub async fn check_visible(
        &mut self,
        store: &dyn Store,
        journal: &Journal,
        state: &PartitionState,
        sweep: &str,
    ) -> Result<(), StoreError> {
        let found = differences(store, journal, state).await?;
        // a run may have claimed and published since the journal was read
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
                     {:06} on are missing from {prefix}; restore them from a backup or from object versions (until then runs of \
                     this partition fail and delete nothing)",
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
