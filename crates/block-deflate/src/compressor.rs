//! The compressor, with tables that are reused from block to block.

use crate::block::BlockWriter;
use crate::block_splitter::BlockSplitter;
use crate::level::{FourWays, Level, MoreRows, MostRows, OneWay, ShortMatches, TwoWays};
use crate::match_finder::{MatchFinder, Search};
use crate::parser::parse;

/// Compresses blocks. Keep one per thread: it holds tables of 224 KiB at every level.
///
/// Deterministic: the output depends only on the text and the level.
#[derive(Debug)]
pub struct Compressor {
    level: Level,
    finder: MatchFinder,
    splitter: BlockSplitter,
}

impl Compressor {
    /// A new compressor.
    pub fn new(level: Level) -> Self {
        Self { level, finder: MatchFinder::new(), splitter: BlockSplitter::new() }
    }

    /// Appends the raw deflate of a text: complete blocks, none of them final, then a sync flush (an empty stored block,
    /// RFC 1951 §3.2.4), so that another text may follow.
    pub fn compress(&mut self, text: &[u8], out: &mut Vec<u8>) {
        self.finder.clear();
        self.splitter.clear();
        let mut writer = BlockWriter::new(text, out);
        match self.level.number() {
            1 => self.parse::<OneWay>(text, &mut writer),
            2 | 3 => self.parse::<TwoWays>(text, &mut writer),
            4 | 5 => self.parse::<FourWays>(text, &mut writer),
            6 => self.parse::<MoreRows>(text, &mut writer),
            7 => self.parse::<ShortMatches>(text, &mut writer),
            _ => self.parse::<MostRows>(text, &mut writer),
        }
        self.splitter.finish(text, &mut writer);
        writer.sync_flush();
    }

    fn parse<S: Search>(&mut self, text: &[u8], writer: &mut BlockWriter<'_>) {
        parse::<S>(text, self.level.effort(), &mut self.finder, &mut self.splitter, writer);
    }
}

#[cfg(test)]
#[path = "compressor_tests.rs"]
mod tests;
