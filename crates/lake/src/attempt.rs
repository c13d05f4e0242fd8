//! One attempt at a partition: claim, sweep, stage, write the inputs, publish, commit, retire. Stages change the lake only through this type.
//!
//! A crash leaves nothing, staged uploads, or orphans (visible parts that no commit names). The claim of the next attempt
//! fences the dead one; its sweep deletes the rest.

use std::collections::BTreeSet;
use std::sync::Arc;

use cloudtrail_model::Month;
use futures::{StreamExt, TryStreamExt};
use lake_store::{ErrorKind, StagedUpload, Store, StoreError};

use crate::differences::{Differences, Orphan, differences};
use crate::journal::{Claimed, CommitOutcome, Journal, JournalError};
use crate::lake_file::{create_settings, is_new_lake};
use crate::part_sink::abort_all;
use crate::partition_state::PartitionState;
use crate::{
    AttemptId, Balanced, Claim, Commit, DayState, FORMAT_VERSION, Invariant, LakeError, MonthSource, Part,
    Partition, PartitionSpan, Proof, Slice, Totals, WrittenInputs, part_key,
};

/// The maximum of parts deleted at once.
const DELETES_AT_ONCE: usize = 64;

/// The ID, time and tool that an attempt writes into the journal. The caller provides them: stages have no clock and no
/// randomness.
#[derive(Debug, Clone, Copy)]
pub struct Stamp {
    /// Returns a new ID, unique across calls and machines.
    pub new_attempt: fn() -> AttemptId,
    /// Returns the current time, RFC 3339.
    pub now: fn() -> String,
    /// The name and version of the tool.
    pub tool: &'static str,
}

/// A sealed part, not yet published.
#[derive(Debug)]
pub struct SealedPart {
    /// The entry of the part in the commit.
    pub part: Part,
    /// The staged upload.
    pub upload: Box<dyn StagedUpload>,
}

/// The content of a commit, and the uploads of its parts.
#[derive(Debug, Default)]
pub struct Changes {
    /// See [`Commit::replaces`].
    pub replaces: bool,
    /// See [`Commit::state`].
    pub state: DayState,
    /// See [`Commit::left`].
    pub left: u64,
    /// The inputs that were read.
    pub inputs: WrittenInputs,
    /// See [`Totals::conflicts`].
    pub conflicts: u64,
    /// The new parts, in part order.
    pub parts: Vec<SealedPart>,
    /// Keys of parts that the new ones replace.
    pub retired: Vec<String>,
    /// See [`Commit::month`].
    pub month: Option<MonthSource>,
    /// See [`Commit::slice`].
    pub slice: Option<Slice>,
    /// See [`Commit::proof`].
    pub proof: Option<Proof>,
}

impl Changes {
    /// The sums over inputs and parts.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals { conflicts: self.conflicts, ..self.inputs.totals };
        self.parts.iter().for_each(|sealed| totals.add_part(&sealed.part));
        totals
    }
}

/// A partition claimed by one attempt. Every change of a lake is [`Attempt::begin`], parts through a
/// [`PartSink`](crate::PartSink), and [`Attempt::finish`].
///
/// ```
/// use std::sync::Arc;
///
/// use cloudtrail_model::Table;
/// use lake::{Attempt, AttemptId, Changes, CommitOutcome, Journal, Lane, Partition, PartSink, Stamp, WrittenRecords};
/// use lake_store::{MemoryStore, Store};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// # let stamp = Stamp {
/// #     new_attempt: || AttemptId("3f2a".to_owned()),
/// #     now: || "2026-11-23T00:05:00Z".to_owned(),
/// #     tool: "example 1.0",
/// # };
/// let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
/// let journal = Journal::new(store.clone(), Partition::day(Table::CloudTrail, "2026-11-22".parse()?));
///
/// // claim the partition on top of what its journal says
/// let state = journal.read().await?;
/// let attempt = Attempt::begin(store.clone(), journal.clone(), &state, stamp).await?.expect("nobody else claims");
/// // stage a part: invisible until it is published
/// let mut sink = PartSink::new(&attempt);
/// sink.write(Lane::Main, "the bytes of the object".into(), WrittenRecords::default()).await?;
/// sink.end_part(Lane::Main).await?;
/// // publish it and commit
/// let changes = Changes { parts: sink.into_sealed(), ..Changes::default() };
/// assert_eq!(attempt.finish(changes).await?, CommitOutcome::Committed);
///
/// let key = "cloudtrail_daily/year=2026/month=11/day=22/part-000001-0000.ndjson.gz";
/// assert!(journal.read().await?.parts.contains_key(key));
/// assert_eq!(store.get(key, None).await?, "the bytes of the object");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Attempt {
    store: Arc<dyn Store>,
    journal: Journal,
    stamp: Stamp,
    claim: Claim,
    swept: u64,
    foreign: Vec<String>,
}

/// An attempt that failed.
#[derive(Debug, thiserror::Error)]
pub enum AttemptError {
    /// The journal cannot be read or written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The lake must not be written to.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// The store failed.
    #[error("cannot change the lake")]
    Store(#[from] StoreError),
    /// The partition has parts but no journal: the journal was lost. A sweep would delete parts that may be the only copy.
    #[error(
        "{partition} has parts such as {example}, but its journal is gone: restore {} from a backup, or move the parts \
         away to start with an empty partition", partition.journal_prefix()
    )]
    JournalGone {
        /// The partition.
        partition: Partition,
        /// The key of one of its parts.
        example: String,
    },
    /// The claim in the name of a part is not in the journal: the journal has lost its newest entries. A sweep would delete
    /// committed parts.
    #[error(
        "{partition} has the part {}, written after claim {claim:06}, but its journal ends at entry {last_seq:06}: entries \
         {first:06} to {claim:06}, and the commit that may follow, are missing from {}; nothing was deleted: restore \
         them from a backup or from object versions; if they are lost for good, move the part away and run this again",
        orphan.key, partition.journal_prefix(), claim = orphan.claim, first = last_seq + 1
    )]
    JournalTailLost {
        /// The partition.
        partition: Partition,
        /// The part with the newest claim.
        orphan: Orphan,
        /// The sequence number of the newest entry of the journal.
        last_seq: u64,
    },
    /// Another run changed the partition after every plan.
    #[error("gave up on {partition} after {conflicts} conflicts with concurrent runs; retry later")]
    Contended {
        /// The partition.
        partition: Partition,
        /// Plans in a row that another run made stale.
        conflicts: usize,
    },
}

impl AttemptError {
    /// The invariant that is broken, if the error is due to one.
    pub fn broken(&self) -> Option<Invariant> {
        match self {
            AttemptError::Journal(error) => error.broken(),
            AttemptError::Lake(LakeError::Missing { .. } | LakeError::Damaged(_)) => {
                Some(Invariant::JournalOnlyGrows)
            }
            AttemptError::Lake(_) | AttemptError::Store(_) | AttemptError::Contended { .. } => None,
            AttemptError::JournalGone { .. } | AttemptError::JournalTailLost { .. } => {
                Some(Invariant::JournalOnlyGrows)
            }
        }
    }
}

impl Attempt {
    /// Claims the partition on top of `state`, which fences every earlier attempt, then deletes their orphans: only parts, and
    /// only those with an older claim in their name. `None` if the journal has changed since `state` was read: plan again.
    ///
    /// # Errors
    /// Fails if the store or the journal fails. Fails without claiming or deleting anything if a part proves that the journal
    /// has lost entries.
    pub async fn begin(
        store: Arc<dyn Store>,
        journal: Journal,
        state: &PartitionState,
        stamp: Stamp,
    ) -> Result<Option<Self>, AttemptError> {
        // before the claim: it would take the number of a lost entry that may still be restored
        let found = async { differences(&*store, &journal, state).await.map_err(AttemptError::from) };
        // asked before the first claim of a partition only
        let is_new = async { Ok(state.last_seq == 0 && is_new_lake(&*store).await?) };
        let (found, is_new) = futures::try_join!(found, is_new)?;
        if let Some(orphan) = found.newer_than(state.last_seq) {
            // unless another attempt has claimed and published since the state was read
            if journal.read_outline().await?.last_seq > state.last_seq {
                return Ok(None);
            }
            return Err(entries_lost(journal.partition(), orphan.clone(), state.last_seq));
        }
        if is_new {
            create_settings(&*store, None).await?;
        }
        let claimed =
            journal.claim(state, (stamp.new_attempt)(), (stamp.now)(), stamp.tool.to_owned()).await?;
        let Claimed::Yes(claim) = claimed else { return Ok(None) };
        store.abandon_staged(&format!("{}part-", journal.partition().prefix())).await?;
        let Differences { mut orphans, foreign, .. } = differences(&*store, &journal, state).await?;
        // orphans with a newer claim may be parts that a later attempt has committed by now
        orphans.retain(|orphan| orphan.claim < claim.seq);
        for orphan in &orphans {
            store.delete(&orphan.key).await?;
        }
        Ok(Some(Attempt { store, journal, stamp, claim, swept: orphans.len() as u64, foreign }))
    }

    /// The claimed partition.
    pub fn partition(&self) -> Partition {
        self.journal.partition()
    }

    /// The number of orphans that the claim deleted.
    pub fn swept(&self) -> u64 {
        self.swept
    }

    /// Keys in the partition that Trailmill did not write: see [`Differences::foreign`].
    pub fn foreign(&self) -> &[String] {
        &self.foreign
    }

    /// Whether a later claim fences this attempt: it can no longer commit.
    ///
    /// # Errors
    /// Fails if the journal cannot be read.
    pub async fn is_fenced(&self) -> Result<bool, JournalError> {
        self.journal.is_fenced(&self.claim).await
    }

    /// The key of this attempt's part number `index`, from 0.
    pub fn part_key(&self, index: usize) -> String {
        part_key(self.journal.partition(), self.claim.seq, index)
    }

    /// Starts the upload of this attempt's part number `index`, from 0.
    pub(crate) async fn stage(&self, index: usize) -> Result<Box<dyn StagedUpload>, StoreError> {
        self.store.stage(&self.part_key(index)).await
    }

    /// Publishes the parts, commits, and deletes the retired parts. If the attempt is superseded it deletes its own parts
    /// instead.
    ///
    /// After an error the outcome is unknown, so published parts stay: a commit may name them. If none does, the next attempt
    /// sweeps them.
    ///
    /// # Errors
    /// Fails before anything is published if the totals do not balance. Fails if the store or the journal fails.
    pub async fn finish(self, changes: Changes) -> Result<CommitOutcome, AttemptError> {
        let totals = changes.totals();
        let Changes { replaces, state, left, inputs, parts, retired, month, slice, proof, .. } = changes;
        let (parts, uploads): (Vec<Part>, Vec<_>) =
            parts.into_iter().map(|sealed| (sealed.part, sealed.upload)).unzip();
        if let Some(key) = inputs.unordered {
            return Err(JournalError::Unordered { key }.into());
        }
        let own: Vec<String> = parts.iter().map(|part| part.key.clone()).collect();
        let commit = Commit {
            version: FORMAT_VERSION,
            seq: self.claim.seq + 1,
            attempt: self.claim.attempt.clone(),
            time: (self.stamp.now)(),
            replaces,
            state,
            left,
            inputs: inputs.inputs.as_ref().map(|object| object.stated.clone()),
            facts: inputs.facts.as_ref().map(|object| object.stated.clone()),
            above: inputs.above,
            reread: inputs.reread,
            parts,
            retired: retired.clone(),
            kept: Vec::new(),
            totals,
            month,
            slice,
            proof,
        };
        // before anything becomes visible
        let commit = commit.balanced().map_err(JournalError::from)?;
        // at the same time as the look for a fence, so that no run waits for them
        let (fenced, ..) = futures::try_join!(
            self.is_fenced(),
            self.journal.write_inputs(&self.claim, inputs.inputs.as_ref(), inputs.facts.as_ref()),
            self.mark_fed_months(&commit.0.parts),
        )?;
        let outcome = self.publish_and_commit(fenced, uploads, commit).await?;
        let gone = match outcome {
            CommitOutcome::Committed => retired,
            CommitOutcome::Superseded => own,
        };
        self.delete_all(gone).await?;
        Ok(outcome)
    }

    /// Deletes concurrently: until the last key is gone, readers see the old and the new parts.
    async fn delete_all(&self, keys: Vec<String>) -> Result<(), StoreError> {
        let deletes = futures::stream::iter(keys).map(|key| {
            let store = self.store.clone();
            async move { store.delete(&key).await }
        });
        deletes.buffer_unordered(DELETES_AT_ONCE.min(self.store.calls_at_once()).max(1)).try_collect().await
    }

    /// Creates a marker for each other month that the parts of a day hold events of, so that the planning of that month finds
    /// the day. A marker without events is harmless, and is never removed.
    async fn mark_fed_months(&self, parts: &[Part]) -> Result<(), JournalError> {
        let PartitionSpan::Day(day) = self.partition().span else { return Ok(()) };
        let months: BTreeSet<Month> = parts.iter().flat_map(|part| part.event_days.months()).collect();
        let others = months.into_iter().filter(|month| *month != day.month());
        futures::future::try_join_all(others.map(|month| self.journal.mark_fed(month))).await?;
        Ok(())
    }

    async fn publish_and_commit(
        &self,
        fenced: bool,
        mut uploads: Vec<Box<dyn StagedUpload>>,
        commit: Balanced,
    ) -> Result<CommitOutcome, AttemptError> {
        // a fenced attempt would publish parts that it must delete again
        if fenced {
            abort_all(uploads).await;
            return Ok(CommitOutcome::Superseded);
        }
        // concurrently, to keep the time short in which readers see some of the new parts
        let published =
            futures::future::try_join_all(uploads.iter_mut().map(|upload| upload.publish())).await;
        match published {
            Ok(_) => Ok(self.journal.commit(commit).await?),
            // the attempt of a later claim has abandoned these uploads
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
