use super::*;
use crate::plain_reader;

#[test]
fn every_kind_is_broken_for_a_plain_reader() {
    for kind in BrokenKind::ALL {
        let read = plain_reader::records(&broken(kind, 42));
        let error = read.map(|records| records.len()).expect_err(&format!("{kind:?}"));
        let expected = match kind {
            BrokenKind::TruncatedGzip => "incomplete deflate stream",
            BrokenKind::BadCrc => "checksum",
            BrokenKind::BytesAfterGzip => "invalid gzip header",
            BrokenKind::NotGzipNotJson => "expected value",
            BrokenKind::TruncatedJson | BrokenKind::Empty => "EOF while parsing",
            BrokenKind::BadUtf8 => "invalid utf-8",
            BrokenKind::NoRecords => "missing field",
            BrokenKind::RecordsNull => "invalid type: null",
            BrokenKind::RecordsObject => "invalid type: map",
            BrokenKind::RecordNotObject => "invalid type: string",
            BrokenKind::DeepNesting => "recursion limit",
            BrokenKind::GzipBomb => "too large",
            BrokenKind::RecordsTwice => "duplicate field",
        };
        assert!(error.contains(expected), "{kind:?}: {error}");
    }
}

#[test]
fn a_broken_file_is_good_but_for_its_fault() {
    // the part before the fault is there: a reader must not keep what it got so far
    let text = plain_reader::text(&broken(BrokenKind::RecordNotObject, 1)).unwrap();
    let value: serde_json::Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(value["Records"].as_array().unwrap().iter().filter(|record| record.is_object()).count(), 5);
    let bomb = broken(BrokenKind::GzipBomb, 1);
    assert!((300_000..600_000).contains(&bomb.len()), "{} bytes", bomb.len());
}

#[test]
fn every_kind_is_the_same_each_time() {
    for kind in BrokenKind::ALL {
        assert!(broken(kind, 3) == broken(kind, 3), "{kind:?}");
    }
}
