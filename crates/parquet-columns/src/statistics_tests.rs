use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn of(values: &[&[u8]]) -> MinMax {
    let mut min_max = MinMax::default();
    values.iter().for_each(|value| min_max.add(value));
    min_max
}

#[test]
fn the_least_and_the_greatest_are_those_of_the_bytes() {
    assert_eq!(of(&[b"b", b"a", b"c", b"b"]).values(), Some((&b"a"[..], &b"c"[..])));
    assert_eq!(of(&[b"", "é".as_bytes(), b"z"]).values(), Some((&b""[..], "é".as_bytes())));
    assert_eq!(of(&[]).values(), None);
    assert_eq!(of(&[]).written(), None);
    let mut all = of(&[]);
    all.merge(&of(&[b"d", b"e"]));
    all.merge(&of(&[]));
    all.merge(&of(&[b"c"]));
    assert_eq!(all.values(), Some((&b"c"[..], &b"e"[..])));
}

#[test]
fn long_bounds_are_shortened_outwards_and_say_so() {
    let long = "x".repeat(65);
    let (min, max) = of(&[long.as_bytes()]).written().unwrap();
    assert_eq!(min, ("x".repeat(64).into_bytes(), false));
    assert_eq!(max, (format!("{}y", "x".repeat(63)).into_bytes(), false));
    let short = "x".repeat(64).into_bytes();
    assert_eq!(of(&[&short]).written(), Some(((short.clone(), true), (short, true))));
}

#[test]
fn a_character_that_has_no_next_one_of_its_length_is_left_out() {
    let long = format!("{}a{}", "b".repeat(60), "\u{7f}".repeat(20));
    let (_, max) = of(&[long.as_bytes()]).written().unwrap();
    assert_eq!(max, (format!("{}b", "b".repeat(60)).into_bytes(), false));
    // a character is not cut in two; the last before the surrogates is followed by none
    let long = format!("a{}", "\u{d7ff}".repeat(30));
    let (min, max) = of(&[long.as_bytes()]).written().unwrap();
    assert_eq!(min, (format!("a{}", "\u{d7ff}".repeat(21)).into_bytes(), false));
    assert_eq!(max, (b"b".to_vec(), false));
    // nothing is above: the value stays as it is, as does what is no text
    for whole in ["\u{10ffff}".repeat(30).into_bytes(), vec![0xff; 100]] {
        assert_eq!(of(&[&whole]).written().unwrap().1, (whole, true));
    }
}

proptest! {
    #[test]
    fn every_value_is_between_the_bounds(values in vec(".{0,90}", 1..20)) {
        let values: Vec<&[u8]> = values.iter().map(|value| value.as_bytes()).collect();
        let ((min, exact_min), (max, exact_max)) = of(&values).written().unwrap();
        prop_assert!(values.iter().all(|value| min.as_slice() <= *value && *value <= max.as_slice()));
        prop_assert_eq!(exact_min, values.contains(&min.as_slice()));
        prop_assert_eq!(exact_max, values.contains(&max.as_slice()));
        prop_assert!(std::str::from_utf8(&min).is_ok() && std::str::from_utf8(&max).is_ok());
    }
}
