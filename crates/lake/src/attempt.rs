//! One attempt at a partition: claim, sweep, stage, publish, commit, retire. Every stage changes the lake only this way.
//!
//! A crash anywhere leaves one of three things: nothing, invisible leftovers, or visible parts that no commit names. The
//! next attempt's claim fences the dead one, and its sweep clears the rest.

use std::sync::Arc;

use futures::{StreamExt, TryStreamExt};
use lake_store::{ErrorKind, StagedUpload, Store, StoreError};

use crate::differences::{Differences, Orphan, differences};
use crate::journal::{Claimed, CommitOutcome, Journal, JournalError, PartitionState};
use crate::part_sink::abort_all;
use crate::{
    AttemptId, Balanced, Claim, Commit, FORMAT_VERSION, Input, Invariant, MonthSource, Part, Partition,
    Totals, part_key,
};

/// Parts deleted at once, at most.
const DELETES_AT_ONCE: usize = 64;

/// What an attempt writes into the journal about itself. Handed in, since stages have no clock and no randomness.
#[derive(Debug, Clone, Copy)]
pub struct Stamp {
    /// A new id, different at every call on any machine.
    pub new_attempt: fn() -> AttemptId,
    /// The time, RFC 3339.
    pub now: fn() -> String,
    /// Name and version of the tool.
    pub tool: &'static str,
}

/// A part that is sealed and waits to be published.
#[derive(Debug)]
pub struct SealedPart {
    /// What the commit will say of it.
    pub part: Part,
    /// The upload.
    pub upload: Box<dyn StagedUpload>,
}

/// What an attempt has to commit.
#[derive(Debug, Default)]
pub struct Changes {
    /// See [`Commit::replaces`].
    pub replaces: bool,
    /// What was read, in key order.
    pub inputs: Vec<Input>,
    /// See [`Totals::conflicts`].
    pub conflicts: u64,
    /// The new parts, in part order.
    pub parts: Vec<SealedPart>,
    /// Keys of parts that the new ones replace.
    pub retired: Vec<String>,
    /// See [`Commit::month`].
    pub month: Option<MonthSource>,
}

impl Changes {
    /// The sums over inputs and parts.
    pub fn totals(&self) -> Totals {
        Totals::of(&self.inputs, self.parts.iter().map(|sealed| &sealed.part), self.conflicts)
    }
}

/// A partition claimed by this attempt.
#[derive(Debug)]
pub struct Attempt {
    store: Arc<dyn Store>,
    journal: Journal,
    stamp: Stamp,
    claim: Claim,
    swept: u64,
    foreign: Vec<String>,
}

/// An attempt that could not go on.
#[derive(Debug, thiserror::Error)]
pub enum AttemptError {
    /// The journal failed.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The lake failed.
    #[error("the lake cannot be changed")]
    Store(#[from] StoreError),
    /// There are parts, but no journal: it was lost. A sweep would delete what may be nowhere else.
    #[error(
        "{partition} has parts such as {example}, but its journal is gone: bring {} back from a backup, or move the \
         parts away to begin anew", partition.journal_prefix()
    )]
    JournalGone {
        /// Which partition.
        partition: Partition,
        /// One of its parts.
        example: String,
    },
    /// A part was written after a claim that the journal does not have: the journal has lost its newest entries. A sweep
    /// would delete committed parts.
    #[error(
        "{partition} has the part {}, written after claim {claim:06}, but its journal ends at entry {last_seq:06}: entries \
         {first:06} to {claim:06}, and the commit that may follow, are missing from {}; nothing was deleted: bring them \
         back from a backup or from object versions, or, if they are lost for good, move the part away and run this again",
        orphan.key, partition.journal_prefix(), claim = orphan.claim, first = last_seq + 1
    )]
    JournalTailLost {
        /// Which partition.
        partition: Partition,
        /// The part.
        orphan: Orphan,
        /// The newest entry of the journal.
        last_seq: u64,
    },
    /// Each time it was planned, another run changed something first.
    #[error("gave up on {partition} after conflicts with concurrent runs; run it again when they have ended")]
    Contended {
        /// Which partition.
        partition: Partition,
    },
}

impl AttemptError {
    /// What is not true that always should be, where that is why.
    pub fn broken(&self) -> Option<Invariant> {
        match self {
            AttemptError::Journal(error) => error.broken(),
            AttemptError::Store(_) | AttemptError::Contended { .. } => None,
            AttemptError::JournalGone { .. } | AttemptError::JournalTailLost { .. } => {
                Some(Invariant::JournalOnlyGrows)
            }
        }
    }
}

impl Attempt {
    /// Claims the partition on top of `state`, then deletes the orphans of earlier attempts, which are all fenced now: only
    /// parts, and only those written after an older claim. `None` if somebody moved since the state was read: plan again.
    ///
    /// # Errors
    /// The store or the journal fails, or a part proves that the journal has lost entries; then nothing is claimed and
    /// nothing deleted.
    pub async fn begin(
        store: Arc<dyn Store>,
        journal: Journal,
        state: &PartitionState,
        stamp: Stamp,
    ) -> Result<Option<Self>, AttemptError> {
        // before the claim, which would take the place of an entry that can still be brought back
        let found = differences(&*store, &journal, state).await?;
        if let Some(orphan) = found.newer_than(state.last_seq) {
            // or published by somebody who has claimed since the state was read
            if journal.read_outline().await?.last_seq > state.last_seq {
                return Ok(None);
            }
            return Err(entries_lost(journal.partition(), orphan.clone(), state.last_seq));
        }
        let claimed =
            journal.claim(state, (stamp.new_attempt)(), (stamp.now)(), stamp.tool.to_owned()).await?;
        let Claimed::Yes(claim) = claimed else { return Ok(None) };
        store.abandon_staged(&format!("{}part-", journal.partition().prefix())).await?;
        let Differences { mut orphans, foreign, .. } = differences(&*store, &journal, state).await?;
        // only what is older is fenced for good: a later attempt may have claimed, published and committed by now
        orphans.retain(|orphan| orphan.claim < claim.seq);
        for orphan in &orphans {
            store.delete(&orphan.key).await?;
        }
        Ok(Some(Attempt { store, journal, stamp, claim, swept: orphans.len() as u64, foreign }))
    }

    /// What this attempt is at.
    pub fn partition(&self) -> Partition {
        self.journal.partition()
    }

    /// Orphans that were swept.
    pub fn swept(&self) -> u64 {
        self.swept
    }

    /// Objects in the partition that somebody else put there: see [`Differences::foreign`].
    pub fn foreign(&self) -> &[String] {
        &self.foreign
    }

    /// Whether a later claim fences this attempt, so that it cannot commit any more.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn is_fenced(&self) -> Result<bool, JournalError> {
        self.journal.is_fenced(&self.claim).await
    }

    /// The key of this attempt's part with an index.
    pub fn part_key(&self, index: usize) -> String {
        part_key(self.journal.partition(), self.claim.seq, index)
    }

    /// Starts the upload of this attempt's part with an index.
    pub(crate) async fn stage(&self, index: usize) -> Result<Box<dyn StagedUpload>, StoreError> {
        self.store.stage(&self.part_key(index)).await
    }

    /// Publishes the parts and commits. Superseded: the parts are taken back, and nothing of this attempt counts.
    ///
    /// After an error the outcome is unknown, so nothing is taken back: what a commit names must stay, and what none
    /// names the next attempt sweeps.
    ///
    /// # Errors
    /// The sums do not balance, so nothing is published; or the lake or the journal fails.
    pub async fn finish(self, changes: Changes) -> Result<CommitOutcome, AttemptError> {
        let totals = changes.totals();
        let (parts, uploads): (Vec<Part>, Vec<_>) =
            changes.parts.into_iter().map(|sealed| (sealed.part, sealed.upload)).unzip();
        let own: Vec<String> = parts.iter().map(|part| part.key.clone()).collect();
        let commit = Commit {
            version: FORMAT_VERSION,
            seq: self.claim.seq + 1,
            attempt: self.claim.attempt.clone(),
            time: (self.stamp.now)(),
            replaces: changes.replaces,
            inputs: changes.inputs,
            parts,
            retired: changes.retired.clone(),
            totals,
            month: changes.month,
        };
        // before anything becomes visible: a commit that cannot be made publishes nothing
        let commit = commit.balanced().map_err(JournalError::from)?;
        let outcome = self.publish_and_commit(uploads, commit).await?;
        let gone = match outcome {
            CommitOutcome::Committed => changes.retired,
            CommitOutcome::Superseded => own,
        };
        self.delete_all(gone).await?;
        Ok(outcome)
    }

    /// Side by side: until the last is gone, readers see the old parts and the new ones.
    async fn delete_all(&self, keys: Vec<String>) -> Result<(), StoreError> {
        let deletes = futures::stream::iter(keys).map(|key| {
            let store = self.store.clone();
            async move { store.delete(&key).await }
        });
        deletes.buffer_unordered(DELETES_AT_ONCE.min(self.store.calls_at_once()).max(1)).try_collect().await
    }

    async fn publish_and_commit(
        &self,
        mut uploads: Vec<Box<dyn StagedUpload>>,
        commit: Balanced,
    ) -> Result<CommitOutcome, AttemptError> {
        // a fenced attempt would only show readers what it must take back
        if self.is_fenced().await? {
            abort_all(uploads).await;
            return Ok(CommitOutcome::Superseded);
        }
        // all at once, so that readers see the new parts appear within the shortest time
        let published =
            futures::future::try_join_all(uploads.iter_mut().map(|upload| upload.publish())).await;
        match published {
            Ok(_) => Ok(self.journal.commit(commit).await?),
            // the later claim threw our uploads away
            Err(error) if error.kind == ErrorKind::NotFound && self.is_fenced().await? => {
                Ok(CommitOutcome::Superseded)
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// The error for a part that proves that the journal has lost entries.
fn entries_lost(partition: Partition, orphan: Orphan, last_seq: u64) -> AttemptError {
    match last_seq {
        0 => AttemptError::JournalGone { partition, example: orphan.key },
        _ => AttemptError::JournalTailLost { partition, orphan, last_seq },
    }
}

#[cfg(test)]
#[path = "attempt_tests.rs"]
mod tests;
