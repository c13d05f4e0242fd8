//! Decodes a log file into records.

use bytes::Bytes;
use cloudtrail_model::{Day, EnvelopeError, Fingerprint, Limits, LogFile, event_day, event_instant};
use sha2::{Digest, Sha256};

use crate::read::decode_error::DecodeError;
use crate::read::gunzip::{Gunzip, Gunzipped};

/// How log files are decoded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DecodeOptions {
    /// The day on which they were delivered.
    pub(crate) delivered: Day,
    pub(crate) limits: Limits,
    /// See [`Options::hashes`](crate::Options::hashes).
    pub(crate) hashes: bool,
}

/// A decoded log file, with the fingerprint of each record.
#[derive(Debug)]
pub(crate) struct DecodedFile {
    pub(crate) file: LogFile,
    pub(crate) raw_bytes: u64,
    /// See [`Input::first_member_sha256`](lake::Input::first_member_sha256).
    pub(crate) first_member_sha256: Option<[u8; 32]>,
    /// See [`Input::trailing_member`](lake::Input::trailing_member).
    pub(crate) trailing_member: bool,
    pub(crate) fingerprints: Vec<Option<Fingerprint>>,
    /// The off-day records, in their order: index and event day.
    pub(crate) off_day: Vec<(u32, Day)>,
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
    options: &DecodeOptions,
    gunzip: &mut Gunzip,
) -> Result<Decoded, DecodeError> {
    let DecodeOptions { delivered, limits, hashes } = options;
    let (mut first_member, mut trailing_member) = (None, false);
    let text = match &body[..] {
        [] => return Err(DecodeError::Empty),
        [0x1f, 0x8b, ..] => match gunzip.whole(&body, promised, room, limits)? {
            Gunzipped::Text { text, first_member: first, trailing_member: trailing } => {
                (first_member, trailing_member) = (Some(first), trailing);
                text
            }
            Gunzipped::NeedsMoreRoom => return Ok(Decoded::NeedsMoreRoom),
        },
        plain if plain.len() > limits.max_raw_bytes as usize => {
            return Err(EnvelopeError::TooLarge { limit: limits.max_raw_bytes }.into());
        }
        // without a copy if this is the only reference: the body may be large
        _ => Vec::from(body),
    };
    let raw_bytes = text.len() as u64;
    let hashed = hashes.then(|| text.get(..first_member?)).flatten();
    let first_member_sha256 = hashed.map(|text| Sha256::digest(text).into());
    let not_a_log_file = |error| DecodeError::Envelope { error, first_member_sha256, trailing_member };
    let file = LogFile::parse(text, limits).map_err(not_a_log_file)?;
    let fingerprints = file.records().map(|record| Fingerprint::of(&record)).collect();
    let event_days = file.records().map(|record| event_day(*delivered, event_instant(&record)));
    let off_day = (0..).zip(event_days).filter_map(|(index, day)| Some((index, day?)));
    let off_day = off_day.filter(|(_, day)| day != delivered).collect();
    Ok(Decoded::File(DecodedFile {
        file,
        raw_bytes,
        first_member_sha256,
        trailing_member,
        fingerprints,
        off_day,
    }))
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
