//! How a partition changes: claim, then commit, each a create-only object in a sequence without gaps.
//!
//! ```text
//! _journal/cloudtrail_daily/2026-11-22/000001.json.gz   claim of A
//! _journal/cloudtrail_daily/2026-11-22/000002.json.gz   commit of A
//! _journal/cloudtrail_daily/2026-11-22/000003.json.gz   claim of B, which never came back
//! _journal/cloudtrail_daily/2026-11-22/000004.json.gz   claim of C: B is fenced
//! _journal/cloudtrail_daily/2026-11-22/000005.json.gz   commit of C
//! ```
//!
//! A commit is valid only at its claim's sequence number and one, and only one writer can create that object. So a later
//! claim fences every earlier attempt, without a clock and without a lock. What a partition holds is the fold of its
//! commits: a [`PartitionState`].

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

/// How the text of an entry is parsed.
type Parse = fn(&[u8]) -> Result<Entry, EntryError>;

/// Journal entries read at once, at most.
const READS_AT_ONCE: usize = 16;
/// An entry of so many bytes is decoded by another thread, so that several are at the same time.
const LARGE_BYTES: usize = 16 << 10;

/// The journal of one partition.
#[derive(Debug, Clone)]
pub struct Journal {
    store: Arc<dyn Store>,
    partition: Partition,
}

/// What went wrong with a journal.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The store failed. After a failed commit the outcome is unknown: leave everything as it is, the next attempt sorts
    /// it out.
    #[error("the journal of {partition} cannot be reached")]
    Store {
        /// Whose journal.
        partition: Partition,
        /// The failed call.
        source: StoreError,
    },
    /// An object of the journal is no entry.
    #[error("journal entry {key} cannot be read")]
    Entry {
        /// The object.
        key: String,
        /// Why.
        source: EntryError,
    },
    /// The sequence of entries is one that no attempt makes.
    #[error(
        "the journal of {partition} is damaged: {what}; restore the object from a backup or a bucket version"
    )]
    Damaged {
        /// Whose journal.
        partition: Partition,
        /// What is wrong, with the key.
        what: String,
        /// What is not true that always should be.
        broken: Invariant,
    },
    /// A commit that contradicts itself; it was not written.
    #[error(transparent)]
    Imbalance(#[from] Imbalance),
}

impl JournalError {
    /// What is not true that always should be, where that is why.
    pub fn broken(&self) -> Option<Invariant> {
        match self {
            // listed, and gone when it was read
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

/// What a partition holds: the fold of its journal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartitionState {
    /// Sequence number of the newest entry; 0 where there is none.
    pub last_seq: u64,
    /// Number of commits.
    pub commits: u64,
    /// When the newest commit was made, RFC 3339.
    pub committed_at: Option<String>,
    /// The claim that is the newest entry: an attempt that is under way, or died.
    pub open_claim: Option<Claim>,
    /// What was read, by key, newest verdict.
    pub inputs: BTreeMap<String, Input>,
    /// What is visible, by key.
    pub parts: BTreeMap<String, Part>,
    /// The sums of all commits since the newest that replaced everything.
    pub totals: Totals,
    /// What the month was made of, if this is one: as the newest commit says that wrote it.
    pub month: Option<MonthSource>,
}

/// What came of [`Journal::claim`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    /// The partition is ours until somebody else claims it.
    Yes(Claim),
    /// Somebody moved since the state was read: plan again.
    Taken,
}

/// What came of [`Journal::commit`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommitOutcome {
    /// It is in the journal.
    Committed,
    /// A later claim fenced this attempt: nothing of it counts, and its parts must go.
    Superseded,
}

/// Every partition of a table's stage that has a journal, in order.
pub async fn partitions(store: &dyn Store, table: Table, stage: Stage) -> Result<Vec<Partition>, StoreError> {
    let journals = list_all(store, &Partition::journal_root(table, stage), Depth::Level).await?;
    Ok(journals.prefixes.iter().filter_map(|prefix| Partition::from_journal_prefix(prefix)).collect())
}

impl Journal {
    /// The journal of a partition of the lake in a store.
    pub fn new(store: Arc<dyn Store>, partition: Partition) -> Self {
        Journal { store, partition }
    }

    /// Whose journal it is.
    pub fn partition(&self) -> Partition {
        self.partition
    }

    /// Reads the whole journal.
    pub async fn read(&self) -> Result<PartitionState, JournalError> {
        self.read_by(Entry::from_json).await
    }

    /// Reads the whole journal but for the inputs, which are most of it: the state has none.
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

    /// Claims the partition on top of a state, and so fences every attempt that claimed before.
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

    /// Commits what an attempt did, at its claim's number plus one. The commit's `seq` must be that number.
    ///
    /// # Errors
    /// The store fails; then the outcome is unknown.
    pub async fn commit(&self, commit: Balanced) -> Result<CommitOutcome, JournalError> {
        Ok(match self.append(Entry::Commit(Box::new(commit.0))).await? {
            true => CommitOutcome::Committed,
            false => CommitOutcome::Superseded,
        })
    }

    /// Whether a later claim fences the attempt of a claim that has not committed.
    pub async fn is_fenced(&self, claim: &Claim) -> Result<bool, JournalError> {
        match self.store.get(&self.partition.journal_key(claim.seq + 1), None).await {
            Ok(_) => Ok(true),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(self.unreachable(error)),
        }
    }

    /// Creates an entry, and tells whether it is now ours that stands at its sequence number. "Exists" is a question: a
    /// retried call meets its own earlier self, so the entry is read back and the attempt compared.
    async fn append(&self, entry: Entry) -> Result<bool, JournalError> {
        let key = self.partition.journal_key(entry.seq());
        let body = compress(&entry).map_err(|e| self.damaged(format!("{key} cannot be written: {e}")))?;
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
            .map_err(|e| self.damaged(format!("{key} is not whole gzip ({e})")))?;
        let entry = parse(&text).map_err(|source| JournalError::Entry { key: key.clone(), source })?;
        if entry.seq() != seq {
            return Err(self.damaged(format!("{key} says that its number is {}", entry.seq())));
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
    /// Adds the next entry of the journal.
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
            _ => return Err(format!("entry {} commits without its own claim right before it", commit.seq)),
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

/// An entry as one gzip member (RFC 1952 §2.3). A commit names thousands of log files, and all else is waiting for it.
fn compress(entry: &Entry) -> std::io::Result<Bytes> {
    let text = entry.to_json()?;
    let mut member = GZIP_HEADER.to_vec();
    Compressor::new(Level::default()).compress(&text, &mut member);
    member.extend(STREAM_END);
    member.extend(libdeflater::crc32(&text).to_le_bytes());
    // modulo 2^32, as the RFC has it
    member.extend(&text.len().to_le_bytes()[..4]);
    Ok(member.into())
}

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
