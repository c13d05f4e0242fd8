//! Concatenates compressed blocks into parts: staged objects of one gzip member each, not yet visible.

use block_deflate::{GZIP_HEADER, STREAM_END};
use bytes::Bytes;
use lake::{PartSink, WrittenRecords};
use lake_store::StoreError;

use crate::write::block::Compressed;

/// Writes the parts of one attempt. The ends of parts depend only on the bytes of text.
#[derive(Debug)]
pub(crate) struct PartWriter<'s, 'a> {
    parts: &'s mut PartSink<'a>,
    part_raw_bytes: u64,
    /// CRC-32 of the text of the open part.
    crc: crc32fast::Hasher,
}

impl<'s, 'a> PartWriter<'s, 'a> {
    /// A writer of parts of at least `part_raw_bytes` bytes of text each, except the last.
    pub(crate) fn new(parts: &'s mut PartSink<'a>, part_raw_bytes: u64) -> Self {
        PartWriter { parts, part_raw_bytes, crc: crc32fast::Hasher::new() }
    }

    /// Adds a block to the open part, or to a new one.
    pub(crate) async fn write(&mut self, block: Compressed) -> Result<(), StoreError> {
        if self.parts.open_part().is_none() {
            self.crc = crc32fast::Hasher::new();
            self.parts.write(Bytes::from_static(&GZIP_HEADER), WrittenRecords::default()).await?;
        }
        self.crc.combine(&block.crc);
        self.parts.write(block.deflated.into(), block.written).await?;
        if self.raw_bytes() >= self.part_raw_bytes { self.finish().await } else { Ok(()) }
    }

    /// Ends the open part, if any: writes the trailer (RFC 1952 §2.3.1: CRC-32, then the size modulo 2^32).
    pub(crate) async fn finish(&mut self) -> Result<(), StoreError> {
        if self.parts.open_part().is_none() {
            return Ok(());
        }
        let mut trailer = STREAM_END.to_vec();
        trailer.extend(self.crc.clone().finalize().to_le_bytes());
        trailer.extend(&self.raw_bytes().to_le_bytes()[..4]);
        self.parts.write(trailer.into(), WrittenRecords::default()).await?;
        self.parts.end_part().await
    }

    /// Bytes of text in the open part.
    fn raw_bytes(&self) -> u64 {
        self.parts.open_part().map_or(0, |part| part.written().raw_bytes)
    }
}

#[cfg(test)]
#[path = "part_writer_tests.rs"]
mod tests;
