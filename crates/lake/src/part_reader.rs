//! Reads a part back: its digest, its text, and every line of it, in bounded memory.

use std::io::Write;

use bytes::Bytes;
use cloudtrail_model::{EnvelopeError, Record};
use flate2::write::MultiGzDecoder;
use lake_store::{Store, StoreError};
use libdeflater::Crc;
use sha2::{Digest, Sha256};

use crate::part_blocks::{Blocks, OtherForm};
use crate::{Part, hex};

/// Bytes of an object that are fetched at once.
const RANGE_BYTES: u64 = 4 << 20;

/// What a part turned out to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartContent {
    /// Bytes of the object.
    pub bytes: u64,
    /// SHA-256 of the object, as [`Part::sha256`].
    pub sha256: String,
    /// Bytes of its text.
    pub raw_bytes: u64,
    /// Lines, each a record.
    pub records: u64,
}

impl PartContent {
    /// Where a part is not what the commit says of it.
    pub fn difference(&self, part: &Part) -> Option<String> {
        let counts = [
            ("bytes", part.bytes, self.bytes),
            ("records", part.records, self.records),
            ("bytes of text", part.raw_bytes, self.raw_bytes),
        ];
        let wrong = counts.into_iter().find(|(_, told, found)| told != found);
        match wrong {
            Some((what, told, found)) => Some(format!("it has {found} {what}, the journal says {told}")),
            None if part.sha256 != self.sha256 => {
                Some(format!("its sha256 is {}, the journal says {}", self.sha256, part.sha256))
            }
            None => None,
        }
    }
}

/// Why a part cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PartError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It is not whole gzip.
    #[error("its gzip data is damaged")]
    Gzip(#[source] std::io::Error),
    /// A line is no record.
    #[error("line {line} is not a record")]
    Line {
        /// Which, from 1.
        line: u64,
        /// Why.
        source: EnvelopeError,
    },
}

/// Reads a part of `bytes` bytes, calls `each` with the fold so far and each of its records, and returns the fold.
pub async fn read_part<T: Send + 'static>(
    store: &dyn Store,
    key: &str,
    bytes: u64,
    fold: T,
    each: fn(&mut T, &Record<'_>),
) -> Result<(PartContent, T), PartError> {
    let fold = Records { fold, each };
    let (content, Records { fold, .. }) = read_lines(store, key, bytes, fold, Records::line).await?;
    Ok((content, fold))
}

/// A fold over records.
struct Records<T> {
    fold: T,
    each: fn(&mut T, &Record<'_>),
}

impl<T> Records<T> {
    fn line(&mut self, line: &[u8]) -> Result<(), EnvelopeError> {
        let record = Record::from_line(line)?;
        (self.each)(&mut self.fold, &record);
        Ok(())
    }
}

/// As [`read_part`], for who reads each line by itself, and so says whether it is a record.
pub async fn read_lines<T: Send + 'static>(
    store: &dyn Store,
    key: &str,
    bytes: u64,
    fold: T,
    each: fn(&mut T, &[u8]) -> Result<(), EnvelopeError>,
) -> Result<(PartContent, T), PartError> {
    let known = Known { bytes: 0, crc: 0, seen: Crc::new() };
    let lines = Lines { rest: Vec::new(), raw_bytes: 0, known, records: 0, fold, each, failed: None };
    let mut decoder = Decoder::Blocks(Box::new(Blocks::new(lines)));
    loop {
        match read_through(store, key, bytes, decoder).await? {
            Through::Whole(content, fold) => return Ok((content, fold)),
            // again from its start, but for the lines that have come already
            Through::OtherForm(lines) => decoder = Decoder::Stream(Box::new(MultiGzDecoder::new(lines))),
        }
    }
}

/// What came of reading an object once.
enum Through<T> {
    Whole(PartContent, T),
    OtherForm(Lines<T>),
}

async fn read_through<T: Send + 'static>(
    store: &dyn Store,
    key: &str,
    bytes: u64,
    decoder: Decoder<T>,
) -> Result<Through<T>, PartError> {
    let mut reading = Reading { sha256: Sha256::new(), decoder };
    let mut at = 0;
    loop {
        // one byte more than the part should have tells one that has grown
        let range = at..(at + RANGE_BYTES).min(bytes + 1);
        let asked = range.end - range.start;
        let chunk = store.get_range(key, range).await?;
        let got = chunk.len() as u64;
        at += got;
        reading = match blocking(move || reading.feed(&chunk)).await? {
            Fed::More(reading) => reading,
            Fed::OtherForm(lines) => return Ok(Through::OtherForm(lines)),
        };
        if got < asked || at > bytes {
            break;
        }
    }
    Ok(match blocking(move || reading.end()).await? {
        Ended::Whole(sha256, lines) => {
            let content =
                PartContent { bytes: at, sha256, raw_bytes: lines.raw_bytes, records: lines.records };
            Through::Whole(content, lines.fold)
        }
        Ended::OtherForm(lines) => Through::OtherForm(lines),
    })
}

/// Runs work that keeps a core busy on a thread for such.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    }
}

struct Reading<T> {
    sha256: Sha256,
    decoder: Decoder<T>,
}

enum Decoder<T> {
    /// Parts as the daily stage writes them.
    Blocks(Box<Blocks<Lines<T>>>),
    /// Any gzip.
    Stream(Box<MultiGzDecoder<Lines<T>>>),
}

enum Fed<T> {
    More(Reading<T>),
    OtherForm(Lines<T>),
}

enum Ended<T> {
    Whole(String, Lines<T>),
    OtherForm(Lines<T>),
}

impl<T> Reading<T> {
    fn feed(mut self, chunk: &Bytes) -> Result<Fed<T>, PartError> {
        self.sha256.update(chunk);
        let (failed, fed) = match &mut self.decoder {
            Decoder::Blocks(blocks) => {
                let fed = blocks.feed(chunk);
                (blocks.sink.failed.take(), fed.map_err(|OtherForm| None))
            }
            Decoder::Stream(stream) => {
                let fed = stream.write_all(chunk);
                (stream.get_mut().failed.take(), fed.map_err(Some))
            }
        };
        match (failed, fed, self.decoder) {
            (Some(error), ..) => Err(error),
            (None, Err(Some(error)), _) => Err(PartError::Gzip(error)),
            (None, Err(None), Decoder::Blocks(blocks)) => Ok(Fed::OtherForm(Lines::again(*blocks))),
            (None, _, decoder) => Ok(Fed::More(Reading { decoder, ..self })),
        }
    }

    fn end(self) -> Result<Ended<T>, PartError> {
        let mut lines = match self.decoder {
            Decoder::Blocks(blocks) if blocks.is_whole() => blocks.into_sink().0,
            Decoder::Blocks(blocks) => return Ok(Ended::OtherForm(Lines::again(*blocks))),
            Decoder::Stream(stream) => stream.finish().map_err(PartError::Gzip)?,
        };
        if !lines.known.is_same() {
            let error = std::io::Error::other("its text is another than when it was read before");
            return Err(PartError::Gzip(error));
        }
        if !lines.rest.is_empty() {
            let last = std::mem::take(&mut lines.rest);
            lines.line(&last);
        }
        match lines.failed.take() {
            Some(error) => Err(error),
            None => Ok(Ended::Whole(hex(&self.sha256.finalize()), lines)),
        }
    }
}

/// Takes text as it comes and calls `each` for every whole line.
struct Lines<T> {
    rest: Vec<u8>,
    raw_bytes: u64,
    known: Known,
    records: u64,
    fold: T,
    each: fn(&mut T, &[u8]) -> Result<(), EnvelopeError>,
    failed: Option<PartError>,
}

/// Text that has come before, and comes once more.
struct Known {
    /// How much of it is still to come.
    bytes: u64,
    crc: u32,
    /// Of what has come once more.
    seen: Crc,
}

impl Known {
    /// Passes over what is known, and returns what is not.
    fn pass<'t>(&mut self, text: &'t [u8]) -> &'t [u8] {
        let known = usize::try_from(self.bytes).map_or(text.len(), |bytes| bytes.min(text.len()));
        let (known, new) = text.split_at(known);
        self.seen.update(known);
        self.bytes -= known.len() as u64;
        new
    }

    /// Whether all of it came once more, as it was.
    fn is_same(&self) -> bool {
        self.bytes == 0 && self.seen.sum() == self.crc
    }
}

impl<T> Lines<T> {
    /// The lines that came of blocks, before the part is read once more.
    fn again(blocks: Blocks<Self>) -> Self {
        let (lines, crc) = blocks.into_sink();
        Lines { known: Known { bytes: lines.raw_bytes, crc, seen: Crc::new() }, ..lines }
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

impl<T> Write for Lines<T> {
    fn write(&mut self, all: &[u8]) -> std::io::Result<usize> {
        let text = self.known.pass(all);
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
