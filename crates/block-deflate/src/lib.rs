//! Raw deflate (RFC 1951) of blocks of text: JSON lines, sorted so that similar lines are next to each other.
//!
//! Such text consists of long matches with earlier lines, and unpredictable IDs between them. So the search is short inside a
//! match, and stops early if it finds nothing. Extending matches backwards, over literals and earlier matches, finds most of
//! what a deep search would find.
//!
//! Blocks are independent. Concatenated they are one deflate stream, which needs a final block, such as [`STREAM_END`].
//!
//! ```
//! let mut compressor = block_deflate::Compressor::new(block_deflate::Level::default());
//! let mut deflated = Vec::new();
//! compressor.compress(b"{\"id\":1}\n{\"id\":2}\n", &mut deflated);
//! compressor.compress(b"{\"id\":3}\n", &mut deflated);
//! deflated.extend_from_slice(&block_deflate::STREAM_END);
//! ```

#[cfg(test)]
extern crate self as block_deflate;

mod bit_writer;
mod block;
mod block_splitter;
mod code_length_code;
mod compare;
mod compressor;
#[cfg(test)]
mod fuzz_corpus_tests;
mod histogram;
mod huffman;
mod level;
mod match_finder;
mod parser;
mod sequence;
mod symbol;
#[cfg(test)]
mod testing;

pub use compressor::Compressor;
pub use level::Level;

/// The header of a gzip member: magic, deflate, no flags, no time, no extra flags, unknown system (RFC 1952 §2.3).
pub const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// The end of a stream of blocks: a final, empty block of fixed codes (RFC 1951 §3.2.6).
pub const STREAM_END: [u8; 2] = [0x03, 0x00];
