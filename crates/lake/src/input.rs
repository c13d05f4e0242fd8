//! One input of a commit, and its two forms: a line of the inputs object, and the bytes of an [`Inputs`](crate::Inputs).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::front_coded::{put_varint, take_varint};
use crate::unhex;

/// One log file (or, at the monthly stage, one daily part) that a commit accounts for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Input {
    /// Of a log file, its key from `AWSLogs/` on, so that the spelling of the source does not matter; of a loose file, its name
    /// below the source. At the monthly stage, the key of a daily part.
    pub key: String,
    /// The index in [`Commit::above`](crate::Commit::above) of what precedes the key in the source.
    pub above: u32,
    /// The ETag of the version that was read.
    pub etag: String,
    /// Size of the object in bytes, as stored.
    pub bytes: u64,
    /// Bytes of text after decompression; 0 if its records do not count.
    pub raw_bytes: u64,
    /// Number of records; 0 if they do not count.
    pub records: u64,
    /// Records that were already in the partition.
    pub duplicates: u64,
    /// Only at the monthly stage: records whose event day is in another slice, of this month or another one.
    pub other_slices: u64,
    /// SHA-256 of the decompressed first gzip member, which a digest file of CloudTrail states.
    pub first_member_sha256: Option<[u8; 32]>,
    /// Whether bytes follow the first gzip member.
    pub trailing_member: bool,
    /// Whether its records count.
    pub verdict: Verdict,
}

/// Whether an input's records count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Verdict {
    /// The input was read completely.
    #[default]
    Ok,
    /// The input was read, and is damaged. The lake holds none of its records.
    Quarantined(Why),
    /// The store does not give the object out (archived, encrypted with another key, access denied). The lake holds none of its
    /// records.
    Unreadable(Why),
}

/// The reason of a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// A stable code: `truncated_gzip`, `not_json` …
    pub reason: String,
    /// A description for people.
    pub detail: String,
}

/// An input as a line of an inputs object.
#[derive(Serialize, Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    key: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "is_default")]
    above: u32,
    #[serde(borrow)]
    etag: Cow<'a, str>,
    bytes: u64,
    raw_bytes: u64,
    records: u64,
    duplicates: u64,
    #[serde(default, skip_serializing_if = "is_default")]
    other_slices: u64,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "hex_digest")]
    first_member_sha256: Option<[u8; 32]>,
    #[serde(default, skip_serializing_if = "is_default")]
    trailing_member: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    quarantined: Option<Why>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unreadable: Option<Why>,
}

impl Input {
    /// Appends the input as one line of JSON, with its line end.
    pub(crate) fn append_line(&self, text: &mut Vec<u8>) -> Result<(), serde_json::Error> {
        let (quarantined, unreadable) = match &self.verdict {
            Verdict::Ok => (None, None),
            Verdict::Quarantined(why) => (Some(why.clone()), None),
            Verdict::Unreadable(why) => (None, Some(why.clone())),
        };
        let line = Line {
            key: Cow::Borrowed(&self.key),
            above: self.above,
            etag: Cow::Borrowed(&self.etag),
            bytes: self.bytes,
            raw_bytes: self.raw_bytes,
            records: self.records,
            duplicates: self.duplicates,
            other_slices: self.other_slices,
            first_member_sha256: self.first_member_sha256,
            trailing_member: self.trailing_member,
            quarantined,
            unreadable,
        };
        serde_json::to_writer(&mut *text, &line)?;
        text.push(b'\n');
        Ok(())
    }

    /// Parses a line.
    pub(crate) fn from_line(line: &[u8]) -> Result<Self, serde_json::Error> {
        let line: Line<'_> = serde_json::from_slice(line)?;
        Ok(Input {
            key: line.key.into_owned(),
            above: line.above,
            etag: line.etag.into_owned(),
            bytes: line.bytes,
            raw_bytes: line.raw_bytes,
            records: line.records,
            duplicates: line.duplicates,
            other_slices: line.other_slices,
            first_member_sha256: line.first_member_sha256,
            trailing_member: line.trailing_member,
            verdict: match (line.quarantined, line.unreadable) {
                (Some(why), _) => Verdict::Quarantined(why),
                (None, Some(why)) => Verdict::Unreadable(why),
                (None, None) => Verdict::Ok,
            },
        })
    }

    /// Whether its records count.
    pub fn is_ok(&self) -> bool {
        self.verdict == Verdict::Ok
    }

    /// Whether it is quarantined.
    pub fn is_quarantined(&self) -> bool {
        matches!(self.verdict, Verdict::Quarantined(_))
    }

    /// Whether the source does not give it out.
    pub fn is_unreadable(&self) -> bool {
        matches!(self.verdict, Verdict::Unreadable(_))
    }

    /// Appends everything but the key, in few bytes.
    pub(crate) fn pack(&self, bytes: &mut Vec<u8>) {
        // 32 digits, as the ETags of most objects have them
        let etag: Option<[u8; 16]> = unhex(&self.etag);
        let why = match &self.verdict {
            Verdict::Ok => None,
            Verdict::Quarantined(why) | Verdict::Unreadable(why) => Some(why),
        };
        let flags = [
            etag.is_some(),
            self.first_member_sha256.is_some(),
            self.trailing_member,
            why.is_some(),
            self.is_quarantined(),
        ];
        bytes.push(flags.iter().rev().fold(0, |all, flag| all << 1 | u8::from(*flag)));
        match etag {
            Some(etag) => bytes.extend(etag),
            None => put_text(bytes, &self.etag),
        }
        for number in [self.bytes, self.raw_bytes, self.records, self.duplicates, self.other_slices] {
            put_varint(bytes, number);
        }
        put_varint(bytes, self.above.into());
        bytes.extend(self.first_member_sha256.iter().flatten());
        if let Some(Why { reason, detail }) = why {
            put_text(bytes, reason);
            put_text(bytes, detail);
        }
    }

    /// The input of a key, from the bytes that [`Input::pack`] appended; `None` for other bytes.
    pub(crate) fn unpack(key: &str, mut bytes: &[u8]) -> Option<Self> {
        let bytes = &mut bytes;
        let flags = *bytes.split_off_first()?;
        let flag = |at: u8| flags >> at & 1 == 1;
        let etag = if flag(0) { crate::hex(bytes.split_off(..16)?) } else { take_text(bytes)? };
        let mut number = || take_varint(bytes);
        let (size, raw_bytes, records) = (number()?, number()?, number()?);
        let (duplicates, other_slices, above) = (number()?, number()?, u32::try_from(number()?).ok()?);
        let first_member_sha256 = if flag(1) { Some(bytes.split_off(..32)?.try_into().ok()?) } else { None };
        let verdict = match (flag(3), flag(4)) {
            (false, _) => Verdict::Ok,
            (true, quarantined) => {
                let why = Why { reason: take_text(bytes)?, detail: take_text(bytes)? };
                if quarantined { Verdict::Quarantined(why) } else { Verdict::Unreadable(why) }
            }
        };
        Some(Input {
            key: key.to_owned(),
            above,
            etag,
            bytes: size,
            raw_bytes,
            records,
            duplicates,
            other_slices,
            first_member_sha256,
            trailing_member: flag(2),
            verdict,
        })
    }
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    put_varint(bytes, text.len() as u64);
    bytes.extend_from_slice(text.as_bytes());
}

fn take_text(bytes: &mut &[u8]) -> Option<String> {
    let length = usize::try_from(take_varint(bytes)?).ok()?;
    String::from_utf8(bytes.split_off(..length)?.to_vec()).ok()
}

pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A SHA-256 as lower-case hexadecimal text.
mod hex_digest {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "serde requires it")]
    pub(super) fn serialize<S: Serializer>(digest: &Option<[u8; 32]>, to: S) -> Result<S::Ok, S::Error> {
        digest.map(|digest| crate::hex(&digest)).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<[u8; 32]>, D::Error> {
        let Some(text) = Option::<String>::deserialize(from)? else { return Ok(None) };
        super::unhex(&text)
            .map(Some)
            .ok_or_else(|| D::Error::custom("not a SHA-256 in lower-case hexadecimal"))
    }
}

#[cfg(test)]
#[path = "input_tests.rs"]
mod tests;
