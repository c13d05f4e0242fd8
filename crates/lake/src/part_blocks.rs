//! Inflates gzip in the form that the daily stage writes, block by block: faster than as a stream.
//!
//! Such a part is one gzip member. Its deflate blocks do not refer to each other, and each ends with a sync flush (an empty
//! stored block), so each can be inflated by one call. The bytes of a sync flush may also occur inside a block: the block then
//! does not inflate to its end, and the whole part is read as a stream instead. So is every part in another form.

use std::io::Write;

use block_deflate::STREAM_END;
use libdeflater::{Crc, DecompressionError, Decompressor};
use memchr::memmem;

/// The first bytes of a member without optional header fields. The modification time and flags follow.
const MEMBER: [u8; 4] = [0x1f, 0x8b, 8, 0];
const HEADER_BYTES: usize = 10;
/// The last bytes of a sync flush: the lengths of an empty stored block.
const SYNC_FLUSH: [u8; 4] = [0, 0, 0xff, 0xff];
/// A final stored block, appended to each block. Its text proves that the block was inflated to its end: a part never contains
/// these bytes, since they are not UTF-8.
const STOPPER: [u8; 13] = [1, 8, 0, 0xf7, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
const STOPPER_TEXT: usize = 8;
/// The maximum of bytes without a sync flush.
const DEFLATED_BYTES: usize = 16 << 20;
/// Bounds of the first text buffer, in bytes: 32 for each byte of a block, within these two.
const LEAST_TEXT_BYTES: usize = 64 << 10;
const TEXT_BYTES: usize = 9 << 18;
/// The maximum of bytes of text in one block.
const MOST_TEXT_BYTES: usize = 36 << 20;

/// Inflates a part into a sink, chunk by chunk.
pub(crate) struct Blocks<W> {
    /// The receiver of the text.
    pub(crate) sink: W,
    /// Bytes received and not inflated yet.
    pending: Vec<u8>,
    /// Bytes of `pending` in which no sync flush begins.
    searched: usize,
    has_begun: bool,
    inflater: Decompressor,
    block: Vec<u8>,
    text: Vec<u8>,
    crc: Crc,
    /// Bytes of text so far, modulo 2^32, as in the trailer.
    length: u32,
}

/// The part is not in this form, or is damaged.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotBlocks;

impl<W: Write> Blocks<W> {
    /// A decoder at the start of a part.
    pub(crate) fn new(sink: W) -> Self {
        Blocks {
            sink,
            pending: Vec::new(),
            searched: 0,
            has_begun: false,
            inflater: Decompressor::new(),
            block: Vec::new(),
            text: Vec::new(),
            crc: Crc::new(),
            length: 0,
        }
    }

    /// Takes the next chunk, and inflates the blocks that are complete.
    pub(crate) fn feed(&mut self, chunk: &[u8]) -> Result<(), NotBlocks> {
        let mut pending = std::mem::take(&mut self.pending);
        if pending.is_empty() {
            let inflated = self.inflate_blocks(chunk)?;
            pending.extend_from_slice(&chunk[inflated..]);
        } else {
            pending.extend_from_slice(chunk);
            let inflated = self.inflate_blocks(&pending)?;
            pending.drain(..inflated);
        }
        self.searched = pending.len().saturating_sub(SYNC_FLUSH.len() - 1);
        self.pending = pending;
        if self.pending.len() > DEFLATED_BYTES { Err(NotBlocks) } else { Ok(()) }
    }

    /// Inflates the complete blocks in `data`, and returns the offset at which the last one ends.
    fn inflate_blocks(&mut self, data: &[u8]) -> Result<usize, NotBlocks> {
        let mut start = 0;
        if !self.has_begun {
            if data.len() < HEADER_BYTES {
                return Ok(0);
            }
            if !data.starts_with(&MEMBER) {
                return Err(NotBlocks);
            }
            self.has_begun = true;
            start = HEADER_BYTES;
        }
        let mut from = start.max(self.searched);
        while let Some(found) = memmem::find(&data[from..], &SYNC_FLUSH) {
            let end = from + found + SYNC_FLUSH.len();
            self.inflate(&data[start..end])?;
            (start, from) = (end, end);
        }
        Ok(start)
    }

    fn inflate(&mut self, block: &[u8]) -> Result<(), NotBlocks> {
        self.block.clear();
        self.block.extend_from_slice(block);
        self.block.extend_from_slice(&STOPPER);
        // zeroing 2 MiB takes longer than inflating a small part
        let likely = (32 * block.len()).clamp(LEAST_TEXT_BYTES, TEXT_BYTES);
        if self.text.len() < likely {
            self.text.resize(likely, 0);
        }
        let length = loop {
            match self.inflater.deflate_decompress(&self.block, &mut self.text) {
                Ok(length) => break length,
                Err(DecompressionError::InsufficientSpace) if self.text.len() < MOST_TEXT_BYTES => {
                    self.text.resize((2 * self.text.len()).min(MOST_TEXT_BYTES), 0);
                }
                Err(_) => return Err(NotBlocks),
            }
        };
        let text = self.text[..length].strip_suffix(&STOPPER[STOPPER.len() - STOPPER_TEXT..]);
        let text = text.ok_or(NotBlocks)?;
        self.crc.update(text);
        // the trailer has the length modulo 2^32
        self.length = self.length.wrapping_add(u32::try_from(text.len()).map_err(|_| NotBlocks)?);
        self.sink.write_all(text).map_err(|_| NotBlocks)
    }

    /// Whether the part is complete and matches its trailer.
    pub(crate) fn is_whole(&self) -> bool {
        let trailer = [self.crc.sum().to_le_bytes(), self.length.to_le_bytes()].concat();
        self.has_begun && self.pending.strip_prefix(&STREAM_END) == Some(&trailer)
    }

    /// The sink, and the CRC-32 of the text written to it.
    pub(crate) fn into_sink(self) -> (W, u32) {
        (self.sink, self.crc.sum())
    }
}

#[cfg(test)]
#[path = "part_blocks_tests.rs"]
pub(crate) mod tests;
