//! Splits a text into deflate blocks where the statistics change enough to pay for new codes.

use crate::block::BlockWriter;
use crate::histogram::Histogram;
use crate::sequence::Sequence;

/// A stretch of text with common statistics.
const STRETCH_SEQUENCES: usize = 1024;
const STRETCH_TEXT: usize = 64 * 1024;
/// The most a block holds: 128 KiB of them.
const BLOCK_SEQUENCES: usize = 16 * 1024;
/// The approximate cost of new codes: the minimum gain of a split.
const HEADER_BITS: u64 = 600;

/// Collects sequences and splits them into blocks.
#[derive(Debug)]
pub(crate) struct BlockSplitter {
    sequences: Vec<Sequence>,
    /// The histogram of the block so far, without the current stretch; `None` if the block has only that.
    block: Option<Histogram>,
    /// The number of sequences in the block; the others are in the current stretch.
    block_sequences: usize,
    /// The offset of the block in the text.
    block_start: usize,
    stretch_start: usize,
}

impl BlockSplitter {
    pub(crate) fn new() -> Self {
        Self {
            sequences: Vec::with_capacity(BLOCK_SEQUENCES),
            block: None,
            block_sequences: 0,
            block_start: 0,
            stretch_start: 0,
        }
    }

    /// Resets the state for a new text.
    pub(crate) fn clear(&mut self) {
        self.sequences.clear();
        self.block = None;
        self.block_sequences = 0;
        self.block_start = 0;
        self.stretch_start = 0;
    }

    /// Adds a sequence that ends before `end` of the text.
    #[inline(always)]
    pub(crate) fn push(&mut self, sequence: Sequence, text: &[u8], end: usize, writer: &mut BlockWriter<'_>) {
        self.sequences.push(sequence);
        if self.sequences.len() - self.block_sequences >= STRETCH_SEQUENCES
            || end - self.stretch_start >= STRETCH_TEXT
        {
            self.end_stretch(text, end, writer);
        }
    }

    /// The last match, if it can still be removed.
    #[inline(always)]
    pub(crate) fn last_match(&self) -> Option<Sequence> {
        self.sequences[self.block_sequences..].last().copied().filter(|sequence| sequence.length > 0)
    }

    /// Removes the last match.
    #[inline(always)]
    pub(crate) fn pop(&mut self) {
        self.sequences.pop();
    }

    /// Writes the rest.
    pub(crate) fn finish(&mut self, text: &[u8], writer: &mut BlockWriter<'_>) {
        self.end_stretch(text, text.len(), writer);
        self.write_block(writer);
    }

    #[cold]
    #[inline(never)]
    fn end_stretch(&mut self, text: &[u8], end: usize, writer: &mut BlockWriter<'_>) {
        let sequences = &self.sequences[self.block_sequences..];
        if sequences.is_empty() {
            return;
        }
        let stretch = Histogram::count(&text[self.stretch_start..end], sequences);
        let together = match &self.block {
            None => stretch,
            Some(block) => {
                let together = block.merged(&stretch);
                if together.entropy() <= block.entropy() + stretch.entropy() + HEADER_BITS {
                    together
                } else {
                    self.write_block(writer);
                    stretch
                }
            }
        };
        self.block = Some(together);
        self.block_sequences = self.sequences.len();
        self.stretch_start = end;
        if self.block_sequences + STRETCH_SEQUENCES > BLOCK_SEQUENCES {
            self.write_block(writer);
        }
    }

    /// Writes the stretches up to the current one as a block.
    fn write_block(&mut self, writer: &mut BlockWriter<'_>) {
        let Some(block) = self.block.take() else { return };
        let bytes = self.stretch_start - self.block_start;
        writer.block(bytes, &self.sequences[..self.block_sequences], &block);
        self.sequences.drain(..self.block_sequences);
        self.block_sequences = 0;
        self.block_start = self.stretch_start;
    }
}

#[cfg(test)]
#[path = "block_splitter_tests.rs"]
mod tests;
