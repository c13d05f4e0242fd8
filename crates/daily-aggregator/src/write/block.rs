//! Compresses blocks of records independently, so that many cores work on one part.
//!
//! As in pigz, a block ends with a sync flush (an empty stored block, RFC 1951 §3.2.4), so concatenated blocks are one deflate
//! stream and a part is one gzip member. Several readers silently stop after the first member.

use std::sync::Arc;

use block_deflate::Compressor;
use cloudtrail_model::Record;
use lake::{EventTimes, WrittenRecords};

use crate::pack::held_file::HeldFile;

/// Records to compress together: their files, and the indexes of the records in them.
#[derive(Debug, Default)]
pub(crate) struct Block {
    records: Vec<(Arc<HeldFile>, u32)>,
    raw_bytes: usize,
}

/// A compressed block.
#[derive(Debug)]
pub(crate) struct Compressed {
    /// Raw deflate, byte aligned, not final.
    pub(crate) deflated: Vec<u8>,
    /// CRC-32 of the text.
    pub(crate) crc: crc32fast::Hasher,
    pub(crate) written: WrittenRecords,
}

impl Block {
    pub(crate) fn push(&mut self, file: &Arc<HeldFile>, index: usize, line_bytes: usize) {
        // the number of records of a file is at most `Limits::max_records`, a u32
        self.records.push((file.clone(), u32::try_from(index).unwrap_or(u32::MAX)));
        self.raw_bytes += line_bytes + 1;
    }

    /// Bytes of text, line ends included.
    pub(crate) fn raw_bytes(&self) -> usize {
        self.raw_bytes
    }

    /// Sorts the records and compresses them.
    pub(crate) fn compress(self, compressor: &mut Compressor) -> Compressed {
        let records = self.records.len() as u64;
        let (text, event_times) = self.grouped_text();
        let mut crc = crc32fast::Hasher::new();
        crc.update(&text);
        // sorted JSON lines compress to an eighth or less
        let mut deflated = Vec::with_capacity(text.len() / 6 + 1024);
        compressor.compress(&text, &mut deflated);
        Compressed {
            deflated,
            crc,
            written: WrittenRecords { records, raw_bytes: text.len() as u64, event_times },
        }
    }

    /// The sorted records as lines. Drops their files.
    fn grouped_text(self) -> (Vec<u8>, EventTimes) {
        let mut text = Vec::with_capacity(self.raw_bytes);
        let mut event_times = EventTimes::default();
        for record in self.grouped() {
            text.extend_from_slice(record.line);
            text.push(b'\n');
            event_times.add(record.event_time);
        }
        (text, event_times)
    }

    /// The sort key: similar records are next to each other, which compresses better. The sort is stable.
    fn grouped(&self) -> Vec<Record<'_>> {
        let mut records: Vec<Record<'_>> =
            self.records.iter().map(|(held, index)| held.decoded.file.record(*index as usize)).collect();
        records.sort_by(|a, b| {
            (a.event_source, a.event_name, a.identity).cmp(&(b.event_source, b.event_name, b.identity))
        });
        records
    }
}

#[cfg(test)]
#[path = "block_tests.rs"]
mod tests;
