//! Decode: the bytes of a log file become its records, or the reason why not.

use std::io::{ErrorKind, Read};

use cloudtrail_model::{EnvelopeError, Limits, LogFile};
use flate2::bufread::MultiGzDecoder;

use cloudtrail_model::Fingerprint;

/// A log file that was read whole, with the fingerprint of each record.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) file: LogFile,
    pub(crate) raw_bytes: u64,
    pub(crate) fingerprints: Vec<Option<Fingerprint>>,
}

/// Why a log file cannot be read whole.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DecodeError {
    #[error("the object is empty: not even a gzip header")]
    Empty,
    #[error("the gzip data ends too soon, after {raw_bytes} bytes of text")]
    TruncatedGzip { raw_bytes: usize },
    #[error("the gzip data is damaged after {raw_bytes} bytes of text ({cause})")]
    BadGzip { raw_bytes: usize, cause: std::io::Error },
    #[error("expands to more than {limit} times its size, beyond any real log file")]
    Bomb { limit: u32 },
    /// No verdict: decode it again with more room.
    #[error("larger than its last bytes promise")]
    LargerThanPromised,
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
}

impl DecodeError {
    /// A stable word for journals and metrics.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            DecodeError::Empty => "empty",
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
pub(crate) fn decode(body: &[u8], room: usize, limits: &Limits) -> Result<Decoded, DecodeError> {
    let text = match body {
        [] => return Err(DecodeError::Empty),
        [0x1f, 0x8b, ..] => gunzip(body, room, limits)?,
        plain if plain.len() > limits.max_raw_bytes as usize => {
            return Err(EnvelopeError::TooLarge { limit: limits.max_raw_bytes }.into());
        }
        plain => plain.to_vec(),
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

/// Every member of a gzip file, each with its checksum and length checked.
fn gunzip(body: &[u8], room: usize, limits: &Limits) -> Result<Vec<u8>, DecodeError> {
    let by_ratio = (limits.max_ratio as usize).saturating_mul(body.len());
    let largest = limits.max_raw_bytes as usize;
    let plausible = by_ratio.max(Limits::RATIO_FREE_BYTES as usize).min(largest);
    let limit = plausible.min(room);
    let mut text = Vec::with_capacity(promised_text(body).min(limit));
    // one byte beyond the limit tells a text that is too long from one that just fits
    match MultiGzDecoder::new(body).take(limit as u64 + 1).read_to_end(&mut text) {
        Ok(length) if length <= limit => Ok(text),
        Ok(_) if limit < plausible => Err(DecodeError::LargerThanPromised),
        Ok(_) if limit == largest => Err(EnvelopeError::TooLarge { limit: limits.max_raw_bytes }.into()),
        Ok(_) => Err(DecodeError::Bomb { limit: limits.max_ratio }),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
            Err(DecodeError::TruncatedGzip { raw_bytes: text.len() })
        }
        Err(cause) => Err(DecodeError::BadGzip { raw_bytes: text.len(), cause }),
    }
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
