//! Gunzips whole files (RFC 1952), every member, with the checksum and length of each verified.
//!
//! The usual file has one member whose trailer states its size: libdeflate inflates it in one call, at nearly twice the speed
//! of a streaming decoder. All other files are left to the streaming decoder, which also produces every error.

use std::io::{ErrorKind, Read};

use cloudtrail_model::{EnvelopeError, Limits};
use flate2::bufread::{GzDecoder, MultiGzDecoder};
use libdeflater::Decompressor;
use memchr::memmem;

use crate::read::decode_error::DecodeError;

/// Magic bytes and the method, deflate (RFC 1952 §2.3.1).
const MEMBER_START: [u8; 3] = [0x1f, 0x8b, 8];
/// Bytes of a header without optional fields.
const HEADER_BYTES: usize = 10;
/// Bytes of CRC-32 and size.
const TRAILER_BYTES: usize = 8;

/// The result of gunzipping within a memory limit.
#[derive(Debug, PartialEq, Eq)]
pub enum Gunzipped {
    /// The whole text.
    Text {
        /// The texts of all members.
        text: Vec<u8>,
        /// Bytes of text of the first member. CloudTrail writes one member, and its digest files state the hash of the first alone.
        first_member: usize,
        /// Whether bytes follow the first member.
        trailing_member: bool,
    },
    /// The text exceeds the memory limit.
    NeedsMoreRoom,
}

/// A gunzip decoder. Reuse it from file to file.
pub struct Gunzip {
    decompressor: Decompressor,
}

impl Default for Gunzip {
    fn default() -> Self {
        Gunzip::new()
    }
}

impl Gunzip {
    /// A new decoder. Keep one per thread: it owns its tables.
    pub fn new() -> Self {
        Gunzip { decompressor: Decompressor::new() }
    }

    /// The text of a file, if it has at most `room` bytes. `promised` is the [`promised_text`] of the file.
    ///
    /// # Errors
    /// Fails if the file is truncated or damaged gzip, or if its text exceeds the limits.
    pub fn whole(
        &mut self,
        body: &[u8],
        promised: usize,
        room: usize,
        limits: &Limits,
    ) -> Result<Gunzipped, DecodeError> {
        let by_ratio = (limits.max_ratio as usize).saturating_mul(body.len());
        let largest = limits.max_raw_bytes as usize;
        let plausible = by_ratio.max(Limits::RATIO_FREE_BYTES as usize).min(largest);
        let limit = plausible.min(room);
        if promised <= limit
            && let Some(text) = self.single_member(body, promised)
        {
            return Ok(Gunzipped::Text { first_member: text.len(), text, trailing_member: false });
        }
        let mut text = Vec::with_capacity(promised.min(limit));
        // one byte more than the limit, to detect a text above it
        match MultiGzDecoder::new(body).take(limit as u64 + 1).read_to_end(&mut text) {
            Ok(length) if length <= limit => {
                let (first_member, trailing_member) = first_member(body);
                Ok(Gunzipped::Text { first_member: first_member.min(length), text, trailing_member })
            }
            Ok(_) if limit < plausible => Ok(Gunzipped::NeedsMoreRoom),
            Ok(_) if limit == largest => Err(EnvelopeError::TooLarge { limit: limits.max_raw_bytes }.into()),
            Ok(_) => Err(DecodeError::Bomb { limit: limits.max_ratio }),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                Err(DecodeError::TruncatedGzip { raw_bytes: text.len() })
            }
            Err(cause) => Err(DecodeError::BadGzip { raw_bytes: text.len(), cause }),
        }
    }

    /// The text of a file that is exactly one member of `promised` bytes; `None` if it may be anything else.
    ///
    /// libdeflate does not report where the member ends. A second member would begin with [`MEMBER_START`], so a file with
    /// another occurrence of these bytes is left to the streaming decoder: one in thousands has them without a second member.
    fn single_member(&mut self, body: &[u8], promised: usize) -> Option<Vec<u8>> {
        let (member, trailer) = body.split_at_checked(body.len().checked_sub(TRAILER_BYTES)?)?;
        let deflated = after_header(member)?;
        if memmem::find(deflated, &MEMBER_START).is_some() {
            return None;
        }
        let mut text = vec![0; promised];
        let length = self.decompressor.deflate_decompress(deflated, &mut text).ok()?;
        let crc = trailer.first_chunk().map(|crc| u32::from_le_bytes(*crc));
        (length == promised && crc == Some(libdeflater::crc32(&text))).then_some(text)
    }
}

/// Bytes of text of the first member of a file that is whole, and whether bytes follow it. Inflates that member again: few files
/// come here.
#[expect(clippy::disallowed_methods, reason = "only the first member is wanted")]
fn first_member(body: &[u8]) -> (usize, bool) {
    let mut first = GzDecoder::new(body);
    let bytes = std::io::copy(&mut first, &mut std::io::sink()).unwrap_or_default();
    (usize::try_from(bytes).unwrap_or(usize::MAX), !first.into_inner().is_empty())
}

/// The size of the text that a body states, in bytes. Gzip ends with the size of its last member (RFC 1952, ISIZE): for a
/// single member, the size of the text.
pub fn promised_text(body: &[u8]) -> usize {
    match body {
        [0x1f, 0x8b, .., a, b, c, d] => u32::from_le_bytes([*a, *b, *c, *d]) as usize,
        plain => plain.len(),
    }
}

/// The data after the header of a member; `None` if the header has optional fields other than a file name.
fn after_header(member: &[u8]) -> Option<&[u8]> {
    let (header, rest) = member.split_at_checked(HEADER_BYTES)?;
    match header {
        [0x1f, 0x8b, 8, 0, ..] => Some(rest),
        [0x1f, 0x8b, 8, 8, ..] => {
            let name = rest.iter().position(|byte| *byte == 0)?;
            rest.get(name + 1..)
        }
        _ => None,
    }
}

#[cfg(test)]
#[path = "gunzip_tests.rs"]
mod tests;
