use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// What the Parquet format says of these bytes (Encodings.md, RLE): not written with the encoder in view.
fn decode(mut bytes: &[u8], width: u32, count: usize) -> Vec<u32> {
    let mut values = Vec::new();
    while values.len() < count {
        let header = take_varint(&mut bytes);
        if header & 1 == 0 {
            let (value, rest) = bytes.split_at(width.div_ceil(8) as usize);
            let value = value.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte));
            values.extend(std::iter::repeat_n(value, usize::try_from(header >> 1).unwrap()));
            bytes = rest;
        } else {
            let groups = usize::try_from(header >> 1).unwrap();
            let (packed, rest) = bytes.split_at(groups * width as usize);
            values.extend(unpack(packed, width, groups * 8).map(|value| u32::try_from(value).unwrap()));
            bytes = rest;
        }
    }
    assert!(bytes.is_empty(), "{} bytes behind the values", bytes.len());
    assert!(values.len() < count + 8, "only the last group is filled up");
    assert!(values[count..].iter().all(|value| *value == 0));
    values.truncate(count);
    values
}

/// Packed values bit by bit.
pub(crate) fn unpack(packed: &[u8], width: u32, count: usize) -> impl Iterator<Item = u64> {
    (0..count).map(move |at| {
        let bits = (0..width as usize).map(|bit| at * width as usize + bit);
        bits.rev().fold(0, |value, bit| value << 1 | u64::from(packed[bit / 8] >> (bit % 8) & 1))
    })
}

pub(crate) fn take_varint(bytes: &mut &[u8]) -> u64 {
    let mut number = 0;
    for shift in (0..).step_by(7) {
        let (byte, rest) = bytes.split_first().unwrap();
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    number
}

fn encoded(runs: &[(u32, u32)], width: u32) -> (Vec<u32>, Vec<u8>) {
    let mut all = Runs::default();
    let mut values = Vec::new();
    for &(value, times) in runs {
        values.extend(std::iter::repeat_n(value, times as usize));
        all.push(value, times);
    }
    assert_eq!(all.len(), values.len());
    assert!(all.iter().eq(values.iter().copied()));
    let mut output = Vec::new();
    all.encode(width, &mut output);
    (values, output)
}

#[test]
fn the_formats_own_examples_are_encoded_as_it_has_them() {
    // the numbers 0 to 7 with three bits each
    let (_, output) = encoded(&[0, 1, 2, 3, 4, 5, 6, 7].map(|value| (value, 1)), 3);
    assert_eq!(output, [3, 0b1000_1000, 0b1100_0110, 0b1111_1010]);
    assert_eq!(encoded(&[(4, 100)], 3).1, [200, 1, 4], "a run");
    assert_eq!(encoded(&[(0, 9)], 0).1, [18], "of nothing but one value");
    assert!(encoded(&[], 3).1.is_empty());
}

#[test]
fn the_last_value_can_come_once_more() {
    let mut runs = Runs::default();
    assert!(!runs.push_again(), "there is none");
    runs.push(7, 1);
    assert!(runs.push_again());
    assert!(runs.iter().eq([7, 7]));
    runs.clear();
    assert_eq!((runs.len(), runs.push_again()), (0, false));
}

proptest! {
    #[test]
    fn runs_are_what_they_were(width in 1u32..=32, runs in vec((any::<u32>(), 1u32..40), 0..200)) {
        let runs: Vec<(u32, u32)> = runs.iter().map(|(value, times)| (value >> (32 - width), *times)).collect();
        let (values, output) = encoded(&runs, width);
        prop_assert_eq!(decode(&output, width, values.len()), values);
    }

    #[test]
    fn values_that_are_one_or_the_other_are_what_they_were(values in vec(0u32..2, 0..2000)) {
        let runs: Vec<(u32, u32)> = values.iter().map(|value| (*value, 1)).collect();
        let (values, output) = encoded(&runs, 1);
        prop_assert_eq!(decode(&output, 1, values.len()), values);
    }
}
