use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn coded(map: &BTreeMap<Vec<u8>, Vec<u8>>) -> FrontCoded {
    let mut coded = FrontCoded::default();
    for (key, value) in map {
        coded.push(key, value).unwrap();
    }
    coded
}

#[test]
fn keys_must_ascend() {
    let mut coded = FrontCoded::default();
    coded.push(b"", b"empty").unwrap();
    coded.push(b"a", b"1").unwrap();
    for key in [b"a".as_slice(), b""] {
        assert_eq!(coded.push(key, b"2"), Err(NotAscending));
    }
    coded.push(b"ab", b"3").unwrap();
    assert_eq!(coded.len(), 3);
    assert_eq!([coded.get(b""), coded.get(b"a"), coded.get(b"ab")], [&b"empty"[..], b"1", b"3"].map(Some));
    assert_eq!([coded.get(b"A"), coded.get(b"aa"), coded.get(b"b")], [None; 3]);
}

#[test]
fn keys_that_begin_alike_take_few_bytes() {
    let key =
        |n: u32| format!("AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/22/111122223333_{n:06}.json.gz");
    let mut coded = FrontCoded::default();
    for n in 0..10_000 {
        coded.push(key(n).as_bytes(), b"").unwrap();
    }
    coded.shrink();
    let each = coded.memory() / 10_000;
    assert!(each < 20, "{each} bytes for a key of {}", key(0).len());
    assert_eq!(coded.get(key(7_777).as_bytes()), Some(&b""[..]));
}

proptest! {
    #[test]
    fn it_is_a_sorted_map(
        map in prop::collection::btree_map(prop::collection::vec(0u8..4, 0..8), prop::collection::vec(any::<u8>(), 0..200), 0..300),
        asked in prop::collection::vec(prop::collection::vec(0u8..4, 0..8), 0..50),
    ) {
        let coded = coded(&map);
        prop_assert_eq!(coded.len(), map.len());
        let mut entries = coded.iter();
        for (key, value) in &map {
            prop_assert_eq!(entries.next(), Some(value.as_slice()));
            prop_assert_eq!(entries.key(), key.as_slice());
        }
        prop_assert_eq!(entries.next(), None);
        for key in map.keys().chain(&asked) {
            prop_assert_eq!(coded.get(key), map.get(key).map(Vec::as_slice));
        }
    }

    #[test]
    fn numbers_come_back(number: u64) {
        let mut bytes = Vec::new();
        put_varint(&mut bytes, number);
        prop_assert_eq!(take_varint(&mut bytes.as_slice()), Some(number));
        prop_assert_eq!(take_varint(&mut &bytes[..bytes.len() - 1]), None);
    }
}
