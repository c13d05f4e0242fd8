//! The values of a page, in the encoding it will have.

use parquet::basic::Encoding;

use crate::delta::encode_deltas;
use crate::rle::{Runs, pack};

/// Values of a page under construction.
#[derive(Debug)]
pub(crate) enum PageValues {
    /// Their indices into the dictionary of the chunk.
    Indices(Runs),
    /// Texts, each behind its length, and their number.
    Texts(Vec<u8>, usize),
    /// Whole numbers.
    Whole(Vec<i64>),
    /// True or false.
    Bits(Vec<u64>),
}

impl PageValues {
    /// Number of values.
    pub(crate) fn len(&self) -> usize {
        match self {
            PageValues::Indices(indices) => indices.len(),
            PageValues::Texts(_, count) => *count,
            PageValues::Whole(numbers) => numbers.len(),
            PageValues::Bits(bits) => bits.len(),
        }
    }

    /// Bytes of text so far.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            PageValues::Texts(text, _) => text.len(),
            PageValues::Indices(_) | PageValues::Whole(_) | PageValues::Bits(_) => 0,
        }
    }

    /// Whether values are indices into a dictionary.
    pub(crate) fn is_indices(&self) -> bool {
        matches!(self, PageValues::Indices(_))
    }

    /// Adds the last index once more; `false` where there is none.
    pub(crate) fn push_again(&mut self) -> bool {
        match self {
            PageValues::Indices(indices) => indices.push_again(),
            PageValues::Texts(..) | PageValues::Whole(_) | PageValues::Bits(_) => false,
        }
    }

    /// Adds a value: its index into the dictionary where there is one, else the value.
    pub(crate) fn push(&mut self, index: u32, value: &[u8]) {
        // a record is below 4 GiB
        let length = u32::try_from(value.len()).unwrap_or(u32::MAX);
        match self {
            PageValues::Indices(indices) => indices.push(index, 1),
            PageValues::Texts(text, count) => {
                text.extend_from_slice(&length.to_le_bytes());
                text.extend_from_slice(value);
                *count += 1;
            }
            PageValues::Whole(numbers) => {
                numbers.push(value.try_into().map_or(0, i64::from_le_bytes));
            }
            PageValues::Bits(bits) => bits.push(u64::from(value == [1])),
        }
    }

    /// Appends the values as a page has them, and starts again without values. `distinct` is the length of the dictionary.
    pub(crate) fn encode(&mut self, distinct: usize, output: &mut Vec<u8>) -> Encoding {
        match self {
            PageValues::Indices(indices) => {
                let width = usize::BITS - distinct.saturating_sub(1).leading_zeros();
                output.push(width.to_le_bytes()[0]);
                indices.encode(width, output);
                indices.clear();
                Encoding::RLE_DICTIONARY
            }
            PageValues::Texts(text, count) => {
                output.append(text);
                *count = 0;
                Encoding::PLAIN
            }
            PageValues::Whole(numbers) => {
                encode_deltas(numbers, output);
                numbers.clear();
                Encoding::DELTA_BINARY_PACKED
            }
            PageValues::Bits(bits) => {
                pack(bits.iter().copied(), 1, output);
                bits.clear();
                Encoding::PLAIN
            }
        }
    }
}
