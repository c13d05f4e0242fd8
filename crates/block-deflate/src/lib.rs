//! Raw deflate (RFC 1951) of blocks of text: JSON lines, sorted so that similar ones stand together.
//!
//! Such text is long matches against the lines before, and between them ids that nothing predicts. So the search is
//! short where a match goes on, and gives up early where nothing is found; what a deep search would have found besides
//! is got by extending matches backwards, over the literals and the matches before them.
//!
//! Blocks know nothing of each other: put after each other they are one deflate stream, which wants a final block, for
//! example the bytes `03 00`, an empty block of fixed codes.
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
mod test_texts;

pub use compressor::Compressor;
pub use level::Level;

/// What a gzip member begins with: magic, deflate, no flags, no time, no extra flags, unknown system (RFC 1952 §2.3).
pub const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// What ends a stream of blocks: a final, empty block of fixed codes (RFC 1951 §3.2.6).
pub const STREAM_END: [u8; 2] = [0x03, 0x00];
