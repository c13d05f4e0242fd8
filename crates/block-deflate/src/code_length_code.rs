//! Encodes the code lengths of a block: run lengths with their own Huffman code (RFC 1951 §3.2.7).

use crate::bit_writer::BitWriter;
use crate::huffman::{canonical_codes, code_lengths};

/// Lengths 0 to 15, and three symbols that repeat.
const ALPHABET: usize = 19;
/// The maximum code length of this alphabet: its lengths have three bits.
const LIMIT: usize = 7;
/// The order in which the code lengths of this alphabet are written.
const ORDER: [usize; ALPHABET] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/// Repeats the length before 3 to 6 times.
const REPEAT: u8 = 16;
/// Repeats the length 0 from 3 to 10 times.
const ZEROS: u8 = 17;
/// Repeats the length 0 from 11 to 138 times.
const MANY_ZEROS: u8 = 18;

/// A symbol of this alphabet, with the value of its extra bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    symbol: u8,
    extra: u8,
}

const fn extra_bits(symbol: u8) -> u32 {
    match symbol {
        REPEAT => 2,
        ZEROS => 3,
        MANY_ZEROS => 7,
        _ => 0,
    }
}

/// Everything between a dynamic block's type and its first symbol.
#[derive(Debug)]
pub(crate) struct Header {
    literals_and_lengths: usize,
    distances: usize,
    runs: Vec<Run>,
    lengths: [u8; ALPHABET],
    told: usize,
    pub(crate) bits: u64,
}

impl Header {
    pub(crate) fn new(literal_lengths: &[u8], distance_lengths: &[u8]) -> Self {
        let literals_and_lengths = used(literal_lengths, 257);
        let distances = used(distance_lengths, 1);
        let mut all = literal_lengths[..literals_and_lengths].to_vec();
        all.extend_from_slice(&distance_lengths[..distances]);
        let runs = run_lengths(&all);
        let mut frequencies = [0; ALPHABET];
        for run in &runs {
            frequencies[usize::from(run.symbol)] += 1;
        }
        let mut lengths = [0; ALPHABET];
        code_lengths(&frequencies, LIMIT, &mut lengths);
        let told = ORDER.iter().rposition(|&symbol| lengths[symbol] > 0).map_or(4, |last| (last + 1).max(4));
        let symbols: u64 = (0u8..)
            .zip(frequencies.iter().zip(&lengths))
            .map(|(symbol, (&frequency, &length))| {
                u64::from(frequency) * u64::from(u32::from(length) + extra_bits(symbol))
            })
            .sum();
        let bits = 5 + 5 + 4 + 3 * told as u64 + symbols;
        Self { literals_and_lengths, distances, runs, lengths, told, bits }
    }

    pub(crate) fn write(&self, bits: &mut BitWriter<'_>) {
        bits.put(self.literals_and_lengths as u64 - 257, 5);
        bits.put(self.distances as u64 - 1, 5);
        bits.put(self.told as u64 - 4, 4);
        for &symbol in &ORDER[..self.told] {
            bits.flush();
            bits.put(u64::from(self.lengths[symbol]), 3);
        }
        let mut codes = [0; ALPHABET];
        canonical_codes(&self.lengths, &mut codes);
        for run in &self.runs {
            bits.flush();
            let symbol = usize::from(run.symbol);
            bits.put(u64::from(codes[symbol]), u32::from(self.lengths[symbol]));
            bits.put(u64::from(run.extra), extra_bits(run.symbol));
        }
        bits.flush();
    }
}

/// The number of lengths to write: up to the last that is not 0, but at least `least`.
fn used(lengths: &[u8], least: usize) -> usize {
    lengths.iter().rposition(|&length| length > 0).map_or(least, |last| (last + 1).max(least))
}

fn run_lengths(lengths: &[u8]) -> Vec<Run> {
    let mut runs = Vec::with_capacity(lengths.len());
    for same in lengths.chunk_by(|a, b| a == b) {
        let length = same[0];
        let mut left = same.len();
        if length > 0 {
            runs.push(Run { symbol: length, extra: 0 });
            left -= 1;
        }
        while left >= 3 {
            let (symbol, least, most) = match (length, left) {
                (0, 11..) => (MANY_ZEROS, 11, 138),
                (0, _) => (ZEROS, 3, 10),
                _ => (REPEAT, 3, 6),
            };
            let taken = left.min(most);
            #[expect(clippy::cast_possible_truncation, reason = "at most 127")]
            runs.push(Run { symbol, extra: (taken - least) as u8 });
            left -= taken;
        }
        for _ in 0..left {
            runs.push(Run { symbol: length, extra: 0 });
        }
    }
    runs
}

#[cfg(test)]
#[path = "code_length_code_tests.rs"]
mod tests;
