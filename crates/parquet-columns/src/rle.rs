//! Parquet's RLE / bit-packed hybrid encoding, for levels and for indices into a dictionary.

/// Values of which equal ones often follow each other.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    runs: Vec<(u32, u32)>,
    length: usize,
}

/// Values whose bits are packed together.
const GROUP: usize = 8;

impl Runs {
    /// Adds a value `count` times.
    pub(crate) fn push(&mut self, value: u32, times: u32) {
        self.length += times as usize;
        match self.runs.last_mut() {
            Some((last, count)) if *last == value => *count += times,
            _ => self.runs.push((value, times)),
        }
    }

    /// Adds the last value once more; `false` where there is none.
    pub(crate) fn push_again(&mut self) -> bool {
        let Some((_, count)) = self.runs.last_mut() else { return false };
        *count += 1;
        self.length += 1;
        true
    }

    /// Number of values.
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// The values, each as often as it was added.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> {
        self.runs.iter().flat_map(|&(value, times)| std::iter::repeat_n(value, times as usize))
    }

    /// The values, each with the times it follows itself.
    pub(crate) fn runs(&self) -> impl Iterator<Item = (u32, usize)> {
        self.runs.iter().map(|&(value, times)| (value, times as usize))
    }

    /// Forgets the values.
    pub(crate) fn clear(&mut self) {
        self.runs.clear();
        self.length = 0;
    }

    /// Appends the values, each of at most `width` bits.
    pub(crate) fn encode(&self, width: u32, output: &mut Vec<u8>) {
        let mut packed: Vec<u32> = Vec::new();
        for &(value, times) in &self.runs {
            let mut times = times as usize;
            // a run may begin where a group of packed values ends
            let fill = (GROUP - packed.len() % GROUP) % GROUP;
            if !packed.len().is_multiple_of(GROUP) || times < GROUP {
                let taken = if times >= GROUP + fill { fill } else { times };
                packed.extend(std::iter::repeat_n(value, taken));
                times -= taken;
            }
            if times > 0 {
                encode_packed(&mut packed, width, output);
                append_varint((times as u64) << 1, output);
                let bytes = value.to_le_bytes();
                output.extend_from_slice(&bytes[..width.div_ceil(8) as usize]);
            }
        }
        encode_packed(&mut packed, width, output);
    }
}

/// Appends values as groups of eight, the last filled up, and forgets them.
fn encode_packed(values: &mut Vec<u32>, width: u32, output: &mut Vec<u8>) {
    if values.is_empty() {
        return;
    }
    values.resize(values.len().next_multiple_of(GROUP), 0);
    append_varint((values.len() / GROUP) as u64 * 2 + 1, output);
    pack(values.iter().map(|value| u64::from(*value)), width, output);
    values.clear();
}

/// Appends the lowest `width` bits of each value, the first value in the lowest bits.
pub(crate) fn pack(values: impl Iterator<Item = u64>, width: u32, output: &mut Vec<u8>) {
    let (mut bits, mut count) = (0u128, 0);
    for value in values {
        bits |= u128::from(value) << count;
        count += width;
        while count >= 32 {
            #[expect(clippy::cast_possible_truncation, reason = "the rest stays in `bits`")]
            let word = bits as u32;
            output.extend_from_slice(&word.to_le_bytes());
            bits >>= 32;
            count -= 32;
        }
    }
    output.extend_from_slice(&bits.to_le_bytes()[..count.div_ceil(8) as usize]);
}

/// Appends a number in seven bits a byte.
pub(crate) fn append_varint(mut number: u64, output: &mut Vec<u8>) {
    while number >= 0x80 {
        output.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    output.push(number.to_le_bytes()[0]);
}

#[cfg(test)]
#[path = "rle_tests.rs"]
pub(crate) mod tests;
