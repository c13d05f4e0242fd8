//! Rows of leaves: what shredding makes of records, one after the other in little memory.

use std::ops::Range;

use crate::Record;

/// A record taken apart: a row of [`ShreddedRows`], and what decides where the record goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shredded<'l> {
    /// The record.
    pub record: Record<'l>,
    /// Its row.
    pub row: ShreddedRow,
    /// What the row is sorted by.
    pub sort: SortKeys,
    /// The value of `eventTimestamp`: the instant that decides the event day ([`event_instant`](crate::event_instant)), in
    /// microseconds since 1970. `None` if the record is undated, that is if it has no [`event_day`](crate::event_day).
    pub instant: Option<i64>,
}

/// What a row is sorted by, as the record has it: stretches of the text of the rows, empty where there is no such member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SortKeys {
    /// The inside of eventSource.
    pub event_source: Range<u32>,
    /// The inside of eventName.
    pub event_name: Range<u32>,
    /// The [identity](crate::Record::identity) of the record.
    pub identity: Range<u32>,
    /// The inside of eventTime.
    pub event_time: Range<u32>,
}

/// Rows, each the values of its leaves and nothing else of its record.
#[derive(Debug, Default)]
pub struct ShreddedRows {
    /// The values, in the order of their entries.
    pub(crate) text: Vec<u8>,
    /// The entries, each of a word: the leaf in the upper 7 bits, [`LEVELS`], the length of the value. Behind it come the
    /// length in two words, where it is [`LONG`], and the levels, where it has some.
    words: Vec<u16>,
}

/// Whether an entry has levels of its own.
const LEVELS: u16 = 1 << 8;
/// The length of a value whose length is in words of its own.
const LONG: u16 = LEVELS - 1;

/// One row of [`ShreddedRows`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShreddedRow {
    text: Range<u32>,
    words: Range<u32>,
    /// Which structs it has, by the bits of [`Leaf::within`](crate::Leaf::within).
    pub present: u32,
}

/// A value of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeafValue {
    /// Which leaf it is of.
    pub leaf: u8,
    /// Of a repeated leaf: the repetition and the definition level. A value is there if it is defined to the full.
    pub levels: Option<(u8, u8)>,
    /// Where its bytes are in the text of the rows.
    pub start: u32,
    /// Their number.
    pub length: u32,
}

impl ShreddedRows {
    /// The values of all rows.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Forgets all rows, and keeps the memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.words.clear();
    }

    /// Bytes there is memory for.
    pub fn capacity(&self) -> usize {
        self.text.capacity()
    }

    /// The values of a row, in the order of its record.
    pub fn values(&self, row: &ShreddedRow) -> impl Iterator<Item = LeafValue> {
        let mut words = self.words[row.words.start as usize..row.words.end as usize].iter().copied();
        let mut start = row.text.start;
        std::iter::from_fn(move || {
            let word = words.next()?;
            let length = match word & LONG {
                LONG => u32::from(words.next()?) << 16 | u32::from(words.next()?),
                short => u32::from(short),
            };
            let levels = if word & LEVELS != 0 { Some(words.next()?.to_be_bytes()) } else { None };
            let [leaf, _] = word.to_be_bytes();
            let levels = levels.map(|[repetition, definition]| (repetition, definition));
            let value = LeafValue { leaf: leaf >> 1, levels, start, length };
            start += length;
            Some(value)
        })
    }

    /// The row that begins here.
    pub(crate) fn start(&self) -> ShreddedRow {
        let (text, words) = (narrow(self.text.len()), narrow(self.words.len()));
        ShreddedRow { text: text..text, words: words..words, present: 0 }
    }

    /// Ends a row.
    pub(crate) fn end(&self, row: &mut ShreddedRow) {
        row.text.end = narrow(self.text.len());
        row.words.end = narrow(self.words.len());
    }

    /// Forgets a row and all after it.
    pub fn truncate(&mut self, row: &ShreddedRow) {
        self.text.truncate(row.text.start as usize);
        self.words.truncate(row.words.start as usize);
    }

    /// Adds a value to the row under construction.
    pub(crate) fn push(&mut self, leaf: u8, value: &[u8]) {
        self.push_word(u16::from(leaf) << 9, value);
    }

    /// Adds a value of a repeated leaf, or word that it has none.
    pub(crate) fn push_at(&mut self, leaf: u8, repetition: u8, definition: u8, value: &[u8]) {
        self.push_word(u16::from(leaf) << 9 | LEVELS, value);
        self.words.push(u16::from_be_bytes([repetition, definition]));
    }

    fn push_word(&mut self, word: u16, value: &[u8]) {
        self.text.extend_from_slice(value);
        match u16::try_from(value.len()) {
            Ok(length) if length < LONG => self.words.push(word | length),
            _ => {
                let [a, b, c, d] = narrow(value.len()).to_be_bytes();
                let length = [u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])];
                self.words.extend_from_slice(&[word | LONG, length[0], length[1]]);
            }
        }
    }

    /// Reserves room for records of `bytes` bytes.
    pub fn reserve(&mut self, bytes: usize) {
        self.text.reserve(bytes);
        // about a word for 14 bytes of values
        self.words.reserve(bytes / 12);
    }

    /// Where the last bytes are.
    pub(crate) fn last(&self, bytes: usize) -> Range<u32> {
        narrow(self.text.len() - bytes)..narrow(self.text.len())
    }

    /// Adds bytes that are no value, behind all values of the row under construction.
    pub(crate) fn append_aside(&mut self, bytes: &[u8]) -> Range<u32> {
        let start = narrow(self.text.len());
        self.text.extend_from_slice(bytes);
        start..narrow(self.text.len())
    }
}

/// Rows come in pieces of a few MB, each at most one record more.
fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
