//! Decode: the bytes of a log file become its records, or the reason why not.

use bytes::Bytes;
use cloudtrail_model::{EnvelopeError, Fingerprint, Limits, LogFile};

use crate::read::decode_error::DecodeError;
use crate::read::gunzip::{Gunzip, Gunzipped};

/// A log file that was read whole, with the fingerprint of each record.
#[derive(Debug)]
pub(crate) struct DecodedFile {
    pub(crate) file: LogFile,
    pub(crate) raw_bytes: u64,
    pub(crate) fingerprints: Vec<Option<Fingerprint>>,
}

/// The result of decoding a log file within a number of bytes.
#[derive(Debug)]
pub(crate) enum Decoded {
    /// It was read whole.
    File(DecodedFile),
    /// Its text has more bytes than there was room for.
    NeedsMoreRoom,
}

/// Decodes a log file whole, if its text has no more than `room` bytes. It is gzip if its first bytes say so, whatever its
/// name; plain JSON otherwise. `promised` are the [`promised_text`](crate::read::gunzip::promised_text) bytes of the body.
pub(crate) fn decode(
    body: Bytes,
    promised: usize,
    room: usize,
    limits: &Limits,
    gunzip: &mut Gunzip,
) -> Result<Decoded, DecodeError> {
    let text = match &body[..] {
        [] => return Err(DecodeError::Empty),
        [0x1f, 0x8b, ..] => match gunzip.whole(&body, promised, room, limits)? {
            Gunzipped::Text(text) => text,
            Gunzipped::NeedsMoreRoom => return Ok(Decoded::NeedsMoreRoom),
        },
        plain if plain.len() > limits.max_raw_bytes as usize => {
            return Err(EnvelopeError::TooLarge { limit: limits.max_raw_bytes }.into());
        }
        // without a copy, where nobody else holds the body: it may be as large as all else together
        _ => Vec::from(body),
    };
    let raw_bytes = text.len() as u64;
    let file = LogFile::parse(text, limits)?;
    let fingerprints = file.records().map(|record| Fingerprint::of(&record)).collect();
    Ok(Decoded::File(DecodedFile { file, raw_bytes, fingerprints }))
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
