use super::{canonical_codes, code_lengths};

fn lengths_of(frequencies: &[u32], limit: usize) -> Vec<u8> {
    let mut lengths = vec![99; frequencies.len()];
    code_lengths(frequencies, limit, &mut lengths);
    lengths
}

/// Kraft's sum in units of 2^-15: a complete code has 32,768.
fn kraft(lengths: &[u8]) -> u32 {
    lengths.iter().filter(|&&length| length > 0).map(|&length| 1 << (15 - length)).sum()
}

fn bits(frequencies: &[u32], lengths: &[u8]) -> u64 {
    frequencies.iter().zip(lengths).map(|(&f, &l)| u64::from(f) * u64::from(l)).sum()
}

fn fibonacci(count: usize) -> Vec<u32> {
    let mut numbers = vec![1, 1];
    while numbers.len() < count {
        numbers.push(numbers[numbers.len() - 1] + numbers[numbers.len() - 2]);
    }
    numbers
}

#[test]
fn the_frequent_get_the_short_codes() {
    assert_eq!(lengths_of(&[8, 4, 2, 1, 1, 0], 15), [1, 2, 3, 4, 4, 0]);
    assert_eq!(lengths_of(&[1, 1, 1, 1], 15), [2, 2, 2, 2]);
}

#[test]
fn a_skewed_code_stays_within_its_limit_and_complete() {
    for (limit, symbols) in [(7, 19), (14, 40), (15, 40), (15, 16), (15, 17)] {
        let frequencies = fibonacci(symbols);
        let lengths = lengths_of(&frequencies, limit);
        assert!(lengths.iter().all(|&length| 0 < length && usize::from(length) <= limit), "{lengths:?}");
        assert_eq!(kraft(&lengths), 1 << 15);
        assert!(lengths.is_sorted_by(|a, b| a >= b), "{lengths:?}");
    }
}

#[test]
fn a_limit_that_does_not_bind_changes_nothing() {
    let frequencies = fibonacci(15);
    assert_eq!(
        bits(&frequencies, &lengths_of(&frequencies, 14)),
        bits(&frequencies, &lengths_of(&frequencies, 15))
    );
}

#[test]
fn a_code_is_complete_even_of_one_symbol_or_none() {
    assert_eq!(lengths_of(&[0, 0, 0, 0], 15), [1, 1, 0, 0]);
    assert_eq!(lengths_of(&[0, 0, 7, 0], 15), [1, 0, 1, 0]);
    assert_eq!(lengths_of(&[7, 0, 0, 0], 15), [1, 1, 0, 0]);
    assert_eq!(lengths_of(&[0, 7, 0, 0], 15), [1, 1, 0, 0]);
}

#[test]
fn the_whole_alphabet_is_coded() {
    let even = lengths_of(&[3; 286], 14);
    assert_eq!(kraft(&even), 1 << 15);
    assert!(even.iter().all(|&length| length == 8 || length == 9));
    let steep: Vec<u32> = (0..286).map(|symbol| 1 << (symbol / 9)).collect();
    let lengths = lengths_of(&steep, 14);
    assert_eq!(kraft(&lengths), 1 << 15);
    assert!(lengths.iter().all(|&length| length <= 14));
}

/// The example of RFC 1951 §3.2.2.
#[test]
fn codes_are_canonical_and_reversed() {
    let mut codes = [0; 8];
    canonical_codes(&[3, 3, 3, 3, 3, 2, 4, 4], &mut codes);
    assert_eq!(codes, [0b010, 0b110, 0b001, 0b101, 0b011, 0b00, 0b0111, 0b1111]);
}

#[test]
fn codes_of_fifteen_bits_fit() {
    let mut lengths: Vec<u8> = (1..=15).collect();
    lengths.push(15);
    let mut codes = [0; 16];
    canonical_codes(&lengths, &mut codes);
    assert_eq!(codes[15], 0x7FFF);
    assert_eq!(codes[0], 0);
}
