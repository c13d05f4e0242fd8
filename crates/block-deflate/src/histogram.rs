//! Counts symbols, and estimates their cost.

use crate::sequence::Sequence;
use crate::symbol::{
    DISTANCES, END_OF_BLOCK, LENGTH_SYMBOL, LITERALS_AND_LENGTHS, MIN_LENGTH, distance_symbol,
};

/// The count of each symbol.
#[derive(Debug, Clone)]
pub(crate) struct Histogram {
    pub(crate) literals_and_lengths: [u32; LITERALS_AND_LENGTHS],
    pub(crate) distances: [u32; DISTANCES],
}

impl Histogram {
    pub(crate) fn empty() -> Self {
        Self { literals_and_lengths: [0; LITERALS_AND_LENGTHS], distances: [0; DISTANCES] }
    }

    /// Counts the symbols of the sequences that `text` was cut into, and the end of a block.
    pub(crate) fn count(text: &[u8], sequences: &[Sequence]) -> Self {
        let mut literals = [0u32; 256];
        let mut odd_literals = [0u32; 256];
        let mut lengths = [0u32; 32];
        let mut distances = [0u32; 32];
        let mut rest = text;
        for sequence in sequences {
            let (run, behind) = rest.split_at(sequence.literals as usize);
            // two tables, so that repeated bytes do not wait for their own count
            let (pairs, last) = run.as_chunks::<2>();
            for pair in pairs {
                literals[usize::from(pair[0])] += 1;
                odd_literals[usize::from(pair[1])] += 1;
            }
            for &byte in last {
                literals[usize::from(byte)] += 1;
            }
            let length = usize::from(sequence.length);
            if length > 0 {
                lengths[usize::from(LENGTH_SYMBOL[(length - MIN_LENGTH) & 255]) & 31] += 1;
                distances[distance_symbol(sequence.distance_less_one) & 31] += 1;
            }
            rest = &behind[length..];
        }
        let mut all = Self::empty();
        for ((sum, a), b) in all.literals_and_lengths.iter_mut().zip(literals).zip(odd_literals) {
            *sum = a + b;
        }
        all.literals_and_lengths[END_OF_BLOCK] = 1;
        all.literals_and_lengths[END_OF_BLOCK + 1..]
            .copy_from_slice(&lengths[..LITERALS_AND_LENGTHS - END_OF_BLOCK - 1]);
        all.distances.copy_from_slice(&distances[..DISTANCES]);
        all
    }

    /// The counts of two stretches as one block, which ends once.
    pub(crate) fn merged(&self, other: &Self) -> Self {
        let mut sum = self.clone();
        for (a, b) in sum.literals_and_lengths.iter_mut().zip(other.literals_and_lengths) {
            *a += b;
        }
        for (a, b) in sum.distances.iter_mut().zip(other.distances) {
            *a += b;
        }
        sum.literals_and_lengths[END_OF_BLOCK] = 1;
        sum
    }

    /// The estimated number of bits of all symbols: their entropy, without extra bits.
    pub(crate) fn entropy(&self) -> u64 {
        (entropy(&self.literals_and_lengths) + entropy(&self.distances)) >> LOG_BITS
    }
}

/// Fractional bits of a logarithm.
const LOG_BITS: u32 = 8;
/// Logarithms to base 2 of 1 + i / 256: integers, so that the output is the same on every machine.
const LOGARITHMS: [u8; 256] = logarithms();

const fn logarithms() -> [u8; 256] {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let mut x = (256 + i as u64) << 22;
        let mut bits = 0u8;
        let mut bit = 0;
        while bit < LOG_BITS {
            // squaring doubles the logarithm, whose whole part is its next bit
            x = (x * x) >> 30;
            bits <<= 1;
            if x >= 2 << 30 {
                x >>= 1;
                bits |= 1;
            }
            bit += 1;
        }
        table[i] = bits;
        i += 1;
    }
    table
}

/// A count times its logarithm to base 2.
fn times_logarithm(count: u64) -> u64 {
    if count < 2 {
        return 0;
    }
    let whole = count.ilog2();
    let mantissa = (count << 16 >> whole >> 8) & 255;
    let part = LOGARITHMS[mantissa as usize];
    count * ((u64::from(whole) << LOG_BITS) + u64::from(part))
}

fn entropy(counts: &[u32]) -> u64 {
    let total = counts.iter().map(|&count| u64::from(count)).sum();
    let each: u64 = counts.iter().map(|&count| times_logarithm(u64::from(count))).sum();
    times_logarithm(total).saturating_sub(each)
}

#[cfg(test)]
#[path = "histogram_tests.rs"]
mod tests;
