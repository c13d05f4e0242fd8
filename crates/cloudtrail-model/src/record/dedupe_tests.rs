use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

const UUID: &str = "0123abcd-4567-89ef-fedc-ba9876543210";

fn fingerprint(line: &str) -> Option<Fingerprint> {
    Fingerprint::of(&Record::from_line(line.as_bytes()).unwrap())
}

fn with_id(id: &str) -> Fingerprint {
    fingerprint(&format!(r#"{{"eventID":"{id}"}}"#)).unwrap()
}

#[test]
fn a_uuid_is_kept_bit_for_bit() {
    assert_eq!(uuid_bits(UUID.as_bytes()), Some([0x0123_abcd_4567_89ef, 0xfedc_ba98_7654_3210]));
    assert_eq!(with_id(UUID).id, [0x0123_abcd_4567_89ef, 0xfedc_ba98_7654_3210]);
}

#[test]
fn what_is_no_canonical_uuid_goes_by_its_digest() {
    let upper = UUID.to_uppercase();
    let no_dashes = UUID.replace('-', "0");
    let shifted = "0123abc-d4567-89ef-fedc-ba9876543210";
    let texts = [&upper, &no_dashes, shifted, &UUID[1..], &format!("{UUID}0"), "x", &UUID.replace('a', "g")];
    for text in texts {
        assert_eq!(uuid_bits(text.as_bytes()), None, "{text}");
        assert_eq!(with_id(text).id, digest_bits(text.as_bytes()), "{text}");
    }
    assert_ne!(with_id(&upper).id, with_id(UUID).id);
    // the first half of SHA-256("x")
    assert_eq!(digest_bits(b"x"), [0x2d71_1642_b726_b044, 0x0162_7ca9_fbac_32f5]);
}

#[test]
fn a_record_without_an_event_id_has_no_fingerprint() {
    for line in [r#"{"a":1}"#, r#"{"eventID":null}"#, r#"{"eventID":""}"#, r#"{"eventID":7}"#] {
        assert_eq!(fingerprint(line), None, "{line}");
    }
}

#[test]
fn every_byte_of_a_record_counts() {
    let line = format!(r#"{{"eventID":"{UUID}","x":1.0}}"#);
    let other = format!(r#"{{"eventID":"{UUID}","x":1.00}}"#);
    assert_eq!(fingerprint(&line), fingerprint(&line));
    assert_ne!(fingerprint(&line), fingerprint(&other));
}

#[test]
fn the_same_id_with_other_bytes_is_a_conflict_and_each_repeat_a_duplicate() {
    let mut index = DedupeIndex::default();
    let print = |content| Fingerprint { id: [1, 2], content };
    let seen = [7, 7, 8, 8, 9, 7, 9, 8].map(|content| index.insert(print(content)));
    use Seen::{Conflict, Duplicate, New};
    assert_eq!(seen, [New, Duplicate, Conflict, Duplicate, Conflict, Duplicate, Duplicate, Duplicate]);
    assert_eq!(index.insert(Fingerprint { id: [2, 1], content: 7 }), New);
}

#[test]
fn the_index_tells_its_memory() {
    let mut index = DedupeIndex::default();
    assert_eq!(index.memory(), 0);
    for id in 0..10_000 {
        index.insert(Fingerprint { id: [id, id], content: id });
    }
    let each = index.memory() / 10_000;
    assert!((25..=60).contains(&each), "{each} bytes a record");
}

proptest! {
    #[test]
    fn the_index_agrees_with_a_plain_set(records in prop::collection::vec((0u64..6, 0u64..4), 0..200)) {
        let mut index = DedupeIndex::default();
        let mut model = BTreeSet::new();
        for (id, content) in records {
            let expected = match (model.contains(&(id, content)), model.iter().any(|(of, _)| *of == id)) {
                (true, _) => Seen::Duplicate,
                (false, true) => Seen::Conflict,
                (false, false) => Seen::New,
            };
            model.insert((id, content));
            prop_assert_eq!(index.seen(Fingerprint { id: [id, 0], content }), expected);
            prop_assert_eq!(index.insert(Fingerprint { id: [id, 0], content }), expected);
        }
    }

    #[test]
    fn uuids_differ_where_their_texts_do(a: u128, b: u128) {
        let text = |bits: u128| {
            let hex = format!("{bits:032x}");
            format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
        };
        prop_assert_eq!(uuid_bits(text(a).as_bytes()), Some(halves(a)));
        prop_assert_eq!(halves(a) == halves(b), a == b);
    }
}
