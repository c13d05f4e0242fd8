//! Once: which records are already in the partition.
//!
//! CloudTrail delivers at least once. A record with an eventID and the bytes of one seen before is a duplicate and is
//! dropped. The same eventID with other bytes is a conflict: both are kept.

use std::hash::BuildHasher;
use std::sync::OnceLock;

use hashbrown::hash_map::Entry;
use hashbrown::{HashMap, HashSet};
use sha2::{Digest, Sha256};

use crate::Record;

/// What tells a record from every other: its eventID, and a hash of its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    /// The 128 bits of a UUID as CloudTrail writes it; of any other text, of its SHA-256.
    pub(crate) id: [u64; 2],
    /// 64 bits, with a new seed in each process. Two records are held to be the same only when their eventIDs are the same
    /// too, which only AWS can give out.
    pub(crate) content: u64,
}

impl Fingerprint {
    /// The fingerprint of a record; `None` where it has no eventID and so is always kept.
    pub fn of(record: &Record<'_>) -> Option<Self> {
        static SEED: OnceLock<foldhash::quality::RandomState> = OnceLock::new();
        let id = record.event_id?;
        let content = SEED.get_or_init(foldhash::quality::RandomState::default).hash_one(record.line);
        Some(Fingerprint { id: uuid_bits(id).unwrap_or_else(|| digest_bits(id)), content })
    }
}

/// The result of adding a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Its eventID is new.
    New,
    /// The very record is there.
    Duplicate,
    /// Its eventID is there with other bytes.
    Conflict,
}

/// All records of a partition, 25 bytes each over a load of at least 7/16.
#[derive(Debug, Default)]
pub struct DedupeIndex {
    /// The first content seen of each id.
    first: HashMap<[u64; 2], u64>,
    /// Every further content of an id.
    further: HashSet<Fingerprint>,
}

impl DedupeIndex {
    /// Adds a record.
    pub fn insert(&mut self, fingerprint: Fingerprint) -> Seen {
        match self.first.entry(fingerprint.id) {
            Entry::Vacant(entry) => {
                entry.insert(fingerprint.content);
                Seen::New
            }
            Entry::Occupied(entry) if *entry.get() == fingerprint.content => Seen::Duplicate,
            Entry::Occupied(_) if self.further.insert(fingerprint) => Seen::Conflict,
            Entry::Occupied(_) => Seen::Duplicate,
        }
    }

    /// What adding a record would give. Adds nothing.
    pub fn seen(&self, fingerprint: Fingerprint) -> Seen {
        match self.first.get(&fingerprint.id) {
            None => Seen::New,
            Some(content) if *content == fingerprint.content => Seen::Duplicate,
            Some(_) if self.further.contains(&fingerprint) => Seen::Duplicate,
            Some(_) => Seen::Conflict,
        }
    }

    /// Number of records.
    pub fn len(&self) -> usize {
        self.first.len() + self.further.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of memory it holds.
    pub fn memory(&self) -> u64 {
        (self.first.allocation_size() + self.further.allocation_size()) as u64
    }
}

/// The bits of `8-4-4-4-12` lower-case hexadecimal digits. Each text of that form has bits of its own.
fn uuid_bits(text: &[u8]) -> Option<[u64; 2]> {
    if text.len() != 36 {
        return None;
    }
    let mut bits = 0u128;
    for (at, byte) in text.iter().enumerate() {
        let digit = match (byte, at) {
            (b'-', 8 | 13 | 18 | 23) => continue,
            (_, 8 | 13 | 18 | 23) => return None,
            (b'0'..=b'9', _) => byte - b'0',
            (b'a'..=b'f', _) => byte - b'a' + 10,
            _ => return None,
        };
        bits = bits << 4 | u128::from(digit);
    }
    Some(halves(bits))
}

fn digest_bits(text: &[u8]) -> [u64; 2] {
    let digest = Sha256::digest(text);
    halves(digest.iter().take(16).fold(0, |bits, byte| bits << 8 | u128::from(*byte)))
}

#[expect(clippy::cast_possible_truncation, reason = "both halves are kept")]
fn halves(bits: u128) -> [u64; 2] {
    [(bits >> 64) as u64, bits as u64]
}

#[cfg(test)]
#[path = "dedupe_tests.rs"]
mod tests;
