use super::Histogram;
use crate::sequence::Sequence;

#[test]
fn literals_lengths_and_distances_are_counted() {
    let sequences = [Sequence::new(3, 3, 3), Sequence::new(0, 258, 32_768), Sequence::literals(2)];
    let mut text = b"abcabc".to_vec();
    text.extend([b'a'; 258]);
    text.extend(b"cd");
    let histogram = Histogram::count(&text, &sequences);
    let mut literals = [0; 286];
    literals[usize::from(b'a')] = 1;
    literals[usize::from(b'b')] = 1;
    literals[usize::from(b'c')] = 2;
    literals[usize::from(b'd')] = 1;
    literals[256] = 1;
    literals[257] = 1;
    literals[285] = 1;
    assert_eq!(histogram.literals_and_lengths, literals);
    let mut distances = [0; 30];
    distances[2] = 1;
    distances[29] = 1;
    assert_eq!(histogram.distances, distances);
}

#[test]
fn two_stretches_as_one_block_end_once() {
    let one = Histogram::count(b"ab", &[Sequence::literals(2)]);
    let both = one.merged(&one);
    assert_eq!(both.literals_and_lengths[usize::from(b'a')], 2);
    assert_eq!(both.literals_and_lengths[256], 1);
}

#[test]
fn the_entropy_of_even_symbols_is_their_bits() {
    let mut even = Histogram::empty();
    even.literals_and_lengths[..256].fill(1000);
    assert_eq!(even.entropy(), 256 * 1000 * 8);
    even.distances[..16].fill(500);
    assert_eq!(even.entropy(), 256 * 1000 * 8 + 16 * 500 * 4);
    let mut odd = Histogram::empty();
    odd.literals_and_lengths[..3].fill(100_000);
    // 300,000 times the logarithm of 3
    assert!(odd.entropy().abs_diff(475_488) < 2000, "{}", odd.entropy());
    assert_eq!(Histogram::empty().entropy(), 0);
}
