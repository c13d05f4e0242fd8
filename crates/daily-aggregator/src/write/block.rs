//! Compresses blocks of records independently, so that many cores work on one part.
//!
//! As in pigz, a block ends with a sync flush (an empty stored block, RFC 1951 §3.2.4), so concatenated blocks are one deflate
//! stream and a part is one gzip member. Several readers silently stop after the first member.

use std::sync::Arc;

use block_deflate::Compressor;
use cloudtrail_model::{Day, Record, event_instant};
use lake::{AccountRange, EventDays, WrittenRecords};

use crate::pack::held_file::HeldFile;

/// Records to compress together: all on-day, or all of one other event day.
#[derive(Debug)]
pub(crate) struct Block {
    delivered: Day,
    /// The event day of off-day records.
    off_day: Option<Day>,
    /// Their files, and the indexes of the records in them.
    held: Vec<(Arc<HeldFile>, u32)>,
    /// Records that are copied, since their files must not stay in memory.
    copied: Vec<Box<[u8]>>,
    raw_bytes: usize,
    accounts: Option<AccountRange>,
}

/// A compressed block.
#[derive(Debug)]
pub(crate) struct Compressed {
    /// See [`Block::off_day`].
    pub(crate) off_day: Option<Day>,
    /// Raw deflate, byte aligned, not final.
    pub(crate) deflated: Vec<u8>,
    /// CRC-32 of the text.
    pub(crate) crc: crc32fast::Hasher,
    pub(crate) written: WrittenRecords,
}

impl Block {
    /// A block of on-day records, or of the records of another event day.
    pub(crate) fn new(delivered: Day, off_day: Option<Day>) -> Self {
        Block { delivered, off_day, held: Vec::new(), copied: Vec::new(), raw_bytes: 0, accounts: None }
    }

    /// Adds a record, which keeps its file in memory. Accounts come in ascending order.
    pub(crate) fn push(&mut self, account: &str, file: &Arc<HeldFile>, index: usize, line_bytes: usize) {
        // the number of records of a file is at most `Limits::max_records`, a u32
        self.held.push((file.clone(), u32::try_from(index).unwrap_or(u32::MAX)));
        self.count(account, line_bytes);
    }

    /// Adds a copy of a record.
    pub(crate) fn push_copy(&mut self, account: &str, line: &[u8]) {
        self.copied.push(line.into());
        self.count(account, line.len());
    }

    fn count(&mut self, account: &str, line_bytes: usize) {
        self.raw_bytes += line_bytes + 1;
        match &mut self.accounts {
            Some(accounts) if accounts.last == account => {}
            Some(accounts) => accounts.extend(&AccountRange::of(account)),
            None => self.accounts = Some(AccountRange::of(account)),
        }
    }

    /// Bytes of text, line ends included.
    pub(crate) fn raw_bytes(&self) -> usize {
        self.raw_bytes
    }

    /// Takes the records out; the block is empty then.
    pub(crate) fn take(&mut self) -> Block {
        std::mem::replace(self, Block::new(self.delivered, self.off_day))
    }

    /// Sorts the records and compresses them.
    pub(crate) fn compress(self, compressor: &mut Compressor) -> Compressed {
        let records = (self.held.len() + self.copied.len()) as u64;
        let (off_day, accounts) = (self.off_day, self.accounts.clone());
        let (text, event_days) = self.grouped_text();
        let mut crc = crc32fast::Hasher::new();
        crc.update(&text);
        // sorted JSON lines compress to an eighth or less
        let mut deflated = Vec::with_capacity(text.len() / 6 + 1024);
        compressor.compress(&text, &mut deflated);
        let raw_bytes = text.len() as u64;
        let written =
            WrittenRecords { records, raw_bytes, event_days, accounts, ..WrittenRecords::default() };
        Compressed { off_day, deflated, crc, written }
    }

    /// The sorted records as lines. Drops their files.
    fn grouped_text(self) -> (Vec<u8>, EventDays) {
        let mut text = Vec::with_capacity(self.raw_bytes);
        let mut event_days = EventDays::default();
        for record in self.grouped() {
            text.extend_from_slice(record.line);
            text.push(b'\n');
            event_days.add(self.delivered, event_instant(&record));
        }
        (text, event_days)
    }

    /// The sort key: similar records are next to each other, which compresses better. The sort is stable.
    fn grouped(&self) -> Vec<Record<'_>> {
        let held = self.held.iter().map(|(held, index)| held.decoded.file.record(*index as usize));
        // a copy is a line that was a record before
        let copied = self.copied.iter().filter_map(|line| Record::from_line(line).ok());
        let mut records: Vec<Record<'_>> = held.chain(copied).collect();
        records.sort_by(|a, b| {
            (a.event_source, a.event_name, a.identity).cmp(&(b.event_source, b.event_name, b.identity))
        });
        records
    }
}

#[cfg(test)]
#[path = "block_tests.rs"]
mod tests;
