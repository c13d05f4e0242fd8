//! Parquet's DELTA_BINARY_PACKED: whole numbers as the differences between them.

use crate::rle::{append_varint, pack};

const BLOCK: usize = 128;
const MINIBLOCK: usize = 32;

/// Appends numbers.
pub(crate) fn encode_deltas(numbers: &[i64], output: &mut Vec<u8>) {
    append_varint(BLOCK as u64, output);
    append_varint((BLOCK / MINIBLOCK) as u64, output);
    append_varint(numbers.len() as u64, output);
    append_varint(zigzag(numbers.first().copied().unwrap_or(0)), output);
    let deltas: Vec<i64> = numbers.windows(2).map(|pair| pair[1].wrapping_sub(pair[0])).collect();
    for block in deltas.chunks(BLOCK) {
        let least = block.iter().copied().min().unwrap_or(0);
        append_varint(zigzag(least), output);
        let above = |delta: &i64| delta.wrapping_sub(least).cast_unsigned();
        let width = |miniblock: &[i64]| 64 - miniblock.iter().map(above).max().unwrap_or(0).leading_zeros();
        let mut widths = [0u8; BLOCK / MINIBLOCK];
        for (known, miniblock) in widths.iter_mut().zip(block.chunks(MINIBLOCK)) {
            *known = u8::try_from(width(miniblock)).unwrap_or(64);
        }
        output.extend_from_slice(&widths);
        for miniblock in block.chunks(MINIBLOCK) {
            let filled = miniblock.iter().map(above).chain(std::iter::repeat(0)).take(MINIBLOCK);
            pack(filled, width(miniblock), output);
        }
    }
}

/// Small numbers of either sign as small ones without.
fn zigzag(number: i64) -> u64 {
    (number << 1 ^ number >> 63).cast_unsigned()
}

#[cfg(test)]
#[path = "delta_tests.rs"]
mod tests;
