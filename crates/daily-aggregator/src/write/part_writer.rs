//! Concatenates compressed blocks into parts: staged objects of one gzip member each, not yet visible.
//!
//! Off-day records have parts of their own, ordered by event day. So their blocks wait, compressed, for the end of the run, or
//! until there is a part's text of them.

use std::collections::BTreeMap;

use block_deflate::{GZIP_HEADER, STREAM_END};
use bytes::Bytes;
use cloudtrail_model::Day;
use lake::{Lane, PartSink, WrittenRecords};
use lake_store::StoreError;

use crate::write::block::Compressed;

/// Bytes of text of an off-day part, so that its blocks, which wait in memory, take some 32 MiB at most.
const OFF_DAY_PART_RAW_BYTES: u64 = 256 << 20;

/// Writes the parts of one attempt. The ends of parts depend only on the bytes of text.
#[derive(Debug)]
pub(crate) struct PartWriter<'s, 'a> {
    parts: &'s mut PartSink<'a>,
    part_raw_bytes: u64,
    /// CRC-32 of the text of the open part, in each lane.
    crc: [crc32fast::Hasher; 2],
    /// Blocks of off-day records, by event day.
    off_day: BTreeMap<Day, Vec<Compressed>>,
    off_day_raw_bytes: u64,
}

impl<'s, 'a> PartWriter<'s, 'a> {
    /// A writer of parts of at least `part_raw_bytes` bytes of text each, except the last.
    pub(crate) fn new(parts: &'s mut PartSink<'a>, part_raw_bytes: u64) -> Self {
        let crc = [crc32fast::Hasher::new(), crc32fast::Hasher::new()];
        PartWriter { parts, part_raw_bytes, crc, off_day: BTreeMap::new(), off_day_raw_bytes: 0 }
    }

    /// Adds a block to the open part, or to a new one. A block of off-day records waits.
    pub(crate) async fn write(&mut self, block: Compressed) -> Result<(), StoreError> {
        let Some(day) = block.off_day else {
            self.append(Lane::Main, block).await?;
            let is_full = self.raw_bytes(Lane::Main) >= self.part_raw_bytes;
            return if is_full { self.end_part(Lane::Main).await } else { Ok(()) };
        };
        self.off_day_raw_bytes += block.written.raw_bytes;
        self.off_day.entry(day).or_default().push(block);
        let is_full = self.off_day_raw_bytes >= self.part_raw_bytes.min(OFF_DAY_PART_RAW_BYTES);
        if is_full { self.write_off_day().await } else { Ok(()) }
    }

    /// Ends the open part, if any, and writes the off-day records that wait.
    pub(crate) async fn finish(&mut self) -> Result<(), StoreError> {
        self.end_part(Lane::Main).await?;
        self.write_off_day().await
    }

    /// Writes a part of the off-day records that wait, ordered by event day.
    async fn write_off_day(&mut self) -> Result<(), StoreError> {
        self.off_day_raw_bytes = 0;
        for block in std::mem::take(&mut self.off_day).into_values().flatten() {
            self.append(Lane::OffDay, block).await?;
        }
        self.end_part(Lane::OffDay).await
    }

    async fn append(&mut self, lane: Lane, block: Compressed) -> Result<(), StoreError> {
        if self.parts.open_part(lane).is_none() {
            self.crc[lane as usize] = crc32fast::Hasher::new();
            self.parts.write(lane, Bytes::from_static(&GZIP_HEADER), WrittenRecords::default()).await?;
        }
        self.crc[lane as usize].combine(&block.crc);
        self.parts.write(lane, block.deflated.into(), block.written).await
    }

    /// Ends the open part of a lane, if any: writes the trailer (RFC 1952 §2.3.1: CRC-32, then the size modulo 2^32).
    async fn end_part(&mut self, lane: Lane) -> Result<(), StoreError> {
        if self.parts.open_part(lane).is_none() {
            return Ok(());
        }
        let mut trailer = STREAM_END.to_vec();
        trailer.extend(self.crc[lane as usize].clone().finalize().to_le_bytes());
        trailer.extend(&self.raw_bytes(lane).to_le_bytes()[..4]);
        self.parts.write(lane, trailer.into(), WrittenRecords::default()).await?;
        self.parts.end_part(lane).await
    }

    /// Bytes of text in the open part of a lane.
    fn raw_bytes(&self, lane: Lane) -> u64 {
        self.parts.open_part(lane).map_or(0, |part| part.written().raw_bytes)
    }
}

#[cfg(test)]
#[path = "part_writer_tests.rs"]
mod tests;
