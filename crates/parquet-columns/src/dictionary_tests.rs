use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

#[test]
fn a_value_has_one_number_and_the_page_has_it_behind_its_length() {
    let mut dictionary = Dictionary::default();
    let found: Vec<(u32, bool)> =
        [&b"a"[..], b"a", b"", b"bc", b"a", b"a"].iter().map(|value| dictionary.index(value, 1)).collect();
    assert_eq!(found, [(0, true), (0, false), (1, true), (2, true), (0, false), (0, false)]);
    let next: Vec<(u32, bool)> =
        [&b"a"[..], b"bc", b"bc", b"a"].iter().map(|value| dictionary.index(value, 2)).collect();
    assert_eq!(next, [(0, true), (2, true), (2, false), (0, false)]);
    assert_eq!(dictionary.page(), b"\x01\0\0\0a\0\0\0\0\x02\0\0\0bc");
    assert_eq!(dictionary.values().collect::<Vec<_>>(), [&b"a"[..], b"", b"bc"]);
    assert_eq!((dictionary.len(), dictionary.value(2)), (3, &b"bc"[..]));
}

#[test]
fn forgotten_values_are_new_again() {
    let mut dictionary = Dictionary::default();
    let value = |number: u32| number.to_le_bytes();
    (0..1000).for_each(|number| assert_eq!(dictionary.index(&value(number), 1).0, number));
    dictionary.truncate(10);
    assert_eq!((dictionary.len(), dictionary.page().len()), (10, 80));
    assert_eq!(dictionary.index(&value(9), 1).0, 9);
    assert_eq!(dictionary.index(&value(999), 1), (10, true));
    assert_eq!(dictionary.index(&value(500), 1), (11, true));
    dictionary.truncate(0);
    assert_eq!((dictionary.len(), dictionary.page()), (0, &b""[..]));
    assert_eq!(dictionary.index(&value(500), 1), (0, true));
}

proptest! {
    #[test]
    fn numbers_lead_back_to_values(steps in vec(("[ab]{0,3}", 0usize..40), 0..200)) {
        let mut dictionary = Dictionary::default();
        let mut known: Vec<String> = Vec::new();
        for (value, length) in steps {
            // now and then all but the first are forgotten
            if length < 3 && length < known.len() {
                dictionary.truncate(length);
                known.truncate(length);
            }
            let (number, _) = dictionary.index(value.as_bytes(), 1);
            if number as usize == known.len() {
                known.push(value.clone());
            }
            prop_assert_eq!(&known[number as usize], &value);
            prop_assert_eq!(dictionary.value(number), value.as_bytes());
        }
        let distinct: BTreeSet<&String> = known.iter().collect();
        prop_assert_eq!(distinct.len(), known.len());
        prop_assert_eq!(dictionary.len(), known.len());
    }
}
