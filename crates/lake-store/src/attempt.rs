//! One attempt at a partition: claim, sweep, stage, publish, commit, retire. Every stage changes the lake only this way.
//!
//! A crash anywhere leaves one of three things: nothing, invisible leftovers, or visible parts that no commit names. The
//! next attempt's claim fences the dead one, and its sweep clears the rest.

use std::collections::BTreeSet;
use std::sync::Arc;

use cloudtrail_model::{
    AttemptId, Claim, Commit, FORMAT_VERSION, Input, Invariant, MonthSource, Part, Partition, Stage, Table,
    Totals, part_key,
};

use futures::{StreamExt, TryStreamExt};

use crate::journal::{Claimed, CommitOutcome, Journal, JournalError, PartitionState, partitions};
use crate::{Depth, ErrorKind, StagedUpload, Store, StoreError, list_all};

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
    /// The new parts, in part order.
    pub parts: Vec<SealedPart>,
    /// Keys of parts that the new ones replace.
    pub retired: Vec<String>,
    /// The sums over inputs; those over parts are added here.
    pub totals: Totals,
    /// See [`Commit::month`].
    pub month: Option<MonthSource>,
}

/// A partition claimed by this attempt.
#[derive(Debug)]
pub struct Attempt {
    store: Arc<dyn Store>,
    journal: Journal,
    stamp: Stamp,
    claim: Claim,
    swept: u64,
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
}

impl AttemptError {
    /// What is not true that always should be, where that is why.
    pub fn broken(&self) -> Option<Invariant> {
        match self {
            AttemptError::Journal(error) => error.broken(),
            AttemptError::Store(_) => None,
            AttemptError::JournalGone { .. } => Some(Invariant::JournalOnlyGrows),
        }
    }
}

/// How the visible objects of a partition differ from those its commits name, by key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Differences {
    /// Visible, but named by no commit: left by an attempt that died between publishing and committing.
    pub strays: Vec<String>,
    /// Named by a commit, but not there.
    pub missing: Vec<String>,
}

/// Lists a partition and holds it against a state of its journal.
pub async fn differences(
    store: &dyn Store,
    journal: &Journal,
    state: &PartitionState,
) -> Result<Differences, StoreError> {
    let visible = list_all(store, &journal.partition().prefix(), Depth::All).await?;
    let visible: BTreeSet<String> = visible.objects.into_iter().map(|object| object.key).collect();
    let missing = state.parts.keys().filter(|key| !visible.contains(*key)).cloned().collect();
    let strays = visible.into_iter().filter(|key| !state.parts.contains_key(key)).collect();
    Ok(Differences { strays, missing })
}

/// Visible objects of a table's stage that no journal can vouch for, each with its partition: those of partitions
/// without a journal, and those in no partition at all.
pub async fn unjournaled(
    store: &dyn Store,
    table: Table,
    stage: Stage,
) -> Result<Vec<(Option<Partition>, String)>, StoreError> {
    // in this order: a partition has a journal before anything of it is visible
    let visible = list_all(store, &Partition::root(table, stage), Depth::All).await?.objects;
    let journaled: BTreeSet<Partition> = partitions(store, table, stage).await?.into_iter().collect();
    let partitioned = visible.into_iter().map(|object| (Partition::of_key(&object.key), object.key));
    Ok(partitioned.filter(|(of, _)| of.is_none_or(|of| !journaled.contains(&of))).collect())
}

impl Attempt {
    /// Claims the partition on top of `state`, then clears what earlier attempts left: they are all fenced now. `None`
    /// where somebody moved since the state was read: plan again.
    pub async fn begin(
        store: Arc<dyn Store>,
        journal: Journal,
        state: &PartitionState,
        stamp: Stamp,
    ) -> Result<Option<Self>, AttemptError> {
        if state.last_seq == 0 {
            // nothing is ever published before the first claim
            let visible = differences(&*store, &journal, state).await?.strays;
            if let Some(example) = visible.into_iter().next() {
                // or published by somebody who has claimed since the state was read
                if journal.read().await?.last_seq > 0 {
                    return Ok(None);
                }
                return Err(AttemptError::JournalGone { partition: journal.partition(), example });
            }
        }
        let claimed =
            journal.claim(state, (stamp.new_attempt)(), (stamp.now)(), stamp.tool.to_owned()).await?;
        let Claimed::Yes(claim) = claimed else { return Ok(None) };
        store.abandon_staged(&journal.partition().prefix()).await?;
        let strays = differences(&*store, &journal, state).await?.strays;
        // a later attempt's parts are none of ours to sweep; where there was none after the listing, they are not in it
        if journal.is_fenced(&claim).await? {
            return Ok(None);
        }
        for key in &strays {
            store.delete(key).await?;
        }
        Ok(Some(Attempt { store, journal, stamp, claim, swept: strays.len() as u64 }))
    }

    /// What this attempt is at.
    pub fn partition(&self) -> Partition {
        self.journal.partition()
    }

    /// Objects that were swept: visible, and named by no commit.
    pub fn swept(&self) -> u64 {
        self.swept
    }

    /// The key of this attempt's part with an index.
    pub fn part_key(&self, index: usize) -> String {
        part_key(self.journal.partition(), self.claim.seq, index)
    }

    /// Starts the upload of this attempt's part with an index.
    pub async fn stage(&self, index: usize) -> Result<Box<dyn StagedUpload>, StoreError> {
        self.store.stage(&self.part_key(index)).await
    }

    /// Publishes the parts and commits. Superseded: the parts are taken back, and nothing of this attempt counts.
    ///
    /// After an error the outcome is unknown, so nothing is taken back: what a commit names must stay, and what none
    /// names the next attempt sweeps.
    pub async fn finish(self, changes: Changes) -> Result<CommitOutcome, AttemptError> {
        let (parts, uploads): (Vec<Part>, Vec<_>) =
            changes.parts.into_iter().map(|sealed| (sealed.part, sealed.upload)).unzip();
        let mut totals = changes.totals;
        for part in &parts {
            totals.bytes_out += part.bytes;
            totals.raw_bytes_out += part.raw_bytes;
            totals.records_out += part.records;
        }
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
        commit.check_balance().map_err(JournalError::from)?;
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
        commit: Commit,
    ) -> Result<CommitOutcome, AttemptError> {
        // a fenced attempt would only show readers what it must take back
        if self.journal.is_fenced(&self.claim).await? {
            futures::future::join_all(uploads.iter_mut().map(|upload| upload.abort())).await;
            return Ok(CommitOutcome::Superseded);
        }
        // all at once, so that readers see the new parts appear within the shortest time
        let published =
            futures::future::try_join_all(uploads.iter_mut().map(|upload| upload.publish())).await;
        match published {
            Ok(_) => Ok(self.journal.commit(commit).await?),
            // the later claim threw our uploads away
            Err(error)
                if error.kind == ErrorKind::NotFound && self.journal.is_fenced(&self.claim).await? =>
            {
                Ok(CommitOutcome::Superseded)
            }
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
#[path = "attempt_tests.rs"]
mod tests;
