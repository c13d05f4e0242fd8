//! The symbols of lengths and distances, and their extra bits (RFC 1951 §3.2.5).

/// Literals 0 to 255, the end of a block, and 29 lengths.
pub(crate) const LITERALS_AND_LENGTHS: usize = 286;
/// Distances of up to 32,768.
pub(crate) const DISTANCES: usize = 30;
/// The literal/length symbol that ends a block.
pub(crate) const END_OF_BLOCK: usize = 256;
pub(crate) const MIN_LENGTH: usize = 3;
pub(crate) const MAX_LENGTH: usize = 258;
pub(crate) const MAX_DISTANCE: usize = 32_768;

/// For each length less 3: its symbol less 257.
pub(crate) const LENGTH_SYMBOL: [u8; 256] = length_symbols();
/// The smallest length less 3 of each length symbol.
pub(crate) const LENGTH_BASE: [u8; 29] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192,
    224, 255,
];
/// Extra bits of each length symbol.
pub(crate) const LENGTH_EXTRA: [u8; 29] =
    [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];

const fn length_symbols() -> [u8; 256] {
    let mut symbols = [0; 256];
    let mut symbol = 0;
    let mut length = 0;
    while length < 256 {
        while (symbol as usize) < 28 && LENGTH_BASE[symbol as usize + 1] as usize <= length {
            symbol += 1;
        }
        symbols[length] = symbol;
        length += 1;
    }
    symbols
}

/// Extra bits of each distance symbol.
pub(crate) const DISTANCE_EXTRA: [u8; 32] =
    [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 0, 0];
/// The smallest distance less 1 of each distance symbol.
pub(crate) const DISTANCE_BASE: [u16; 32] = distance_bases();

const fn distance_bases() -> [u16; 32] {
    let mut bases = [0; 32];
    let mut symbol = 1;
    while symbol < DISTANCES {
        bases[symbol] = bases[symbol - 1] + (1 << DISTANCE_EXTRA[symbol - 1]);
        symbol += 1;
    }
    bases
}

/// The symbol of a distance less 1: two for each power of two.
#[inline(always)]
pub(crate) const fn distance_symbol(less_one: u16) -> usize {
    if less_one < 4 {
        return less_one as usize;
    }
    let power = 15 - less_one.leading_zeros();
    (2 * power + ((less_one >> (power - 1)) as u32 & 1)) as usize
}

/// The code lengths of a block with the fixed codes (RFC 1951 §3.2.6).
pub(crate) const fn fixed_length(symbol: usize) -> u8 {
    match symbol {
        0..=143 => 8,
        144..=255 => 9,
        256..=279 => 7,
        _ => 8,
    }
}

#[cfg(test)]
#[path = "symbol_tests.rs"]
mod tests;
