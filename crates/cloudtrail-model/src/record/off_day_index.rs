//! Which off-day records of some event days are written already, so that each event is written once.
//!
//! Records of one delivery day are unique already, so only an off-day record can have a copy that was delivered on another day.
//! Its memory is that of the off-day records alone.

use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

use crate::{Fingerprint, Seen};

/// The off-day records of some event days, and which of them are written.
#[derive(Debug, Default)]
pub struct OffDayIndex {
    /// The first content expected of each eventID.
    first: HashMap<[u64; 2], Expected>,
    /// Every further content of an eventID, and whether it is written.
    further: HashMap<Fingerprint, bool>,
}

/// The first content expected of an eventID.
#[derive(Debug)]
struct Expected {
    content: u64,
    /// Whether this content is written.
    is_written: bool,
    /// Whether any record with the eventID is written.
    has_written: bool,
}

impl OffDayIndex {
    /// The most bytes of memory for each record, while the records that were announced are added.
    pub const BYTES_EACH: u64 = 80;

    /// An index with room for a number of records.
    pub fn with_capacity(records: usize) -> Self {
        OffDayIndex { first: HashMap::with_capacity(records), further: HashMap::new() }
    }

    /// Whether no off-day record is expected.
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// Adds an off-day record that will come. Copies of it may be added again.
    pub fn expect(&mut self, fingerprint: Fingerprint) {
        let Fingerprint { id, content } = fingerprint;
        match self.first.entry(id) {
            Entry::Vacant(entry) => {
                entry.insert(Expected { content, is_written: false, has_written: false });
            }
            Entry::Occupied(entry) if entry.get().content == content => {}
            Entry::Occupied(_) => {
                self.further.entry(fingerprint).or_insert(false);
            }
        }
    }

    /// Notes an on-day record, which is always written. A copy of it that comes later is a duplicate.
    pub fn on_day(&mut self, fingerprint: Fingerprint) {
        let Some(expected) = self.first.get_mut(&fingerprint.id) else { return };
        expected.has_written = true;
        if expected.content == fingerprint.content {
            expected.is_written = true;
        } else if let Some(is_written) = self.further.get_mut(&fingerprint) {
            *is_written = true;
        }
    }

    /// Notes an off-day record. It is to be written unless it is a duplicate.
    pub fn off_day(&mut self, fingerprint: Fingerprint) -> Seen {
        let Fingerprint { id, content } = fingerprint;
        // expected: a part does not change between its two reads
        let expected =
            self.first.entry(id).or_insert(Expected { content, is_written: false, has_written: false });
        let is_written = match expected.content == content {
            true => &mut expected.is_written,
            false => self.further.entry(fingerprint).or_insert(false),
        };
        if std::mem::replace(is_written, true) {
            return Seen::Duplicate;
        }
        match std::mem::replace(&mut expected.has_written, true) {
            true => Seen::Conflict,
            false => Seen::New,
        }
    }

    /// Bytes of memory it holds.
    pub fn memory(&self) -> u64 {
        (self.first.allocation_size() + self.further.allocation_size()) as u64
    }
}

impl Fingerprint {
    /// One of `classes` classes, by the eventID alone: all copies of a record, and all its conflicts, are of one class.
    pub fn class(&self, classes: u32) -> u32 {
        // the bits of a UUID are not all random
        let mixed = (self.id[0] ^ self.id[1].rotate_left(32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        u32::try_from(((mixed >> 32) * u64::from(classes)) >> 32).unwrap_or_default()
    }
}

#[cfg(test)]
#[path = "off_day_index_tests.rs"]
mod tests;
