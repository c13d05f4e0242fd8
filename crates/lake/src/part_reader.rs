//! Reads a part back in bounded memory: its digest, its size and each of its lines.

use std::io::Write;

use bytes::Bytes;
use cloudtrail_model::{EnvelopeError, Record};
use flate2::write::MultiGzDecoder;
use lake_store::{Store, StoreError};
use libdeflater::Crc;
use sha2::{Digest, Sha256};

use crate::part_blocks::{Blocks, NotBlocks};
use crate::{Part, hex};

/// Bytes fetched by one ranged read.
const RANGE_BYTES: u64 = 4 << 20;

/// The sizes and the digest of a part as it was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartContent {
    /// Size of the object in bytes.
    pub bytes: u64,
    /// SHA-256 of the object, written as in [`Part::sha256`].
    pub sha256: String,
    /// Bytes of its text after decompression, line ends included.
    pub raw_bytes: u64,
    /// Number of lines, each a record.
    pub records: u64,
}

impl PartContent {
    /// The first difference from what the commit states about the part, as a sentence; `None` if there is none.
    pub fn difference(&self, part: &Part) -> Option<String> {
        let counts = [
            ("bytes", part.bytes, self.bytes),
            ("records", part.records, self.records),
            ("bytes of text", part.raw_bytes, self.raw_bytes),
        ];
        let wrong = counts.into_iter().find(|(_, expected, found)| expected != found);
        match wrong {
            Some((what, expected, found)) => {
                Some(format!("it has {found} {what}, the journal says {expected}"))
            }
            None if part.sha256 != self.sha256 => {
                Some(format!("its sha256 is {}, the journal says {}", self.sha256, part.sha256))
            }
            None => None,
        }
    }
}

/// A part that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PartError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The object is truncated or damaged gzip.
    #[error("its gzip data is damaged")]
    Gzip(#[source] std::io::Error),
    /// A line is not a record.
    #[error("line {line} is not a record")]
    Line {
        /// The line number, from 1.
        line: u64,
        /// The cause.
        source: EnvelopeError,
    },
}

/// Reads a part of `bytes` bytes and folds over its records: `each` is called with the accumulator and one record, in the
/// order of the lines. Returns the sizes of the part and the accumulator.
///
/// # Errors
/// Fails if the store fails, the gzip data is damaged, or a line is not a record.
pub async fn read_part<T: Send + 'static>(
    store: &dyn Store,
    key: &str,
    bytes: u64,
    fold: T,
    each: fn(&mut T, &Record<'_>),
) -> Result<(PartContent, T), PartError> {
    let fold = RecordFold { fold, each };
    let (content, RecordFold { fold, .. }) = read_lines(store, key, bytes, fold, RecordFold::line).await?;
    Ok((content, fold))
}

/// A fold over records, for [`read_lines`].
struct RecordFold<T> {
    fold: T,
    each: fn(&mut T, &Record<'_>),
}

impl<T> RecordFold<T> {
    fn line(&mut self, line: &[u8]) -> Result<(), EnvelopeError> {
        let record = Record::from_line(line)?;
        (self.each)(&mut self.fold, &record);
        Ok(())
    }
}

/// Like [`read_part`], for callers that parse the lines: `each` fails if its line is not a record.
///
/// # Errors
/// Fails if the store fails, the gzip data is damaged, or `each` fails.
pub async fn read_lines<T: Send + 'static>(
    store: &dyn Store,
    key: &str,
    bytes: u64,
    fold: T,
    each: fn(&mut T, &[u8]) -> Result<(), EnvelopeError>,
) -> Result<(PartContent, T), PartError> {
    let seen = SeenText { bytes: 0, crc: 0, skipped: Crc::new() };
    let lines = LineSink { rest: Vec::new(), raw_bytes: 0, seen, records: 0, fold, each, failed: None };
    let mut decoder = Decoder::Blocks(Box::new(Blocks::new(lines)));
    loop {
        match read_once(store, key, bytes, decoder).await? {
            ReadResult::Whole(content, fold) => return Ok((content, fold)),
            // read it from its start again, skipping the text that was read
            ReadResult::NotBlocks(lines) => decoder = Decoder::Stream(Box::new(MultiGzDecoder::new(lines))),
        }
    }
}

/// The result of reading an object once.
enum ReadResult<T> {
    Whole(PartContent, T),
    /// Not the form of [`Blocks`]: the object must be read again as a stream.
    NotBlocks(LineSink<T>),
}

async fn read_once<T: Send + 'static>(
    store: &dyn Store,
    key: &str,
    bytes: u64,
    decoder: Decoder<T>,
) -> Result<ReadResult<T>, PartError> {
    let mut part = PartDecoder { sha256: Sha256::new(), decoder };
    let mut at = 0;
    loop {
        // one byte more than expected, to detect an object that has grown
        let range = at..(at + RANGE_BYTES).min(bytes + 1);
        let asked = range.end - range.start;
        let chunk = store.get_range(key, range).await?;
        let got = chunk.len() as u64;
        at += got;
        part = match blocking(move || part.feed(&chunk)).await? {
            ChunkResult::More(part) => part,
            ChunkResult::NotBlocks(lines) => return Ok(ReadResult::NotBlocks(lines)),
        };
        if got < asked || at > bytes {
            break;
        }
    }
    Ok(match blocking(move || part.end()).await? {
        EndResult::Whole(sha256, lines) => {
            let content =
                PartContent { bytes: at, sha256, raw_bytes: lines.raw_bytes, records: lines.records };
            ReadResult::Whole(content, lines.fold)
        }
        EndResult::NotBlocks(lines) => ReadResult::NotBlocks(lines),
    })
}

/// Runs CPU-bound work on a thread of the blocking pool.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    }
}

/// The digest and the decoder of the bytes read so far.
struct PartDecoder<T> {
    sha256: Sha256,
    decoder: Decoder<T>,
}

enum Decoder<T> {
    /// The blocks that the daily stage writes.
    Blocks(Box<Blocks<LineSink<T>>>),
    /// Any other gzip.
    Stream(Box<MultiGzDecoder<LineSink<T>>>),
}

/// The result of decoding one chunk.
enum ChunkResult<T> {
    More(PartDecoder<T>),
    NotBlocks(LineSink<T>),
}

/// The result of the end of the object: its SHA-256 and its lines.
enum EndResult<T> {
    Whole(String, LineSink<T>),
    NotBlocks(LineSink<T>),
}

impl<T> PartDecoder<T> {
    fn feed(mut self, chunk: &Bytes) -> Result<ChunkResult<T>, PartError> {
        self.sha256.update(chunk);
        let (failed, result) = match &mut self.decoder {
            Decoder::Blocks(blocks) => {
                let result = blocks.feed(chunk);
                (blocks.sink.failed.take(), result.map_err(|NotBlocks| None))
            }
            Decoder::Stream(stream) => {
                let result = stream.write_all(chunk);
                (stream.get_mut().failed.take(), result.map_err(Some))
            }
        };
        match (failed, result, self.decoder) {
            (Some(error), ..) => Err(error),
            (None, Err(Some(error)), _) => Err(PartError::Gzip(error)),
            (None, Err(None), Decoder::Blocks(blocks)) => {
                Ok(ChunkResult::NotBlocks(LineSink::read_again(*blocks)))
            }
            (None, _, decoder) => Ok(ChunkResult::More(PartDecoder { decoder, ..self })),
        }
    }

    fn end(self) -> Result<EndResult<T>, PartError> {
        let mut lines = match self.decoder {
            Decoder::Blocks(blocks) if blocks.is_whole() => blocks.into_sink().0,
            Decoder::Blocks(blocks) => return Ok(EndResult::NotBlocks(LineSink::read_again(*blocks))),
            Decoder::Stream(stream) => stream.finish().map_err(PartError::Gzip)?,
        };
        if !lines.seen.is_same() {
            let error = std::io::Error::other("its text has changed since the first read");
            return Err(PartError::Gzip(error));
        }
        if !lines.rest.is_empty() {
            let last = std::mem::take(&mut lines.rest);
            lines.line(&last);
        }
        match lines.failed.take() {
            Some(error) => Err(error),
            None => Ok(EndResult::Whole(hex(&self.sha256.finalize()), lines)),
        }
    }
}

/// Splits text into lines, and calls `each` with every whole line.
struct LineSink<T> {
    rest: Vec<u8>,
    raw_bytes: u64,
    seen: SeenText,
    records: u64,
    fold: T,
    each: fn(&mut T, &[u8]) -> Result<(), EnvelopeError>,
    failed: Option<PartError>,
}

/// Text that was read before and is skipped in the second read.
struct SeenText {
    /// Bytes that are still to skip.
    bytes: u64,
    /// CRC-32 of the text in the first read.
    crc: u32,
    /// CRC-32 of the skipped text so far.
    skipped: Crc,
}

impl SeenText {
    /// Skips text that was read before, and returns the rest.
    fn skip<'t>(&mut self, text: &'t [u8]) -> &'t [u8] {
        let seen = usize::try_from(self.bytes).map_or(text.len(), |bytes| bytes.min(text.len()));
        let (seen, new) = text.split_at(seen);
        self.skipped.update(seen);
        self.bytes -= seen.len() as u64;
        new
    }

    /// Whether all of it was skipped, unchanged.
    fn is_same(&self) -> bool {
        self.bytes == 0 && self.skipped.sum() == self.crc
    }
}

impl<T> LineSink<T> {
    /// Takes the lines out of a block decoder, to read the part again as a stream.
    fn read_again(blocks: Blocks<Self>) -> Self {
        let (lines, crc) = blocks.into_sink();
        LineSink { seen: SeenText { bytes: lines.raw_bytes, crc, skipped: Crc::new() }, ..lines }
    }

    fn line(&mut self, line: &[u8]) {
        match (self.each)(&mut self.fold, line) {
            Ok(()) => self.records += 1,
            Err(source) => {
                self.failed.get_or_insert(PartError::Line { line: self.records + 1, source });
            }
        }
    }
}

impl<T> Write for LineSink<T> {
    fn write(&mut self, all: &[u8]) -> std::io::Result<usize> {
        let text = self.seen.skip(all);
        self.raw_bytes += text.len() as u64;
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', text) {
            let line = &text[start..end];
            start = end + 1;
            if self.rest.is_empty() {
                self.line(line);
            } else {
                let mut whole = std::mem::take(&mut self.rest);
                whole.extend_from_slice(line);
                self.line(&whole);
                whole.clear();
                self.rest = whole;
            }
        }
        self.rest.extend_from_slice(&text[start..]);
        Ok(all.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
#[path = "part_reader_tests.rs"]
mod tests;
