//! Deduplicates the records of decoded files, account by account, groups them into blocks, and counts each file.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use cloudtrail_model::{Day, DedupeIndex, Fingerprint, Seen};
use lake::{Input, Inputs, InputsWriter, WrittenInputs};
use lake_store::{StoreError, Unreadable};

use crate::memory_budget::MemoryBudget;
use crate::pack::earlier_records::EarlierRecords;
use crate::pack::held_file::HeldFile;
use crate::pack::off_day::OffDayBlocks;
use crate::pack::rebuild_loss::RebuildLoss;
use crate::read::decode_error::DecodeError;
use crate::read::fetch::{Fetched, LeftOut};
use crate::write::block::Block;
use crate::{DailyError, LeftOutFile, Options, UnreadableFiles};

/// Packs files into blocks. The ends of blocks depend only on the files and their order, so output is deterministic.
pub(crate) struct Packer<'a> {
    account: Option<String>,
    /// The records of the current account.
    index: DedupeIndex,
    before: Before<'a>,
    /// Log files that earlier runs quarantined and this one has not read, by key.
    quarantined_earlier: BTreeMap<String, LeftOutFile>,
    blocks: Blocks,
    inputs: InputsWriter<'a>,
    quarantined: Vec<LeftOutFile>,
    unreadable: UnreadableFiles,
    refused: Option<StoreError>,
    broken: Option<LeftOutFile>,
    conflicts: u64,
    index_bytes: u64,
}

/// What the partition holds before the run.
pub(crate) enum Before<'a> {
    /// It stays.
    Kept { records: EarlierRecords<'a>, inputs: &'a Inputs },
    /// It is replaced; with a check that no record is lost.
    Replaced { loss: Option<RebuildLoss<'a>>, inputs: &'a Inputs },
}

/// Blocks in progress, and full ones.
struct Blocks {
    block_bytes: usize,
    waiting_bytes: usize,
    on_day: Block,
    off_day: OffDayBlocks,
    /// Bytes of the files whose records are in `on_day`.
    waiting: usize,
    full: VecDeque<Block>,
}

/// The result of packing all files.
pub(crate) struct Packed<'a> {
    pub(crate) inputs: WrittenInputs,
    /// Log files that were quarantined, in the order in which they were read.
    pub(crate) quarantined: Vec<LeftOutFile>,
    /// Log files that earlier runs quarantined and this one has not read.
    pub(crate) quarantined_earlier: Vec<LeftOutFile>,
    /// Log files that the source did not give out.
    pub(crate) unreadable: UnreadableFiles,
    /// The first error of an unreadable log file that is not archived.
    pub(crate) refused: Option<StoreError>,
    /// Of a rebuild, the first log file that was read before and is left out now.
    pub(crate) broken: Option<LeftOutFile>,
    /// See [`lake::Totals::conflicts`].
    pub(crate) conflicts: u64,
    pub(crate) loss: Option<RebuildLoss<'a>>,
    /// Peak memory of the deduplication index, in bytes.
    pub(crate) index_bytes: u64,
}

impl<'a> Packer<'a> {
    /// A packer that drops records that the partition has before.
    pub(crate) fn new(delivered: Day, before: Before<'a>, options: &Options) -> Self {
        let block_bytes = options.block_bytes.max(1);
        let (earlier, quarantined_earlier) = match &before {
            Before::Kept { inputs, .. } => (Some(*inputs), LeftOutFile::quarantined_among(inputs)),
            Before::Replaced { .. } => (None, Vec::new()),
        };
        Packer {
            account: None,
            index: DedupeIndex::default(),
            before,
            quarantined_earlier: quarantined_earlier
                .into_iter()
                .map(|file| (file.key.clone(), file))
                .collect(),
            blocks: Blocks {
                block_bytes,
                waiting_bytes: MemoryBudget::new(options.memory_bytes).waiting_bytes(),
                on_day: Block::new(delivered, None),
                off_day: OffDayBlocks::new(delivered, block_bytes),
                waiting: 0,
                full: VecDeque::new(),
            },
            inputs: InputsWriter::new(earlier.filter(|inputs| !inputs.is_empty())),
            quarantined: Vec::new(),
            unreadable: UnreadableFiles::default(),
            refused: None,
            broken: None,
            conflicts: 0,
            index_bytes: 0,
        }
    }

    /// Adds the next file. Returns its number of records and bytes of text. If it is the first of its account, forgets the
    /// records of the account before: copies of an event lie below one account.
    pub(crate) async fn add(&mut self, fetched: Fetched) -> Result<(u64, u64), DailyError> {
        let Fetched { file, decoded } = fetched;
        let account = file.account();
        if self.account.as_deref() != Some(account) {
            self.enter(account).await?;
        }
        self.quarantined_earlier.remove(file.identity());
        let mut input = Input {
            key: file.identity().to_owned(),
            above: self.inputs.above(file.above()),
            bytes: file.object.bytes,
            ..Input::default()
        };
        match decoded {
            Ok(held) => {
                input.raw_bytes = held.decoded.raw_bytes;
                input.first_member_sha256 = held.decoded.first_member_sha256;
                input.trailing_member = held.decoded.trailing_member;
                input.records = held.decoded.file.len() as u64;
                input.duplicates = self.add_records(account, &Arc::new(held));
            }
            Err(why) => self.leave_out(&mut input, why),
        }
        input.etag = file.object.etag;
        self.inputs.push(&input);
        Ok((input.records, input.raw_bytes))
    }

    fn leave_out(&mut self, input: &mut Input, why: LeftOut) {
        input.verdict = why.verdict();
        if let Before::Replaced { inputs, .. } = &self.before
            && inputs.get(&input.key).is_some_and(|before| before.is_ok())
        {
            self.broken = self.broken.take().or_else(|| LeftOutFile::of(input));
        }
        match why {
            LeftOut::Damaged(error) => {
                if let DecodeError::Envelope { first_member_sha256, trailing_member, .. } = error {
                    (input.first_member_sha256, input.trailing_member) =
                        (first_member_sha256, trailing_member);
                }
                self.quarantined.extend(LeftOutFile::of(input));
            }
            LeftOut::Unreadable(why, error) => {
                self.unreadable.add_input(input);
                if why != Unreadable::Archived {
                    self.refused.get_or_insert(error);
                }
            }
        }
    }

    async fn enter(&mut self, account: &str) -> Result<(), DailyError> {
        self.note_memory();
        self.index = DedupeIndex::default();
        self.account = Some(account.to_owned());
        match &mut self.before {
            Before::Kept { records, .. } => records.enter(account).await,
            Before::Replaced { loss: Some(loss), .. } => loss.enter(account).await,
            Before::Replaced { loss: None, .. } => Ok(()),
        }
    }

    /// Takes a full block, if there is one.
    pub(crate) fn next_full(&mut self) -> Option<Block> {
        self.blocks.full.pop_front()
    }

    /// The last blocks, and the result.
    pub(crate) fn finish(mut self) -> (VecDeque<Block>, Packed<'a>) {
        self.note_memory();
        let packed = Packed {
            inputs: self.inputs.finish(),
            quarantined: self.quarantined,
            quarantined_earlier: self.quarantined_earlier.into_values().collect(),
            unreadable: self.unreadable,
            refused: self.refused,
            broken: self.broken,
            conflicts: self.conflicts,
            loss: match self.before {
                Before::Replaced { loss, .. } => loss,
                Before::Kept { .. } => None,
            },
            index_bytes: self.index_bytes,
        };
        (self.blocks.finish(), packed)
    }

    /// Packs the records of a file that are not in the partition. Returns the number of duplicates.
    fn add_records(&mut self, account: &str, held: &Arc<HeldFile>) -> u64 {
        let mut duplicates = 0;
        let mut waits = false;
        let mut off_day = held.decoded.off_day.iter().peekable();
        for (index, record) in held.decoded.file.records().enumerate() {
            let event_day = off_day.next_if(|(at, _)| *at as usize == index).map(|(_, day)| *day);
            match held.decoded.fingerprints[index].map_or(Seen::New, |fingerprint| self.insert(fingerprint)) {
                Seen::Duplicate => {
                    duplicates += 1;
                    continue;
                }
                Seen::Conflict => self.conflicts += 1,
                Seen::New => {}
            }
            match event_day {
                Some(day) => self.blocks.push_off_day(account, day, record.line),
                None => waits = self.blocks.push_on_day(account, held, index, record.line.len()),
            }
        }
        if waits {
            self.blocks.wait(held.decoded.file.memory());
        }
        duplicates
    }

    fn insert(&mut self, fingerprint: Fingerprint) -> Seen {
        let earlier = match &mut self.before {
            Before::Kept { records, .. } => records.seen(fingerprint),
            Before::Replaced { loss, .. } => {
                loss.iter_mut().for_each(|loss| loss.found(fingerprint));
                Seen::New
            }
        };
        match (earlier, self.index.insert(fingerprint)) {
            (Seen::Duplicate, _) | (_, Seen::Duplicate) => Seen::Duplicate,
            (Seen::Conflict, _) | (_, Seen::Conflict) => Seen::Conflict,
            (Seen::New, Seen::New) => Seen::New,
        }
    }

    fn note_memory(&mut self) {
        let earlier = match &self.before {
            Before::Kept { records, .. } => records.memory(),
            Before::Replaced { .. } => 0,
        };
        self.index_bytes = self.index_bytes.max(self.index.memory() + earlier);
    }
}

impl Blocks {
    /// Returns whether the record waits in an open block.
    fn push_on_day(&mut self, account: &str, held: &Arc<HeldFile>, index: usize, bytes: usize) -> bool {
        self.on_day.push(account, held, index, bytes);
        let is_full = self.on_day.raw_bytes() >= self.block_bytes;
        if is_full {
            self.end_on_day();
        }
        !is_full
    }

    fn push_off_day(&mut self, account: &str, day: Day, line: &[u8]) {
        self.full.extend(self.off_day.push(account, day, line));
    }

    /// Ends the open block if its files need too much memory.
    fn wait(&mut self, bytes: usize) {
        self.waiting += bytes;
        if self.waiting >= self.waiting_bytes {
            self.end_on_day();
        }
    }

    fn end_on_day(&mut self) {
        self.waiting = 0;
        if self.on_day.raw_bytes() > 0 {
            self.full.push_back(self.on_day.take());
        }
    }

    fn finish(mut self) -> VecDeque<Block> {
        self.end_on_day();
        self.full.extend(self.off_day.finish());
        self.full
    }
}

#[cfg(test)]
#[path = "packer_tests.rs"]
mod tests;
