//! The records that the partition has before a run: those of the parts that can hold the current account.

use std::collections::BTreeSet;

use cloudtrail_model::{DedupeIndex, Fingerprint, Seen};
use futures::StreamExt;
use lake::{Part, PartError};
use lake_store::ErrorKind;

use crate::DailyError;
use crate::pack::part_fingerprints::{CommittedParts, ReadPart};

/// The records of the parts that can hold the current account, and of some parts before. Memory is at most twice that of the
/// former.
pub(crate) struct EarlierRecords<'a> {
    parts: Vec<&'a Part>,
    committed: CommittedParts<'a>,
    index: DedupeIndex,
    /// The keys of the parts in `index`.
    read: BTreeSet<&'a str>,
}

impl<'a> EarlierRecords<'a> {
    /// Of some parts, none of which is read yet.
    pub(crate) fn new(parts: impl IntoIterator<Item = &'a Part>, committed: CommittedParts<'a>) -> Self {
        let parts = parts.into_iter().collect();
        EarlierRecords { parts, committed, index: DedupeIndex::default(), read: BTreeSet::new() }
    }

    /// Reads the parts that can hold an account. Accounts come in ascending order.
    pub(crate) async fn enter(&mut self, account: &str) -> Result<(), DailyError> {
        let needed: Vec<&Part> = self.parts.iter().copied().filter(|part| part.can_hold(account)).collect();
        let is_read = |part: &&Part| self.read.contains(part.key.as_str());
        let records =
            |parts: &[&Part]| parts.iter().fold(0, |sum: u64, part| sum.saturating_add(part.records));
        let read: Vec<&Part> = self.parts.iter().copied().filter(is_read).collect();
        let kept: Vec<&Part> = needed.iter().copied().filter(is_read).collect();
        // drop all once most are not needed: what is read again then is less than what was dropped
        if records(&read) > 2 * records(&kept) {
            self.index = DedupeIndex::default();
            self.read.clear();
        }
        let missing: Vec<&Part> =
            needed.into_iter().filter(|part| !self.read.contains(part.key.as_str())).collect();
        self.read.extend(missing.iter().map(|part| part.key.as_str()));
        let mut reads = self.committed.read(missing);
        while let Some((part, read)) = reads.next().await {
            for fingerprint in self.checked(part, read)? {
                self.index.insert(fingerprint);
            }
        }
        Ok(())
    }

    /// Whether a record is among them.
    pub(crate) fn seen(&self, fingerprint: Fingerprint) -> Seen {
        self.index.seen(fingerprint)
    }

    /// Bytes of memory.
    pub(crate) fn memory(&self) -> u64 {
        self.index.memory()
    }

    /// The fingerprints of a part that is what its commit says.
    fn checked(&self, part: &Part, read: ReadPart) -> Result<Vec<Fingerprint>, DailyError> {
        let (key, partition) = (part.key.clone(), self.committed.partition);
        match read {
            Ok((content, seen)) => match content.difference(part) {
                None => Ok(seen),
                Some(difference) => Err(DailyError::Part { key, partition, source: difference.into() }),
            },
            Err(PartError::Store(error)) if error.kind == ErrorKind::NotFound => {
                Err(DailyError::PartMissing { key, partition })
            }
            Err(error) => Err(DailyError::Part { key, partition, source: error.into() }),
        }
    }
}

#[cfg(test)]
#[path = "earlier_records_tests.rs"]
mod tests;
