//! Decode: the bytes of a log file become its records, or the reason why not.

use bytes::Bytes;
use cloudtrail_model::{EnvelopeError, Fingerprint, Limits, LogFile};

use crate::gunzip::Gunzip;

/// A log file that was read whole, with the fingerprint of each record.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) file: LogFile,
    pub(crate) raw_bytes: u64,
    pub(crate) fingerprints: Vec<Option<Fingerprint>>,
}

/// Why a log file cannot be read whole.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// It has no bytes.
    #[error("the object is empty: not even a gzip header")]
    Empty,
    /// It was cut off.
    #[error("the gzip data ends too soon, after {raw_bytes} bytes of text")]
    TruncatedGzip {
        /// Bytes of text before the end.
        raw_bytes: usize,
    },
    /// It is larger than its text may be, so it was not even read.
    #[error(
        "the object alone has {bytes} bytes, more than the {limit} of a log file (--max-file): it was not read"
    )]
    ObjectTooLarge {
        /// Its bytes.
        bytes: u64,
        /// [`Limits::max_raw_bytes`].
        limit: u32,
    },
    /// It is not gzip, or not what was compressed.
    #[error("the gzip data is damaged after {raw_bytes} bytes of text ({cause})")]
    BadGzip {
        /// Bytes of text before the damage.
        raw_bytes: usize,
        /// What the decoder says.
        cause: std::io::Error,
    },
    /// Its text is larger than [`Limits::max_ratio`] allows.
    #[error("expands to more than {limit} times its size, beyond any real log file")]
    Bomb {
        /// The ratio.
        limit: u32,
    },
    /// No verdict: decode it again with more room.
    #[error("larger than its last bytes promise")]
    LargerThanPromised,
    /// Its text is no whole log file.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
}

impl DecodeError {
    /// A stable word for journals and metrics.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            DecodeError::Empty => "empty",
            DecodeError::ObjectTooLarge { .. } => "too_large",
            DecodeError::TruncatedGzip { .. } => "truncated_gzip",
            DecodeError::BadGzip { .. } => "bad_gzip",
            DecodeError::Bomb { .. } => "gzip_bomb",
            DecodeError::LargerThanPromised => "larger_than_promised",
            DecodeError::Envelope(error) => error.reason(),
        }
    }
}

/// Decodes a log file whole. It is gzip where its first bytes say so, whatever its name; plain JSON otherwise. A text
/// beyond `room` bytes is [`DecodeError::LargerThanPromised`].
pub(crate) fn decode(
    body: Bytes,
    room: usize,
    limits: &Limits,
    gunzip: &mut Gunzip,
) -> Result<Decoded, DecodeError> {
    let text = match &body[..] {
        [] => return Err(DecodeError::Empty),
        [0x1f, 0x8b, ..] => gunzip.whole(&body, room, limits)?,
        plain if plain.len() > limits.max_raw_bytes as usize => {
            return Err(EnvelopeError::TooLarge { limit: limits.max_raw_bytes }.into());
        }
        // without a copy, where nobody else holds the body: it may be as large as all else together
        _ => Vec::from(body),
    };
    let raw_bytes = text.len() as u64;
    let file = LogFile::parse(text, limits)?;
    let fingerprints = file.records().map(|record| Fingerprint::of(&record)).collect();
    Ok(Decoded { file, raw_bytes, fingerprints })
}

/// Bytes of text in a body, as far as it tells: gzip ends with the size of its last member (RFC 1952, ISIZE), which for
/// the usual single member is the size of the text.
pub(crate) fn promised_text(body: &[u8]) -> usize {
    match body {
        [0x1f, 0x8b, .., a, b, c, d] => u32::from_le_bytes([*a, *b, *c, *d]) as usize,
        plain => plain.len(),
    }
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
