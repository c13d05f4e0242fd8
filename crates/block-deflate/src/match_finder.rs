//! Finds earlier occurrences of text: a hash table of rows with the last four positions each.
//!
//! A position has 16 bits, since a match reaches back at most 32,768 bytes (RFC 1951 §2). So an old position may be mistaken for
//! a newer one, which is harmless, since the bytes are compared. Each position has a tag of eight more bits of its hash, and
//! the four tags are compared at once: a search in IDs, which nearly always finds nothing, does not read the text.

use crate::compare::{equal_bytes, half_word, match_length, word};
use crate::symbol::MAX_DISTANCE;

/// The most rows any level uses.
const ROWS: usize = 1 << 13;
const TAG_BITS: u32 = 8;
/// 1 in each of a row's tags.
const EACH_TAG: u32 = 0x0101_0101;
/// The highest bit of each of a row's tags.
const HIGH_BITS: u32 = 0x8080_8080;
/// The hash multiplier: 2^64 divided by the golden ratio, made odd.
const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;

/// Parameters of a search as constants: variables would cost 5% of the speed.
pub(crate) trait Search {
    /// The number of positions of a row to search, 1 to 4.
    const WAYS: u32;
    /// The number of bytes that are hashed.
    const HASHED_BYTES: u32;
    /// Logarithm to base 2 of the number of rows in use: fewer rows stay in the fastest cache, but hold fewer positions.
    const ROW_BITS: u32;
}

/// A match: text that also occurs `distance` bytes before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) length: usize,
    /// 0 if there is no match: `length` is what one must exceed.
    pub(crate) distance: usize,
}

/// The rows, 96 KiB.
#[derive(Debug)]
pub(crate) struct MatchFinder {
    /// Four positions of 16 bits, the newest lowest.
    places: Box<[u64; ROWS]>,
    /// Their tags.
    tags: Box<[u32; ROWS]>,
}

impl MatchFinder {
    pub(crate) fn new() -> Self {
        Self { places: Box::new([0; ROWS]), tags: Box::new([0; ROWS]) }
    }

    /// Clears the table. Every position is then 0, which is harmless.
    pub(crate) fn clear(&mut self) {
        self.places.fill(0);
        self.tags.fill(0);
    }

    /// Inserts the position of a word.
    #[inline(always)]
    pub(crate) fn insert<S: Search>(&mut self, word: u64, at: usize) {
        let (row, tag) = row_and_tag::<S>(word);
        self.push(row, tag, at);
    }

    /// The longest match that is longer than `best` (the nearest of those), or `best`. Inserts the position.
    #[inline(always)]
    pub(crate) fn find_and_insert<S: Search>(
        &mut self,
        text: &[u8],
        at: usize,
        here: u64,
        mut best: Match,
    ) -> Match {
        let (row, tag) = row_and_tag::<S>(here);
        let places = self.places[row];
        let differ = self.tags[row] ^ (tag * EACH_TAG);
        self.push(row, tag, at);
        // the highest bit of each zero byte; false positives above it cost only a comparison
        let mut same = differ.wrapping_sub(EACH_TAG) & !differ & (HIGH_BITS >> (8 * (4 - S::WAYS)));
        while same != 0 {
            let place = low_16_bits(places >> (2 * (same.trailing_zeros() & !7)));
            same &= same - 1;
            // as long as `at` is below 65,536 this is no more than `at`; from there on no allowed distance is
            let distance = at.wrapping_sub(place) & 0xFFFF;
            if distance == 0 || distance > MAX_DISTANCE {
                continue;
            }
            // a longer match has these four bytes, the last of them where the best one ends: most others fail here
            let tail = at + best.length - 3;
            if half_word(text, tail) != half_word(text, tail - distance) {
                continue;
            }
            let differ = word(text, at - distance) ^ here;
            if differ << (64 - 8 * S::HASHED_BYTES) != 0 {
                continue;
            }
            let length = if differ == 0 { match_length(text, at, distance, 8) } else { equal_bytes(differ) };
            if length > best.length {
                best = Match { length, distance };
            }
        }
        best
    }

    #[inline(always)]
    fn push(&mut self, row: usize, tag: u32, at: usize) {
        self.places[row] = self.places[row] << 16 | (at & 0xFFFF) as u64;
        self.tags[row] = self.tags[row] << TAG_BITS | tag;
    }
}

#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "both are masked")]
fn row_and_tag<S: Search>(word: u64) -> (usize, u32) {
    // the first bytes of a word are its lowest
    let hashed = word << (64 - 8 * S::HASHED_BYTES);
    let hash = hashed.wrapping_mul(MULTIPLIER) >> (64 - TAG_BITS - S::ROW_BITS);
    ((hash >> TAG_BITS) as usize & (ROWS - 1), hash as u32 & 0xFF)
}

#[inline(always)]
fn low_16_bits(places: u64) -> usize {
    (places & 0xFFFF) as usize
}

#[cfg(test)]
#[path = "match_finder_tests.rs"]
mod tests;
