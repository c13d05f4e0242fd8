use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::rle::tests::{take_varint, unpack};

fn encoded(numbers: &[i64]) -> Vec<u8> {
    let mut output = Vec::new();
    encode_deltas(numbers, &mut output);
    output
}

fn signed(bytes: &mut &[u8]) -> i64 {
    let number = take_varint(bytes);
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

/// What the Parquet format says of these bytes (Encodings.md, DELTA_BINARY_PACKED).
fn decode(mut bytes: &[u8]) -> Vec<i64> {
    let block = usize::try_from(take_varint(&mut bytes)).unwrap();
    let miniblocks = usize::try_from(take_varint(&mut bytes)).unwrap();
    let count = usize::try_from(take_varint(&mut bytes)).unwrap();
    let mut numbers = vec![signed(&mut bytes)];
    while numbers.len() < count {
        let least = signed(&mut bytes);
        let (widths, rest) = bytes.split_at(miniblocks);
        bytes = rest;
        for width in widths {
            if numbers.len() >= count {
                assert_eq!(*width, 0, "of a miniblock that is not there");
                continue;
            }
            let (packed, rest) = bytes.split_at(block / miniblocks * usize::from(*width) / 8);
            bytes = rest;
            for delta in unpack(packed, u32::from(*width), block / miniblocks) {
                let last = numbers[numbers.len() - 1];
                numbers.push(last.wrapping_add(least).wrapping_add(delta.cast_signed()));
            }
        }
    }
    assert!(bytes.is_empty(), "{} bytes behind the numbers", bytes.len());
    numbers.truncate(count);
    numbers
}

#[test]
fn numbers_that_grow_evenly_need_no_bits() {
    // block of 128 numbers, 4 miniblocks, 5 numbers, the first is 1; the least delta is 1, no widths
    assert_eq!(encoded(&[1, 2, 3, 4, 5]), [128, 1, 4, 5, 2, 2, 0, 0, 0, 0]);
    assert_eq!(encoded(&[-3]), [128, 1, 4, 1, 5]);
}

#[test]
fn the_farthest_numbers_are_what_they_were() {
    let numbers = [i64::MIN, i64::MAX, 0, i64::MIN, -1, i64::MAX, i64::MAX];
    assert_eq!(decode(&encoded(&numbers)), numbers);
}

proptest! {
    #[test]
    fn numbers_are_what_they_were(numbers in vec(any::<i64>(), 1..600), shift in 0u32..64) {
        let numbers: Vec<i64> = numbers.iter().map(|number| number >> shift).collect();
        prop_assert_eq!(decode(&encoded(&numbers)), numbers);
    }
}
