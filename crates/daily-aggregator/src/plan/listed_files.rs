//! The listed log files of a day, compact: a day of a million must fit in memory.

use std::cmp::Ordering;
use std::sync::Arc;

use cloudtrail_model::account_of;
use lake_store::ObjectMeta;

use crate::plan::listed_block::{Block, Entry, cmp_joined};

/// The listed log files of a day, in the order of (account, identity). See [`LogFileId`](cloudtrail_model::LogFileId).
#[derive(Debug, Clone, Default)]
pub struct ListedFiles {
    blocks: Vec<Arc<Block>>,
    order: Vec<Place>,
}

/// Where a log file is.
#[derive(Debug, Clone, Copy)]
struct Place {
    block: u32,
    index: u16,
    /// Whether its identity is its key, since another log file has its identity.
    by_key: bool,
}

/// One of the [`ListedFiles`]. Its texts are put together on demand.
#[derive(Debug, Clone, Copy)]
pub struct ListedFile<'a> {
    block: &'a Block,
    entry: &'a Entry,
    /// The key without what the keys of the block begin with.
    rest: &'a str,
    by_key: bool,
}

/// A log file to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFileToRead {
    /// The object as listed.
    pub object: ObjectMeta,
    /// Number of bytes of the key that precede the identity.
    above: usize,
}

impl ListedFiles {
    /// Log files from blocks, sorted. Of objects with one key the first counts. Of those with one identity the first by what is
    /// above keeps it, and the others are identified by their keys. So a key without anything above is always its identity.
    pub(crate) fn of(mut blocks: Vec<Arc<Block>>) -> Self {
        // the log files of a block are sorted already, so they are nearly sorted now
        blocks.sort_by(|a, b| a.cmp_first(b));
        let mut order = Vec::with_capacity(blocks.iter().map(|block| block.len()).sum());
        for (number, block) in (0_u32..).zip(&blocks) {
            let place = |index| Place { block: number, index, by_key: false };
            // a block has at most 1,000 entries
            order.extend((0..u16::try_from(block.len()).unwrap_or(u16::MAX)).map(place));
        }
        let mut files = ListedFiles { blocks, order };
        files.sort();
        files.identify_twins();
        files
    }

    /// Number of log files.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The log file at a position.
    pub fn get(&self, index: usize) -> Option<ListedFile<'_>> {
        self.at(*self.order.get(index)?)
    }

    /// The log files, in order.
    pub fn iter(&self) -> impl Iterator<Item = ListedFile<'_>> + Clone {
        self.order.iter().filter_map(|place| self.at(*place))
    }

    /// The position of the log file with an identity.
    pub fn position(&self, identity: &str) -> Option<usize> {
        let account = account_of(identity);
        let cmp = |place: &Place| match self.at(*place) {
            Some(file) => file.account().cmp(account).then_with(|| file.cmp_identity(identity)),
            None => Ordering::Less,
        };
        self.order.binary_search_by(cmp).ok()
    }

    /// Bytes of memory.
    pub fn memory(&self) -> u64 {
        let own =
            self.blocks.capacity() * size_of::<Arc<Block>>() + self.order.capacity() * size_of::<Place>();
        own as u64 + self.blocks.iter().map(|block| block.memory()).sum::<u64>()
    }

    fn at(&self, place: Place) -> Option<ListedFile<'_>> {
        let block = self.blocks.get(place.block as usize)?;
        let (entry, rest) = block.get(usize::from(place.index))?;
        Some(ListedFile { block, entry, rest, by_key: place.by_key })
    }

    /// Sorts by account, identity, what is above. Takes linear time where the order is right already.
    fn sort(&mut self) {
        let mut order = std::mem::take(&mut self.order);
        order.sort_by(|a, b| match (self.at(*a), self.at(*b)) {
            (Some(a), Some(b)) => a.cmp(&b),
            (a, b) => a.is_some().cmp(&b.is_some()),
        });
        self.order = order;
    }

    /// Gives the second and later log files of an identity their keys as identities.
    fn identify_twins(&mut self) {
        let mut order = std::mem::take(&mut self.order);
        let pair = |a: Place, b: Place| self.at(a).zip(self.at(b));
        order.dedup_by(|b, a| pair(*a, *b).is_some_and(|(a, b)| a.above() == b.above() && a.is_twin_of(b)));
        let mut twins = false;
        let mut first = None;
        for place in &mut order {
            let twin_of = |first| pair(first, *place).is_some_and(|(first, file)| first.is_twin_of(file));
            if first.is_some_and(twin_of) {
                place.by_key = true;
                twins = true;
            } else {
                first = Some(*place);
            }
        }
        self.order = order;
        if twins {
            self.sort();
        }
    }
}

impl<'a> ListedFile<'a> {
    /// The account: see [`LogFileId::account`](cloudtrail_model::LogFileId::account).
    pub fn account(self) -> &'a str {
        &self.block.account
    }

    /// What precedes the identity in the key.
    pub fn above(self) -> &'a str {
        self.block.stem.get(..self.above_bytes()).unwrap_or_default()
    }

    /// The identity: see [`LogFileId::identity`](cloudtrail_model::LogFileId::identity).
    pub fn identity(self) -> String {
        self.parts().concat()
    }

    /// The key in the store.
    pub fn key(self) -> String {
        [&self.block.stem, self.rest].concat()
    }

    /// The listed size in bytes.
    pub fn bytes(self) -> u64 {
        self.entry.bytes
    }

    /// Whether the listed version is this one.
    pub fn has_etag(self, etag: &str) -> bool {
        self.entry.etag.is(etag)
    }

    /// The log file to read: a copy.
    pub fn to_read(self) -> LogFileToRead {
        let object =
            ObjectMeta { key: self.key(), bytes: self.entry.bytes, etag: self.entry.etag.to_string() };
        LogFileToRead { object, above: self.above_bytes() }
    }

    fn above_bytes(self) -> usize {
        if self.by_key { 0 } else { self.block.above }
    }

    /// The identity in two parts.
    fn parts(self) -> [&'a str; 2] {
        [self.block.stem.get(self.above_bytes()..).unwrap_or_default(), self.rest]
    }

    fn cmp_identity(self, identity: &str) -> Ordering {
        cmp_joined(self.parts(), [identity, ""])
    }

    fn cmp(&self, other: &Self) -> Ordering {
        let by_account = self.account().cmp(other.account());
        let by_identity = || cmp_joined(self.parts(), other.parts());
        by_account.then_with(by_identity).then_with(|| self.above().cmp(other.above()))
    }

    fn is_twin_of(self, other: ListedFile<'_>) -> bool {
        cmp_joined(self.parts(), other.parts()).is_eq()
    }
}

impl LogFileToRead {
    /// The object, and what [`rejoin`](LogFileToRead::rejoin) needs.
    pub(crate) fn split(self) -> (ObjectMeta, usize) {
        (self.object, self.above)
    }

    pub(crate) fn rejoin(object: ObjectMeta, above: usize) -> Self {
        LogFileToRead { object, above }
    }

    /// The identity: see [`LogFileId::identity`](cloudtrail_model::LogFileId::identity).
    pub fn identity(&self) -> &str {
        self.object.key.get(self.above..).unwrap_or_default()
    }

    /// What precedes the identity in the key.
    pub fn above(&self) -> &str {
        self.object.key.get(..self.above).unwrap_or_default()
    }

    /// The account: see [`LogFileId::account`](cloudtrail_model::LogFileId::account).
    pub fn account(&self) -> &str {
        account_of(self.identity())
    }
}

#[cfg(test)]
#[path = "listed_files_tests.rs"]
mod tests;
