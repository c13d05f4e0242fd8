//! Off-day records, in a block for each event day.
//!
//! They are copied: a block of few records may stay open until the end of the run, and must not keep its log files in memory.

use std::collections::BTreeMap;

use cloudtrail_model::Day;

use crate::write::block::Block;

/// Blocks of this many bytes in all are open at most, whatever the number of event days.
const OPEN_BLOCKS: usize = 4;

/// The open blocks of off-day records.
#[derive(Debug)]
pub(crate) struct OffDayBlocks {
    delivered: Day,
    block_bytes: usize,
    open: BTreeMap<Day, Block>,
    /// Bytes in open blocks.
    raw_bytes: usize,
}

impl OffDayBlocks {
    /// No records. A block is full at `block_bytes`.
    pub(crate) fn new(delivered: Day, block_bytes: usize) -> Self {
        OffDayBlocks { delivered, block_bytes, open: BTreeMap::new(), raw_bytes: 0 }
    }

    /// Adds a record of an event day. Returns a block to compress, if one is full, or all together are too large.
    pub(crate) fn push(&mut self, account: &str, day: Day, line: &[u8]) -> Option<Block> {
        let block = self.open.entry(day).or_insert_with(|| Block::new(self.delivered, Some(day)));
        let before = block.raw_bytes();
        block.push_copy(account, line);
        let now = block.raw_bytes();
        self.raw_bytes += now - before;
        if now >= self.block_bytes {
            return self.take(day);
        }
        if self.raw_bytes >= OPEN_BLOCKS * self.block_bytes {
            let largest = self.open.iter().max_by_key(|(_, block)| block.raw_bytes());
            let day = largest.map(|(day, _)| *day)?;
            return self.take(day);
        }
        None
    }

    /// The open blocks, by event day.
    pub(crate) fn finish(self) -> impl Iterator<Item = Block> {
        self.open.into_values()
    }

    fn take(&mut self, day: Day) -> Option<Block> {
        let block = self.open.remove(&day)?;
        self.raw_bytes -= block.raw_bytes();
        Some(block)
    }
}

#[cfg(test)]
#[path = "off_day_tests.rs"]
mod tests;
