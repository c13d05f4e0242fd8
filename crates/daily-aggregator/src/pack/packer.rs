//! Deduplicates the records of decoded files, account by account, groups them into blocks, and counts each file.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use cloudtrail_model::{Day, DedupeIndex, Fingerprint, Seen};
use lake::{Input, Inputs, InputsWriter, Verdict, Why, WrittenInputs};

use crate::memory_budget::MemoryBudget;
use crate::pack::earlier_records::EarlierRecords;
use crate::pack::held_file::HeldFile;
use crate::pack::off_day::OffDayBlocks;
use crate::pack::rebuild_loss::RebuildLoss;
use crate::read::fetch::Fetched;
use crate::write::block::Block;
use crate::{DailyError, Options, QuarantinedFile};

/// Packs files into blocks. The ends of blocks depend only on the files and their order, so output is deterministic.
pub(crate) struct Packer<'a> {
    account: Option<String>,
    /// The records of the current account.
    index: DedupeIndex,
    before: Before<'a>,
    /// Log files that earlier runs quarantined and this one has not read, by key.
    quarantined_earlier: BTreeMap<String, QuarantinedFile>,
    blocks: Blocks,
    inputs: InputsWriter<'a>,
    quarantined: Vec<QuarantinedFile>,
    conflicts: u64,
    index_bytes: u64,
}

/// What the partition holds before the run.
pub(crate) enum Before<'a> {
    /// It stays.
    Kept { records: EarlierRecords<'a>, inputs: &'a Inputs },
    /// It is replaced; with a check that no record is lost.
    Replaced(Option<RebuildLoss<'a>>),
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
    pub(crate) quarantined: Vec<QuarantinedFile>,
    /// Log files that earlier runs quarantined and this one has not read.
    pub(crate) quarantined_earlier: Vec<QuarantinedFile>,
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
            Before::Kept { inputs, .. } => (Some(*inputs), QuarantinedFile::among(inputs)),
            Before::Replaced(_) => (None, Vec::new()),
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
                input.trailing_member = held.decoded.trailing_member;
                input.records = held.decoded.file.len() as u64;
                input.duplicates = self.add_records(account, &Arc::new(held));
            }
            Err(error) => {
                let why = Why { reason: error.reason().to_owned(), detail: error.to_string() };
                self.quarantined.push(QuarantinedFile::new(&input.key, &why));
                input.verdict = Verdict::Quarantined(why);
            }
        }
        input.etag = file.object.etag;
        self.inputs.push(&input);
        Ok((input.records, input.raw_bytes))
    }

    async fn enter(&mut self, account: &str) -> Result<(), DailyError> {
        self.note_memory();
        self.index = DedupeIndex::default();
        self.account = Some(account.to_owned());
        match &mut self.before {
            Before::Kept { records, .. } => records.enter(account).await,
            Before::Replaced(Some(loss)) => loss.enter(account).await,
            Before::Replaced(None) => Ok(()),
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
            conflicts: self.conflicts,
            loss: match self.before {
                Before::Replaced(loss) => loss,
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
            Before::Replaced(loss) => {
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
            Before::Replaced(_) => 0,
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
