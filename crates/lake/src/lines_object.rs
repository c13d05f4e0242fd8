//! Objects of a journal: text as one gzip member, and lines of JSON that belong to a commit.

use std::fmt;
use std::io::{BufRead, BufReader};

use block_deflate::{Compressor, GZIP_HEADER, Level, STREAM_END};
use bytes::Bytes;
use flate2::bufread::MultiGzDecoder;
use sha2::{Digest, Sha256};

use crate::{ObjectRef, hex};

/// Bytes of text that are compressed at once.
const CHUNK_BYTES: usize = 1 << 20;

/// Text that becomes one gzip member (RFC 1952 §2.3). `block-deflate`, because a run that reads thousands of log files waits
/// for it.
pub(crate) struct GzipText {
    text: Vec<u8>,
    member: Vec<u8>,
    compressor: Compressor,
    crc: libdeflater::Crc,
    raw_bytes: u64,
}

impl fmt::Debug for GzipText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GzipText").field("raw_bytes", &self.raw_bytes).finish_non_exhaustive()
    }
}

impl GzipText {
    pub(crate) fn new() -> Self {
        let member = GZIP_HEADER.to_vec();
        let (compressor, crc) = (Compressor::new(Level::default()), libdeflater::Crc::new());
        GzipText { text: Vec::new(), member, compressor, crc, raw_bytes: 0 }
    }

    /// The text that is not compressed yet, to append to.
    pub(crate) fn text(&mut self) -> &mut Vec<u8> {
        if self.text.len() >= CHUNK_BYTES {
            self.compress();
        }
        &mut self.text
    }

    fn compress(&mut self) {
        self.crc.update(&self.text);
        self.raw_bytes += self.text.len() as u64;
        self.compressor.compress(&self.text, &mut self.member);
        self.text.clear();
    }

    pub(crate) fn finish(mut self) -> Bytes {
        self.compress();
        self.member.extend(STREAM_END);
        self.member.extend(self.crc.sum().to_le_bytes());
        // modulo 2^32 (RFC 1952)
        self.member.extend(&self.raw_bytes.to_le_bytes()[..4]);
        self.member.into()
    }
}

/// An object of lines, complete, with what the outline states about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LinesObject {
    pub(crate) stated: ObjectRef,
    pub(crate) body: Bytes,
}

impl LinesObject {
    pub(crate) fn new(text: GzipText, lines: u64) -> Self {
        let body = text.finish();
        let stated = ObjectRef { sha256: hex(&Sha256::digest(&body)), bytes: body.len() as u64, lines };
        LinesObject { stated, body }
    }
}

/// Reads an object of lines, and calls `each` with every line.
///
/// # Errors
/// Fails with a description, if the object is not what the outline states, or if `each` fails.
pub(crate) fn read_lines_object(
    stated: &ObjectRef,
    body: &[u8],
    mut each: impl FnMut(&[u8]) -> Result<(), String>,
) -> Result<(), String> {
    let sha256 = hex(&Sha256::digest(body));
    if sha256 != stated.sha256 {
        return Err(format!("its sha256 is {sha256}, the commit says {}", stated.sha256));
    }
    let mut text = BufReader::with_capacity(64 << 10, MultiGzDecoder::new(body));
    let (mut line, mut lines) = (Vec::new(), 0);
    loop {
        line.clear();
        let read = text.read_until(b'\n', &mut line);
        if read.map_err(|error| format!("it is truncated or damaged gzip ({error})"))? == 0 {
            break;
        }
        lines += 1;
        each(&line).map_err(|what| format!("line {lines}: {what}"))?;
    }
    match lines == stated.lines {
        true => Ok(()),
        false => Err(format!("it has {lines} lines, the commit says {}", stated.lines)),
    }
}

#[cfg(test)]
#[path = "lines_object_tests.rs"]
mod tests;
