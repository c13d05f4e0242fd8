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

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use block_deflate::{Compressor, GZIP_HEADER, Level, STREAM_END};
use bytes::Bytes;
use cloudtrail_model::{Stage, Table};
use flate2::read::MultiGzDecoder;
use futures::{StreamExt, TryStreamExt};
use lake_store::{Created, Depth, ErrorKind, Store, StoreError, list_all};

use crate::part_reader::blocking;
use crate::{
    AttemptId, Balanced, Claim, Entry, EntryError, FORMAT_VERSION, Imbalance, Input, Invariant, MonthSource,
    Part, Partition, Totals,
};

/// A parser of the text of an entry.
type Parse = fn(&[u8]) -> Result<Entry, EntryError>;

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
    store: Arc<dyn Store>,
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
}

impl JournalError {
    /// The invariant that is broken, if the error is due to one.
    pub fn broken(&self) -> Option<Invariant> {
        match self {
            // an entry was listed, and deleted before it was read
            JournalError::Store { source, .. } if source.kind == ErrorKind::NotFound => {
                Some(Invariant::JournalOnlyGrows)
            }
            JournalError::Store { .. } | JournalError::Entry { source: EntryError::Newer { .. }, .. } => None,
            JournalError::Entry { .. } => Some(Invariant::JournalOnlyGrows),
            JournalError::Damaged { broken, .. } => Some(*broken),
            JournalError::Imbalance(imbalance) => Some(imbalance.broken()),
        }
    }
}

/// The content of a partition: the fold of its journal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartitionState {
    /// Sequence number of the newest entry; 0 if there is none.
    pub last_seq: u64,
    /// Number of commits.
    pub commits: u64,
    /// The time of the newest commit, RFC 3339.
    pub committed_at: Option<String>,
    /// The newest entry, if it is a claim: its attempt is in progress, or died.
    pub open_claim: Option<Claim>,
    /// Committed inputs by key, with the newest verdict.
    pub inputs: BTreeMap<String, Input>,
    /// Parts by key: those that commits name and none has retired.
    pub parts: BTreeMap<String, Part>,
    /// The totals of all commits since the newest that has [`Commit::replaces`](crate::Commit::replaces).
    pub totals: Totals,
    /// [`Commit::month`](crate::Commit::month) of the newest commit that has it.
    pub month: Option<MonthSource>,
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

impl Journal {
    /// The journal of a partition in the lake that `store` holds. Makes no call.
    pub fn new(store: Arc<dyn Store>, partition: Partition) -> Self {
        Journal { store, partition }
    }

    /// The partition of this journal.
    pub fn partition(&self) -> Partition {
        self.partition
    }

    /// Reads the whole journal.
    ///
    /// # Errors
    /// Fails if the store fails, or if the journal is damaged: an entry is missing, invalid, or in the wrong place.
    pub async fn read(&self) -> Result<PartitionState, JournalError> {
        self.read_by(Entry::from_json).await
    }

    /// Reads the journal without the inputs, which are most of its text: [`PartitionState::inputs`] is empty.
    ///
    /// # Errors
    /// Fails if the store fails, or if the journal is damaged: an entry is missing, invalid, or in the wrong place.
    pub async fn read_outline(&self) -> Result<PartitionState, JournalError> {
        self.read_by(Entry::outline_from_json).await
    }

    async fn read_by(&self, parse: Parse) -> Result<PartitionState, JournalError> {
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
        let at_once = READS_AT_ONCE.min(self.store.calls_at_once()).max(1);
        let mut entries =
            futures::stream::iter(sequence).map(|seq| self.read_entry(seq, parse)).buffered(at_once);
        let mut state = PartitionState::default();
        while let Some(entry) = entries.try_next().await? {
            state.apply(entry).map_err(|what| JournalError::Damaged {
                partition: self.partition,
                what,
                broken: Invariant::OneCommitPerClaim,
            })?;
        }
        Ok(state)
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

    /// Writes an entry by put-if-absent, and returns whether the entry at its sequence number is this one. If one exists, an
    /// earlier try of the same call may have written it: the entry is read back and its attempt compared.
    async fn append(&self, entry: Entry) -> Result<bool, JournalError> {
        let key = self.partition.journal_key(entry.seq());
        let body = compress(&entry).map_err(|e| self.damaged(format!("cannot serialize {key}: {e}")))?;
        match self.store.create_new(&key, body).await.map_err(|e| self.unreachable(e))? {
            Created::Yes => Ok(true),
            Created::Exists => {
                Ok(self.read_entry(entry.seq(), Entry::outline_from_json).await?.attempt() == entry.attempt())
            }
        }
    }

    async fn read_entry(&self, seq: u64, parse: Parse) -> Result<Entry, JournalError> {
        let key = self.partition.journal_key(seq);
        let body = self.store.get(&key, None).await.map_err(|e| self.unreachable(e))?;
        if body.len() < LARGE_BYTES {
            return self.decode(seq, &body, parse);
        }
        let journal = self.clone();
        blocking(move || journal.decode(seq, &body, parse)).await
    }

    fn decode(&self, seq: u64, body: &[u8], parse: Parse) -> Result<Entry, JournalError> {
        let key = self.partition.journal_key(seq);
        let mut text = Vec::new();
        MultiGzDecoder::new(body)
            .read_to_end(&mut text)
            .map_err(|e| self.damaged(format!("{key} is truncated or damaged gzip ({e})")))?;
        let entry = parse(&text).map_err(|source| JournalError::Entry { key: key.clone(), source })?;
        if entry.seq() != seq {
            return Err(self.damaged(format!("{key} has the sequence number {}", entry.seq())));
        }
        Ok(entry)
    }

    fn unreachable(&self, source: StoreError) -> JournalError {
        JournalError::Store { partition: self.partition, source }
    }

    fn damaged(&self, what: String) -> JournalError {
        JournalError::Damaged { partition: self.partition, what, broken: Invariant::JournalOnlyGrows }
    }
}

impl PartitionState {
    /// Applies the next entry of the journal.
    fn apply(&mut self, entry: Entry) -> Result<(), String> {
        self.last_seq = entry.seq();
        let commit = match entry {
            Entry::Claim(claim) => {
                self.open_claim = Some(claim);
                return Ok(());
            }
            Entry::Commit(commit) => *commit,
        };
        match self.open_claim.take() {
            Some(claim) if claim.attempt == commit.attempt => {}
            _ => return Err(format!("entry {} is a commit that does not follow its own claim", commit.seq)),
        }
        if commit.replaces {
            self.inputs.clear();
            self.totals = Totals::default();
        }
        for key in &commit.retired {
            self.parts.remove(key);
        }
        self.commits += 1;
        self.committed_at = Some(commit.time);
        if commit.replaces || commit.month.is_some() {
            self.month = commit.month;
        }
        self.totals.add(&commit.totals);
        self.inputs.extend(commit.inputs.into_iter().map(|input| (input.key.clone(), input)));
        self.parts.extend(commit.parts.into_iter().map(|part| (part.key.clone(), part)));
        Ok(())
    }
}

/// An entry as one gzip member (RFC 1952 §2.3). `block-deflate`, because a commit names thousands of log files and the run
/// waits for it.
fn compress(entry: &Entry) -> std::io::Result<Bytes> {
    let text = entry.to_json()?;
    let mut member = GZIP_HEADER.to_vec();
    Compressor::new(Level::default()).compress(&text, &mut member);
    member.extend(STREAM_END);
    member.extend(libdeflater::crc32(&text).to_le_bytes());
    // modulo 2^32 (RFC 1952)
    member.extend(&text.len().to_le_bytes()[..4]);
    Ok(member.into())
}

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
