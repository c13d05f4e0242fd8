//! The journal of a partition: claims and commits, each an object written by put-if-absent, numbered without gaps.
//!
//! ```text
//! _journal/cloudtrail_daily/2026-11-22/000001.json.gz   claim of A
//! _journal/cloudtrail_daily/2026-11-22/000002.json.gz   commit of A
//! _journal/cloudtrail_daily/2026-11-22/000003.json.gz   claim of B, which crashed
//! _journal/cloudtrail_daily/2026-11-22/000004.json.gz   claim of C: B is fenced
//! _journal/cloudtrail_daily/2026-11-22/000005.json.gz   commit of C
//! ```
//!
//! A commit is valid only at the sequence number after its own claim, and only one writer can create that object. So a later
//! claim fences every earlier attempt, without clocks or locks. The content of a partition is the fold of its commits: a
//! [`PartitionState`].
//!
//! The inputs of a commit, and its facts, are objects next to its entry: `000002-<attempt>.inputs.ndjson.gz`. They are written
//! before its parts are published.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::sync::Arc;

use bytes::Bytes;
use cloudtrail_model::{Day, Month, Stage, Table};
use flate2::read::MultiGzDecoder;
use futures::{StreamExt, TryStreamExt};
use lake_store::{Created, Depth, ErrorKind, Store, StoreError, list_all};

use crate::lines_object::{GzipText, LinesObject, read_lines_object};
use crate::part_reader::blocking;
use crate::partition_state::{InputsOf, PartitionState};
use crate::{
    AttemptId, Balanced, Claim, Entry, EntryError, FORMAT_VERSION, Imbalance, Input, Inputs, Invariant,
    Partition, Totals, Verification,
};

/// The maximum of journal entries read at once.
const READS_AT_ONCE: usize = 16;
/// Entries of at least this many bytes are decoded on the blocking pool, concurrently.
const LARGE_BYTES: usize = 16 << 10;

/// The journal of one partition of a lake.
///
/// ```
/// use std::sync::Arc;
///
/// use cloudtrail_model::Table;
/// use lake::{AttemptId, Claimed, Journal, Partition};
/// use lake_store::MemoryStore;
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let journal = Journal::new(Arc::new(MemoryStore::new()), Partition::day(Table::CloudTrail, "2026-11-22".parse()?));
/// let state = journal.read().await?;
/// assert_eq!(state.last_seq, 0);
///
/// let (time, tool) = ("2026-11-23T00:05:00Z", "example 1.0");
/// let claim = |id: &str| journal.claim(&state, AttemptId(id.into()), time.into(), tool.into());
/// assert!(matches!(claim("a").await?, Claimed::Yes(_)));
/// // a second attempt that planned on the same state must plan again
/// assert_eq!(claim("b").await?, Claimed::Taken);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Journal {
    pub(crate) store: Arc<dyn Store>,
    partition: Partition,
}

/// A failure of a journal.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The store failed. The outcome of a failed commit is unknown: change nothing, the next attempt recovers.
    #[error("cannot read or write the journal of {partition}")]
    Store {
        /// The partition.
        partition: Partition,
        /// The failed call.
        source: StoreError,
    },
    /// An object of the journal is not a valid entry.
    #[error("cannot read the journal entry {key}")]
    Entry {
        /// The key of the object.
        key: String,
        /// The cause.
        source: EntryError,
    },
    /// The sequence of entries is invalid: no attempt writes it.
    #[error(
        "the journal of {partition} is damaged: {what}; restore the object from a backup or from object versions"
    )]
    Damaged {
        /// The partition.
        partition: Partition,
        /// A description of the damage that names the key.
        what: String,
        /// The invariant that is broken.
        broken: Invariant,
    },
    /// The totals of a commit do not balance. It was not written.
    #[error(transparent)]
    Imbalance(#[from] Imbalance),
    /// The inputs of a commit are not in their order. It was not written.
    #[error("the inputs of the commit are not in order at {key}; nothing was committed (please report this)")]
    Unordered {
        /// The key of the input that does not come after the one before.
        key: String,
    },
}

impl JournalError {
    /// The invariant that is broken, if the error is due to one.
    pub fn broken(&self) -> Option<Invariant> {
        match self {
            // an entry was listed, and deleted before it was read
            JournalError::Store { source, .. } if source.kind == ErrorKind::NotFound => {
                Some(Invariant::JournalOnlyGrows)
            }
            JournalError::Store { .. }
            | JournalError::Entry { source: EntryError::Newer { .. } | EntryError::Older { .. }, .. } => None,
            JournalError::Entry { .. } => Some(Invariant::JournalOnlyGrows),
            JournalError::Damaged { broken, .. } => Some(*broken),
            JournalError::Imbalance(imbalance) => Some(imbalance.broken()),
            JournalError::Unordered { .. } => Some(Invariant::FilesAccounted),
        }
    }
}

/// The result of [`Journal::claim`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    /// The claim is in the journal. A later claim fences it.
    Yes(Claim),
    /// The journal has changed since the state was read: plan again.
    Taken,
}

/// The result of [`Journal::commit`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommitOutcome {
    /// The commit is in the journal.
    Committed,
    /// A later claim fenced this attempt. It has no effect, and its parts must be deleted.
    Superseded,
}

/// Every partition of a table's stage that has a journal, in order.
///
/// # Errors
/// Fails if the journals cannot be listed.
pub async fn partitions(store: &dyn Store, table: Table, stage: Stage) -> Result<Vec<Partition>, StoreError> {
    let journals = list_all(store, &Partition::journal_root(table, stage), Depth::Level).await?;
    Ok(journals.prefixes.iter().filter_map(|prefix| Partition::from_journal_prefix(prefix)).collect())
}

/// The delivery days of a table that hold, or have held, events of a month, other than days of that month. In order.
///
/// # Errors
/// Fails if the markers cannot be listed.
pub async fn days_feeding(store: &dyn Store, table: Table, month: Month) -> Result<Vec<Day>, StoreError> {
    let prefix = Partition::feeds_prefix(table, month);
    let markers = list_all(store, &prefix, Depth::Level).await?.objects;
    Ok(markers.iter().filter_map(|marker| marker.key.strip_prefix(&prefix)?.parse().ok()).collect())
}

/// The months of a table that have such a marker, with the days that feed them.
///
/// # Errors
/// Fails if the markers cannot be listed.
pub async fn fed_months(
    store: &dyn Store,
    table: Table,
) -> Result<BTreeMap<Month, BTreeSet<Day>>, StoreError> {
    let prefix = Partition::all_feeds_prefix(table);
    let mut fed: BTreeMap<Month, BTreeSet<Day>> = BTreeMap::new();
    for marker in list_all(store, &prefix, Depth::All).await?.objects {
        let parsed = marker.key.strip_prefix(&prefix).and_then(|key| {
            let (month, day) = key.split_once('/')?;
            Some((month.parse().ok()?, day.parse().ok()?))
        });
        if let Some((month, day)) = parsed {
            fed.entry(month).or_default().insert(day);
        }
    }
    Ok(fed)
}

impl Journal {
    /// The journal of a partition in the lake that `store` holds. Makes no call.
    pub fn new(store: Arc<dyn Store>, partition: Partition) -> Self {
        Journal { store, partition }
    }

    /// The partition of this journal.
    pub fn partition(&self) -> Partition {
        self.partition
    }

    /// Reads the whole journal, with the inputs of every commit that counts.
    ///
    /// # Errors
    /// Fails if the store fails, or if the journal is damaged: an entry or the inputs of a commit are missing, invalid, or in the
    /// wrong place.
    pub async fn read(&self) -> Result<PartitionState, JournalError> {
        let mut state = self.read_outline().await?;
        let named = futures::stream::iter(state.inputs_of.clone());
        let runs = named.map(|of| self.read_inputs(of)).buffered(self.reads_at_once());
        state.inputs = Inputs::merged(runs.try_collect().await?);
        Ok(state)
    }

    /// Reads the inputs of one commit that counts.
    ///
    /// # Errors
    /// Fails if the store fails, or if the inputs are missing or differ from the commit.
    pub async fn read_inputs_of(&self, of: &InputsOf) -> Result<Inputs, JournalError> {
        self.read_inputs(of.clone()).await
    }

    /// Reads the outlines of the commits: parts and counts. [`PartitionState::inputs`] is empty.
    ///
    /// # Errors
    /// Fails if the store fails, or if the journal is damaged: an entry is missing, invalid, or in the wrong place.
    pub async fn read_outline(&self) -> Result<PartitionState, JournalError> {
        let prefix = self.partition.journal_prefix();
        let page = list_all(&*self.store, &prefix, Depth::All).await.map_err(|e| self.unreachable(e))?;
        let mut sequence: Vec<u64> =
            page.objects.iter().filter_map(|object| self.partition.journal_seq(&object.key)).collect();
        sequence.sort_unstable(); // a million entries outgrow the six digits of a key
        for (expected, found) in (1..).zip(&sequence) {
            if expected != *found {
                return Err(self.damaged(format!("{} is missing", self.partition.journal_key(expected))));
            }
        }
        let unnamed = (page.objects.len() - sequence.len()) as u64;
        let mut entries =
            futures::stream::iter(sequence).map(|seq| self.read_entry(seq)).buffered(self.reads_at_once());
        let mut state = PartitionState { unnamed, ..PartitionState::default() };
        while let Some(entry) = entries.try_next().await? {
            state.apply(entry).map_err(|what| JournalError::Damaged {
                partition: self.partition,
                what,
                broken: Invariant::OneCommitPerClaim,
            })?;
        }
        Ok(state)
    }

    /// Checks the facts of the commits that count. Damage is added to `result`.
    ///
    /// # Errors
    /// Fails if the store fails.
    pub async fn check_facts(
        &self,
        state: &PartitionState,
        result: &mut Verification,
    ) -> Result<(), StoreError> {
        for of in &state.inputs_of {
            let Some(stated) = &of.facts else { continue };
            let key = self.partition.facts_key(of.seq, &of.attempt);
            let problem = match self.store.get(&key, None).await {
                Ok(body) => read_lines_object(stated, &body, |_| Ok(())).err(),
                Err(error) if error.kind == ErrorKind::NotFound => Some("it is missing".to_owned()),
                Err(error) => return Err(error),
            };
            if let Some(what) = problem {
                let what = format!("{key}: {what}; restore the object from a backup or from object versions");
                result.found(Invariant::JournalOnlyGrows, what);
            }
        }
        Ok(())
    }

    fn reads_at_once(&self) -> usize {
        READS_AT_ONCE.min(self.store.calls_at_once()).max(1)
    }

    /// Reads the inputs of one commit, and compares them with its outline.
    async fn read_inputs(&self, of: InputsOf) -> Result<Inputs, JournalError> {
        let key = self.partition.inputs_key(of.seq, &of.attempt);
        let body = match self.store.get(&key, None).await {
            Ok(body) => body,
            Err(error) if error.kind == ErrorKind::NotFound => {
                return Err(self.damaged(format!("{key} is missing")));
            }
            Err(error) => return Err(self.unreachable(error)),
        };
        let small = body.len() < LARGE_BYTES;
        let read = move || {
            let (mut inputs, mut totals) = (Inputs::default(), Totals::default());
            read_lines_object(&of.inputs, &body, |line| {
                let mut input = Input::from_line(line).map_err(|error| format!("not an input ({error})"))?;
                // the same for the inputs of all commits
                let above = usize::try_from(input.above).ok().and_then(|index| of.above.get(index));
                input.above = above.copied().unwrap_or_default();
                totals.add_input(&input);
                match inputs.push(&input) {
                    true => Ok(()),
                    false => Err(format!("{} is not in order", input.key)),
                }
            })?;
            match of.totals.differs_from_inputs(&totals) {
                None => Ok(inputs),
                Some((what, stated, sum)) => Err(format!("{what} is {sum}, the commit says {stated}")),
            }
        };
        let inputs = if small { read() } else { blocking(read).await };
        inputs.map_err(|what| self.damaged(format!("{key}: {what}")))
    }

    /// Claims the partition on top of `state`, which fences every earlier attempt.
    ///
    /// # Errors
    /// Fails if the store fails; then the outcome is unknown.
    pub async fn claim(
        &self,
        state: &PartitionState,
        attempt: AttemptId,
        time: String,
        tool: String,
    ) -> Result<Claimed, JournalError> {
        let claim = Claim { version: FORMAT_VERSION, seq: state.last_seq + 1, attempt, time, tool };
        Ok(match self.append(Entry::Claim(claim.clone())).await? {
            true => Claimed::Yes(claim),
            false => Claimed::Taken,
        })
    }

    /// Writes a commit. Its `seq` must be that of the claim plus one.
    ///
    /// # Errors
    /// Fails if the store fails; then the outcome is unknown.
    pub async fn commit(&self, commit: Balanced) -> Result<CommitOutcome, JournalError> {
        Ok(match self.append(Entry::Commit(Box::new(commit.0))).await? {
            true => CommitOutcome::Committed,
            false => CommitOutcome::Superseded,
        })
    }

    /// Whether a later claim fences the attempt of `claim`, which has not committed.
    ///
    /// # Errors
    /// Fails if the store fails.
    pub async fn is_fenced(&self, claim: &Claim) -> Result<bool, JournalError> {
        match self.store.get(&self.partition.journal_key(claim.seq + 1), None).await {
            Ok(_) => Ok(true),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(self.unreachable(error)),
        }
    }

    /// Writes the inputs and the facts of a commit, which must follow. Both names have the attempt in them, so an object that
    /// exists is that of an earlier try of the same call.
    pub(crate) async fn write_inputs(
        &self,
        claim: &Claim,
        inputs: Option<&LinesObject>,
        facts: Option<&LinesObject>,
    ) -> Result<(), JournalError> {
        let seq = claim.seq + 1;
        let create = |key: String, object: &LinesObject| {
            let body = object.body.clone();
            async move { self.store.create_new(&key, body).await.map_err(|error| self.unreachable(error)) }
        };
        let inputs = inputs.map(|object| create(self.partition.inputs_key(seq, &claim.attempt), object));
        let facts = facts.map(|object| create(self.partition.facts_key(seq, &claim.attempt), object));
        futures::future::try_join_all(inputs.into_iter().chain(facts)).await?;
        Ok(())
    }

    /// Creates the marker that the partition holds events of a month; it may exist.
    pub(crate) async fn mark_fed(&self, month: Month) -> Result<(), JournalError> {
        let key = self.partition.feeds_key(month);
        self.store.create_new(&key, Bytes::new()).await.map(drop).map_err(|error| self.unreachable(error))
    }

    /// Reads the first entry of a journal.
    pub(crate) async fn first_entry(store: &dyn Store, partition: Partition) -> Result<Entry, JournalError> {
        let body = store.get(&partition.journal_key(1), None).await;
        let body = body.map_err(|source| JournalError::Store { partition, source })?;
        decode(partition, 1, &body)
    }

    /// Writes an entry by put-if-absent, and returns whether the entry at its sequence number is this one. If one exists, an
    /// earlier try of the same call may have written it: the entry is read back and its attempt compared.
    async fn append(&self, entry: Entry) -> Result<bool, JournalError> {
        let key = self.partition.journal_key(entry.seq());
        let body = compress(&entry).map_err(|e| self.damaged(format!("cannot serialize {key}: {e}")))?;
        match self.store.create_new(&key, body).await.map_err(|e| self.unreachable(e))? {
            Created::Yes => Ok(true),
            Created::Exists => Ok(self.read_entry(entry.seq()).await?.attempt() == entry.attempt()),
        }
    }

    async fn read_entry(&self, seq: u64) -> Result<Entry, JournalError> {
        let key = self.partition.journal_key(seq);
        let body = self.store.get(&key, None).await.map_err(|e| self.unreachable(e))?;
        if body.len() < LARGE_BYTES {
            return decode(self.partition, seq, &body);
        }
        let partition = self.partition;
        blocking(move || decode(partition, seq, &body)).await
    }

    pub(crate) fn unreachable(&self, source: StoreError) -> JournalError {
        JournalError::Store { partition: self.partition, source }
    }

    pub(crate) fn damaged(&self, what: String) -> JournalError {
        damaged(self.partition, what)
    }
}

fn damaged(partition: Partition, what: String) -> JournalError {
    JournalError::Damaged { partition, what, broken: Invariant::JournalOnlyGrows }
}

/// Parses the entry with a sequence number.
fn decode(partition: Partition, seq: u64, body: &[u8]) -> Result<Entry, JournalError> {
    let key = partition.journal_key(seq);
    let mut text = Vec::new();
    MultiGzDecoder::new(body)
        .read_to_end(&mut text)
        .map_err(|e| damaged(partition, format!("{key} is truncated or damaged gzip ({e})")))?;
    let entry = Entry::from_json(&text).map_err(|source| JournalError::Entry { key: key.clone(), source })?;
    if entry.seq() != seq {
        return Err(damaged(partition, format!("{key} has the sequence number {}", entry.seq())));
    }
    Ok(entry)
}

/// An entry as one gzip member.
fn compress(entry: &Entry) -> serde_json::Result<Bytes> {
    let mut member = GzipText::new();
    member.text().extend(entry.to_json()?);
    Ok(member.finish())
}

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
