//! Where the text was seen before: a hash table of rows, each of the four places that came last.
//!
//! A place is kept in 16 bits, for a match reaches back 32,768 bytes at most (RFC 1951 §2). An older place may so pass for
//! a newer one; that does no harm, since the bytes are compared in any case. Beside each place lies a tag of eight
//! more bits of its hash, and the four tags are compared at once: so a search among ids, which nearly always finds
//! nothing, touches no text.

use crate::compare::{equal_bytes, half_word, match_length, word};
use crate::symbol::MAX_DISTANCE;

/// The most rows any level uses.
const ROWS: usize = 1 << 13;
const TAG_BITS: u32 = 8;
/// 1 in each of a row's tags.
const EACH_TAG: u32 = 0x0101_0101;
/// The highest bit of each of a row's tags.
const HIGH_BITS: u32 = 0x8080_8080;
/// Odd, and its bits without pattern: 2^64 divided by the golden ratio.
const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;

/// What of a search must be known when it is compiled: variables would cost a twentieth of the speed.
pub(crate) trait Search {
    /// How many places of a row are looked at, 1 to 4.
    const WAYS: u32;
    /// Places are found again by so many bytes.
    const HASHED_BYTES: u32;
    /// Logarithm to base 2 of the number of rows in use: fewer stay in the fastest cache, and forget sooner.
    const ROW_BITS: u32;
}

/// A stretch of text that is there a second time, `distance` before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) length: usize,
    /// 0 if there is no match: `length` is what one must exceed.
    pub(crate) distance: usize,
}

/// The rows, 96 KiB.
#[derive(Debug)]
pub(crate) struct MatchFinder {
    /// Four places of 16 bits, the newest lowest.
    places: Box<[u64; ROWS]>,
    /// Their tags.
    tags: Box<[u32; ROWS]>,
}

impl MatchFinder {
    pub(crate) fn new() -> Self {
        Self { places: Box::new([0; ROWS]), tags: Box::new([0; ROWS]) }
    }

    /// Forgets everything. What is forgotten then looks like place 0, which is as good as any.
    pub(crate) fn clear(&mut self) {
        self.places.fill(0);
        self.tags.fill(0);
    }

    /// Remembers the place of a word.
    #[inline(always)]
    pub(crate) fn insert<S: Search>(&mut self, word: u64, at: usize) {
        let (row, tag) = row_and_tag::<S>(word);
        self.push(row, tag, at);
    }

    /// The longest match that is longer than `best`, the nearest of those, or `best`. The place is remembered.
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
        // the highest bit of each byte that is zero; above such a byte another may pass for one, and is compared in vain
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
