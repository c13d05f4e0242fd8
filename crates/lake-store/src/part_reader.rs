//! Reads a part back: its digest, its text, and every line of it, in bounded memory.

use std::io::Write;

use bytes::Bytes;
use cloudtrail_model::{EnvelopeError, Part, Record, hex};
use flate2::write::MultiGzDecoder;
use sha2::{Digest, Sha256};

use crate::{Store, StoreError};

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
    let lines = Lines { rest: Vec::new(), raw_bytes: 0, records: 0, fold, each, failed: None };
    let mut reading = Reading { sha256: Sha256::new(), decoder: MultiGzDecoder::new(lines) };
    let mut at = 0;
    loop {
        // one byte more than the part should have tells one that has grown
        let range = at..(at + RANGE_BYTES).min(bytes + 1);
        let asked = range.end - range.start;
        let chunk = store.get_range(key, range).await?;
        let got = chunk.len() as u64;
        at += got;
        reading = blocking(move || reading.feed(&chunk)).await?;
        if got < asked || at > bytes {
            break;
        }
    }
    let (sha256, lines) = blocking(move || reading.end()).await?;
    let content = PartContent { bytes: at, sha256, raw_bytes: lines.raw_bytes, records: lines.records };
    Ok((content, lines.fold))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    }
}

struct Reading<T> {
    sha256: Sha256,
    decoder: MultiGzDecoder<Lines<T>>,
}

impl<T> Reading<T> {
    fn feed(mut self, chunk: &Bytes) -> Result<Self, PartError> {
        self.sha256.update(chunk);
        let fed = self.decoder.write_all(chunk);
        match self.decoder.get_mut().failed.take() {
            Some(error) => Err(error),
            None => fed.map(|()| self).map_err(PartError::Gzip),
        }
    }

    fn end(self) -> Result<(String, Lines<T>), PartError> {
        let mut lines = self.decoder.finish().map_err(PartError::Gzip)?;
        if !lines.rest.is_empty() {
            let last = std::mem::take(&mut lines.rest);
            lines.line(&last);
        }
        match lines.failed.take() {
            Some(error) => Err(error),
            None => Ok((hex(&self.sha256.finalize()), lines)),
        }
    }
}

/// Takes text as it comes and calls `each` for every whole line.
struct Lines<T> {
    rest: Vec<u8>,
    raw_bytes: u64,
    records: u64,
    fold: T,
    each: fn(&mut T, &Record<'_>),
    failed: Option<PartError>,
}

impl<T> Lines<T> {
    fn line(&mut self, line: &[u8]) {
        match Record::from_line(line) {
            Ok(record) => {
                self.records += 1;
                (self.each)(&mut self.fold, &record);
            }
            Err(source) => {
                self.failed.get_or_insert(PartError::Line { line: self.records + 1, source });
            }
        }
    }
}

impl<T> Write for Lines<T> {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        self.raw_bytes += text.len() as u64;
        for piece in text.split_inclusive(|byte| *byte == b'\n') {
            match (piece.strip_suffix(b"\n"), self.rest.is_empty()) {
                (Some(line), true) => self.line(line),
                (Some(end), false) => {
                    let mut line = std::mem::take(&mut self.rest);
                    line.extend_from_slice(end);
                    self.line(&line);
                    line.clear();
                    self.rest = line;
                }
                (None, _) => self.rest.extend_from_slice(piece),
            }
        }
        Ok(text.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
#[path = "part_reader_tests.rs"]
mod tests;
