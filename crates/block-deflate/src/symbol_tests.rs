use super::{
    DISTANCE_BASE, DISTANCE_EXTRA, DISTANCES, LENGTH_BASE, LENGTH_EXTRA, LENGTH_SYMBOL, MAX_DISTANCE,
    MAX_LENGTH, MIN_LENGTH, distance_symbol, fixed_length,
};

#[test]
fn a_length_is_its_symbol_and_extra_bits() {
    for length in MIN_LENGTH..=MAX_LENGTH {
        let symbol = usize::from(LENGTH_SYMBOL[length - MIN_LENGTH]);
        let extra = length - MIN_LENGTH - usize::from(LENGTH_BASE[symbol]);
        assert!(extra < 1 << LENGTH_EXTRA[symbol], "{length}");
    }
    // the examples of RFC 1951 §3.2.5, less 257
    for (length, symbol) in [(3, 0), (10, 7), (11, 8), (13, 9), (227, 27), (257, 27), (258, 28)] {
        assert_eq!(LENGTH_SYMBOL[length - MIN_LENGTH], symbol, "{length}");
    }
}

#[test]
fn a_distance_is_its_symbol_and_extra_bits() {
    for distance in 1..=MAX_DISTANCE {
        let less_one = u16::try_from(distance - 1).unwrap();
        let symbol = distance_symbol(less_one);
        assert!(symbol < DISTANCES);
        assert!(less_one - DISTANCE_BASE[symbol] < 1 << DISTANCE_EXTRA[symbol], "{distance}");
    }
    for (distance, symbol) in [(1, 0), (4, 3), (5, 4), (7, 5), (257, 16), (24_577, 29), (32_768, 29)] {
        assert_eq!(distance_symbol(u16::try_from(distance - 1).unwrap()), symbol, "{distance}");
    }
}

#[test]
fn the_fixed_code_is_complete() {
    let sum: u32 = (0..288).map(|symbol| 1 << (9 - fixed_length(symbol))).sum();
    assert_eq!(sum, 1 << 9);
}
