//! Compares text eight bytes at a time.

use crate::symbol::MAX_LENGTH;

/// The eight bytes at `at`, the first lowest; 0 beyond the end.
#[inline(always)]
pub(crate) fn word(text: &[u8], at: usize) -> u64 {
    text.get(at..).and_then(|text| text.first_chunk()).map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// The four bytes at `at`, the first lowest; 0 beyond the end.
#[inline(always)]
pub(crate) fn half_word(text: &[u8], at: usize) -> u32 {
    text.get(at..).and_then(|text| text.first_chunk()).map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

/// The number of bytes at `at` that equal those at `distance` before, up to the maximum of a match. The first `known` are
/// known to be equal, and are in the text.
#[inline(always)]
pub(crate) fn match_length(text: &[u8], at: usize, distance: usize, known: usize) -> usize {
    let most = MAX_LENGTH.min(text.len() - at);
    let here = &text[at + known..at + most];
    let there = &text[at + known - distance..][..here.len()];
    let (words, last) = here.as_chunks::<8>();
    let (words_there, last_there) = there.as_chunks::<8>();
    let mut length = known;
    for (a, b) in words.iter().zip(words_there) {
        let differ = u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
        if differ != 0 {
            return length + equal_bytes(differ);
        }
        length += 8;
    }
    length + last.iter().zip(last_there).take_while(|(a, b)| a == b).count()
}

/// The number of equal bytes at the start of two words, from the bits that differ.
#[inline(always)]
pub(crate) fn equal_bytes(differ: u64) -> usize {
    (differ.trailing_zeros() / 8) as usize
}

/// The number of bytes before `at` that equal those at `distance` before them, at most `most`. The text must have that many.
#[inline(always)]
pub(crate) fn match_length_backwards(text: &[u8], at: usize, distance: usize, most: usize) -> usize {
    let here = &text[at - most..at];
    let there = &text[at - distance - most..][..here.len()];
    let mut length = 0;
    for (a, b) in here.iter().rev().zip(there.iter().rev()) {
        if a != b {
            break;
        }
        length += 1;
    }
    length
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
