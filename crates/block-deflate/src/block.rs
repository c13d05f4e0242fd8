//! Writes a deflate block as the smallest of the three kinds (RFC 1951 §3.2.3).

use crate::bit_writer::BitWriter;
use crate::code_length_code::Header;
use crate::histogram::Histogram;
use crate::huffman::{canonical_codes, code_lengths};
use crate::sequence::Sequence;
use crate::symbol::{
    DISTANCE_BASE, DISTANCE_EXTRA, DISTANCES, END_OF_BLOCK, LENGTH_BASE, LENGTH_EXTRA, LITERALS_AND_LENGTHS,
    MIN_LENGTH, distance_symbol, fixed_length,
};

/// One bit less than deflate allows, so that four literals or one match fit in the bit buffer between two flushes.
const LITERAL_LIMIT: usize = 14;
const DISTANCE_LIMIT: usize = 15;
/// The longest stored block.
const STORED_BYTES: usize = 65_535;
const STORED: u64 = 0;
const FIXED: u64 = 1;
const DYNAMIC: u64 = 2;
/// The bit that ends the stream, and the block's type.
const TYPE_BITS: u32 = 3;

/// The lengths of a block's codes.
struct Lengths {
    literals_and_lengths: [u8; LITERALS_AND_LENGTHS + 2],
    distances: [u8; DISTANCES + 2],
}

impl Lengths {
    fn best(histogram: &Histogram) -> Self {
        let mut lengths = Self { literals_and_lengths: [0; _], distances: [0; _] };
        code_lengths(
            &histogram.literals_and_lengths,
            LITERAL_LIMIT,
            &mut lengths.literals_and_lengths[..LITERALS_AND_LENGTHS],
        );
        code_lengths(&histogram.distances, DISTANCE_LIMIT, &mut lengths.distances[..DISTANCES]);
        lengths
    }

    fn fixed() -> Self {
        Self { literals_and_lengths: std::array::from_fn(fixed_length), distances: [5; _] }
    }

    /// The bits of a block's symbols, extra bits and end.
    fn bits(&self, histogram: &Histogram) -> u64 {
        let mut bits = 0;
        for (&count, &length) in histogram.literals_and_lengths.iter().zip(&self.literals_and_lengths) {
            bits += u64::from(count) * u64::from(length);
        }
        for (&count, &extra) in histogram.literals_and_lengths[END_OF_BLOCK + 1..].iter().zip(&LENGTH_EXTRA) {
            bits += u64::from(count) * u64::from(extra);
        }
        for (&count, (&length, &extra)) in
            histogram.distances.iter().zip(self.distances.iter().zip(&DISTANCE_EXTRA))
        {
            bits += u64::from(count) * u64::from(length + extra);
        }
        bits
    }
}

/// Writes blocks. Delays text that is cheaper stored than coded, to write it in as few stored blocks as possible.
#[derive(Debug)]
pub(crate) struct BlockWriter<'a> {
    text: &'a [u8],
    bits: BitWriter<'a>,
    /// The offset up to which the text is written.
    written: usize,
    /// The offset up to which the text is to be stored, from `written`.
    stored: usize,
}

impl<'a> BlockWriter<'a> {
    pub(crate) fn new(text: &'a [u8], out: &'a mut Vec<u8>) -> Self {
        Self { text, bits: BitWriter::new(out), written: 0, stored: 0 }
    }

    /// Writes the next block, of `bytes` of the text.
    pub(crate) fn block(&mut self, bytes: usize, sequences: &[Sequence], histogram: &Histogram) {
        let dynamic = Lengths::best(histogram);
        let header = Header::new(
            &dynamic.literals_and_lengths[..LITERALS_AND_LENGTHS],
            &dynamic.distances[..DISTANCES],
        );
        let fixed = Lengths::fixed();
        let dynamic_bits = header.bits + dynamic.bits(histogram);
        let fixed_bits = fixed.bits(histogram);
        let coded_bits = u64::from(TYPE_BITS) + dynamic_bits.min(fixed_bits);
        // a stored block costs at most five bytes, and a coded block may force another
        let stored_bits = (bytes.div_ceil(STORED_BYTES) * 5 + bytes) as u64 * 8;
        if stored_bits <= coded_bits {
            self.stored += bytes;
            return;
        }
        self.write_stored();
        let text = &self.text[self.stored..][..bytes];
        self.bits.reserve(coded_bits);
        if fixed_bits <= dynamic_bits {
            self.bits.put(FIXED << 1, TYPE_BITS);
            self.bits.flush();
            write_symbols(&mut self.bits, text, sequences, &fixed);
        } else {
            self.bits.put(DYNAMIC << 1, TYPE_BITS);
            header.write(&mut self.bits);
            write_symbols(&mut self.bits, text, sequences, &dynamic);
        }
        self.stored += bytes;
        self.written = self.stored;
    }

    fn write_stored(&mut self) {
        for piece in self.text[self.written..self.stored].chunks(STORED_BYTES) {
            self.stored_block(piece);
        }
        self.written = self.stored;
    }

    /// Writes stored blocks (RFC 1951 §3.2.4).
    fn stored_block(&mut self, piece: &[u8]) {
        self.bits.reserve(64);
        self.bits.put(STORED << 1, TYPE_BITS);
        self.bits.put(0, self.bits.padding());
        let length = piece.len() as u64;
        self.bits.put(length, 16);
        self.bits.put(!length & 0xFFFF, 16);
        self.bits.align_and_append(piece);
    }

    /// Writes the rest, and an empty stored block, which ends at a byte boundary.
    pub(crate) fn sync_flush(mut self) {
        self.write_stored();
        self.stored_block(&[]);
        self.bits.finish();
    }
}

/// Bits and their count, packed: the count is the lowest byte.
#[derive(Debug, Clone, Copy, Default)]
struct Packed(u32);

impl Packed {
    fn new(bits: u32, count: u32) -> Self {
        Self(bits << 8 | count)
    }

    #[inline(always)]
    fn put(self, bits: &mut BitWriter<'_>) {
        bits.put(u64::from(self.0 >> 8), self.0 & 255);
    }
}

fn write_symbols(bits: &mut BitWriter<'_>, text: &[u8], sequences: &[Sequence], code: &Lengths) {
    let mut codes = [0u16; LITERALS_AND_LENGTHS + 2];
    canonical_codes(&code.literals_and_lengths, &mut codes);
    let packed =
        |symbol: usize| Packed::new(u32::from(codes[symbol]), u32::from(code.literals_and_lengths[symbol]));
    let literals: [Packed; 256] = std::array::from_fn(packed);
    let mut lengths = [Packed::default(); 256];
    for (symbol, (&base, &extra_bits)) in LENGTH_BASE.iter().zip(&LENGTH_EXTRA).enumerate() {
        let Packed(code) = packed(END_OF_BLOCK + 1 + symbol);
        let (code, count) = (code >> 8, code & 255);
        for (extra, length) in (0..1 << extra_bits).zip(&mut lengths[usize::from(base)..]) {
            *length = Packed::new(code | extra << count, count + u32::from(extra_bits));
        }
    }
    let mut distance_codes = [0u16; DISTANCES + 2];
    canonical_codes(&code.distances, &mut distance_codes);
    let distances: [Packed; 32] = std::array::from_fn(|symbol| {
        Packed::new(u32::from(distance_codes[symbol]), u32::from(code.distances[symbol]))
    });

    let mut rest = text;
    for sequence in sequences {
        let (run, behind) = rest.split_at(sequence.literals as usize);
        let (fours, last) = run.as_chunks::<4>();
        for four in fours {
            for &byte in four {
                literals[usize::from(byte)].put(bits);
            }
            bits.flush();
        }
        for &byte in last {
            literals[usize::from(byte)].put(bits);
        }
        bits.flush();
        let length = usize::from(sequence.length);
        if length > 0 {
            lengths[(length - MIN_LENGTH) & 255].put(bits);
            let symbol = distance_symbol(sequence.distance_less_one) & 31;
            distances[symbol].put(bits);
            bits.put(
                u64::from(sequence.distance_less_one - DISTANCE_BASE[symbol]),
                u32::from(DISTANCE_EXTRA[symbol]),
            );
            bits.flush();
        }
        rest = &behind[length..];
    }
    packed(END_OF_BLOCK).put(bits);
    bits.flush();
}

#[cfg(test)]
#[path = "block_tests.rs"]
mod tests;
