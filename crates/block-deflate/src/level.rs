//! The parameters of compression levels.

use crate::match_finder::Search;
use crate::symbol::MAX_LENGTH;

/// The compression level, 1 to 9 as in gzip: 1 is fastest, 9 smallest, 6 the default.
///
/// The sizes and times of each are in `docs/internals/adr/0010-an-own-deflate-for-blocks-of-json-lines.md`; 6 is about as
/// small as zlib's 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Level(u8);

impl Level {
    /// The level of a number, clamped to 1 to 9.
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

/// The parameters of the parser at a level.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// A match shorter than this is weighed against one that starts a byte later (RFC 1951 §4).
    pub(crate) lazy_below: usize,
    /// One in this many positions inside a match is inserted into the hash table.
    pub(crate) insert_step: usize,
    /// After this many literals only every other position is searched and inserted.
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
