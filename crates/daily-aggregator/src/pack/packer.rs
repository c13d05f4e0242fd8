//! Deduplicates the records of decoded files, in key order, groups them into blocks, and counts each file.

use std::collections::VecDeque;
use std::sync::Arc;

use cloudtrail_model::{DedupeIndex, Seen};
use lake::{Input, Verdict};

use crate::Options;
use crate::memory_budget::MemoryBudget;
use crate::pack::held_file::HeldFile;
use crate::read::fetch::Fetched;
use crate::write::block::Block;

/// Packs files into blocks. The ends of blocks depend only on the files and their order, so output is deterministic.
#[derive(Debug)]
pub(crate) struct Packer {
    index: DedupeIndex,
    block_bytes: usize,
    waiting_bytes: usize,
    block: Block,
    /// Bytes of the files whose records are in `block`.
    waiting: usize,
    full: VecDeque<Block>,
    inputs: Vec<Input>,
    conflicts: u64,
}

/// The result of packing all files.
#[derive(Debug)]
pub(crate) struct Packed {
    pub(crate) inputs: Vec<Input>,
    /// See [`lake::Totals::conflicts`].
    pub(crate) conflicts: u64,
    pub(crate) index: DedupeIndex,
}

impl Packer {
    /// A packer that drops records that are in `index`.
    pub(crate) fn new(index: DedupeIndex, options: &Options) -> Self {
        Packer {
            index,
            block_bytes: options.block_bytes.max(1),
            waiting_bytes: MemoryBudget::new(options.memory_bytes).waiting_bytes(),
            block: Block::default(),
            waiting: 0,
            full: VecDeque::new(),
            inputs: Vec::new(),
            conflicts: 0,
        }
    }

    /// Adds the next file. Returns its number of records and bytes of text.
    pub(crate) fn add(&mut self, fetched: Fetched) -> (u64, u64) {
        let Fetched { meta, decoded } = fetched;
        let mut input = Input {
            key: meta.key,
            etag: meta.etag,
            bytes: meta.bytes,
            raw_bytes: 0,
            records: 0,
            duplicates: 0,
            other_months: 0,
            verdict: Verdict::Ok,
        };
        match decoded {
            Ok(held) => {
                input.raw_bytes = held.decoded.raw_bytes;
                input.records = held.decoded.file.len() as u64;
                input.duplicates = self.add_records(&Arc::new(held));
            }
            Err(error) => {
                let (reason, detail) = (error.reason().to_owned(), error.to_string());
                input.verdict = Verdict::Quarantined { reason, detail };
            }
        }
        let counts = (input.records, input.raw_bytes);
        self.inputs.push(input);
        counts
    }

    /// Takes a full block, if there is one.
    pub(crate) fn next_full(&mut self) -> Option<Block> {
        self.full.pop_front()
    }

    /// The last block, and the result.
    pub(crate) fn finish(mut self) -> (Option<Block>, Packed) {
        self.end_block();
        let last = self.full.pop_front();
        (last, Packed { inputs: self.inputs, conflicts: self.conflicts, index: self.index })
    }

    /// Packs the records of a file that are not in the partition. Returns the number of duplicates.
    fn add_records(&mut self, held: &Arc<HeldFile>) -> u64 {
        let mut duplicates = 0;
        let mut waits = false;
        for (index, record) in held.decoded.file.records().enumerate() {
            match held.decoded.fingerprints[index]
                .map_or(Seen::New, |fingerprint| self.index.insert(fingerprint))
            {
                Seen::Duplicate => {
                    duplicates += 1;
                    continue;
                }
                Seen::Conflict => self.conflicts += 1,
                Seen::New => {}
            }
            self.block.push(held, index, record.line.len());
            waits = true;
            if self.block.raw_bytes() >= self.block_bytes {
                self.end_block();
                waits = false;
            }
        }
        if waits {
            self.waiting += held.decoded.file.memory();
            if self.waiting >= self.waiting_bytes {
                self.end_block();
            }
        }
        duplicates
    }

    fn end_block(&mut self) {
        self.waiting = 0;
        if self.block.raw_bytes() > 0 {
            self.full.push_back(std::mem::take(&mut self.block));
        }
    }
}

#[cfg(test)]
#[path = "packer_tests.rs"]
mod tests;
