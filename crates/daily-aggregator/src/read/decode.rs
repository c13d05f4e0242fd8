//! Decodes a log file into records.

use bytes::Bytes;
use cloudtrail_model::{EnvelopeError, Fingerprint, Limits, LogFile};

use crate::read::decode_error::DecodeError;
use crate::read::gunzip::{Gunzip, Gunzipped};

/// A decoded log file, with the fingerprint of each record.
#[derive(Debug)]
pub(crate) struct DecodedFile {
    pub(crate) file: LogFile,
    pub(crate) raw_bytes: u64,
    pub(crate) fingerprints: Vec<Option<Fingerprint>>,
}

/// The result of decoding a log file within a memory limit.
#[derive(Debug)]
pub(crate) enum Decoded {
    /// The log file was decoded.
    File(DecodedFile),
    /// The text exceeds the memory limit.
    NeedsMoreRoom,
}

/// Decodes a log file if its text has at most `room` bytes. The first bytes decide between gzip and plain JSON, not the name.
/// `promised` is the [`promised_text`](crate::read::gunzip::promised_text) of the body.
///
/// # Errors
/// Fails if the log file must be quarantined.
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
        // without a copy if this is the only reference: the body may be large
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
