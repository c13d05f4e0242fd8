//! How much effort a level spends.

use crate::match_finder::Search;
use crate::symbol::MAX_LENGTH;

/// How hard to search for matches, 1 to 9 as with gzip: 1 is fastest, 9 smallest, 6 where nothing else is said.
///
/// What each gives is in `docs/internals/adr/0010-an-own-deflate-for-blocks-of-json-lines.md`; 6 is about as small as zlib's 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Level(u8);

impl Level {
    /// The level of a number: 1 for 0, 9 for what is above.
    pub fn nearest(number: u32) -> Self {
        Self(u8::try_from(number.clamp(1, 9)).unwrap_or(9))
    }

    pub(crate) fn number(self) -> u8 {
        self.0
    }

    pub(crate) fn effort(self) -> Effort {
        let (lazy_below, insert_step, patience) = match self.0 {
            1 => (0, 16, 1),
            2 => (0, 12, 2),
            3 => (32, 8, 2),
            4 => (16, 8, 3),
            5 => (64, 6, 4),
            6 => (MAX_LENGTH, 6, 4),
            7 => (MAX_LENGTH, 3, 8),
            8 => (MAX_LENGTH, 2, 16),
            _ => (MAX_LENGTH, 1, 64),
        };
        Effort { lazy_below, insert_step, patience }
    }
}

impl Default for Level {
    fn default() -> Self {
        Self(6)
    }
}

/// What a level spends where the parser decides.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// A match shorter than this is weighed against one that starts a byte later (RFC 1951 §4).
    pub(crate) lazy_below: usize,
    /// Of the places inside a match, one in so many is remembered.
    pub(crate) insert_step: usize,
    /// After so many literals only every other place is searched and remembered.
    pub(crate) patience: usize,
}

macro_rules! searches {
    ($($name:ident: $ways:literal of 1 << $row_bits:literal, $hashed_bytes:literal bytes;)*) => {$(
        pub(crate) enum $name {}

        impl Search for $name {
            const WAYS: u32 = $ways;
            const HASHED_BYTES: u32 = $hashed_bytes;
            const ROW_BITS: u32 = $row_bits;
        }
    )*};
}

searches! {
    OneWay: 1 of 1 << 11, 6 bytes;
    TwoWays: 2 of 1 << 11, 6 bytes;
    FourWays: 4 of 1 << 11, 6 bytes;
    MoreRows: 4 of 1 << 12, 6 bytes;
    ShortMatches: 4 of 1 << 12, 5 bytes;
    MostRows: 4 of 1 << 13, 5 bytes;
}

#[cfg(test)]
#[path = "level_tests.rs"]
mod tests;
