use super::*;
use crate::plain_reader;

#[test]
fn every_kind_is_good_for_a_plain_reader() {
    let expected: Vec<serde_json::Value> =
        sample_records(42, 3).iter().map(|record| serde_json::from_str(record).unwrap()).collect();
    for kind in OddKind::ALL {
        let records =
            plain_reader::records(&odd(kind, 42)).unwrap_or_else(|error| panic!("{kind:?}: {error}"));
        assert_eq!(records.len(), kind.records(), "{kind:?}");
        assert!(
            records.into_iter().map(serde_json::Value::Object).eq(expected[..kind.records()].iter().cloned())
        );
    }
}

#[test]
fn every_kind_is_as_odd_as_it_says() {
    let starts = |kind: OddKind, bytes: &[u8]| odd(kind, 1).starts_with(bytes);
    assert!(starts(OddKind::Plain, b"{\"Records\":"));
    // flags: name, comment and extra field
    assert!(starts(OddKind::HeaderFields, &[0x1f, 0x8b, 8, 0b0001_1100]));
    assert!(OddKind::ByteOrderMark.text(1).starts_with(b"\xef\xbb\xbf{"));
    let mut first = Vec::new();
    #[expect(
        clippy::disallowed_methods,
        reason = "the point: readers that stop after one member lose the rest"
    )]
    std::io::Read::read_to_end(
        &mut flate2::read::GzDecoder::new(&odd(OddKind::MultiMember, 1)[..]),
        &mut first,
    )
    .unwrap();
    assert_eq!(first.len(), OddKind::MultiMember.text(1).len() / 2);
}
