use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::{Column, ColumnType, Fingerprint, ShreddedRow, Table, columns};

type Values = BTreeMap<u8, Vec<(Option<(u8, u8)>, Vec<u8>)>>;

/// The values of a row by their leaves, its structs, and what it is sorted by.
type Row = (Values, u32, [Vec<u8>; 4]);

fn read(rows: &ShreddedRows, row: &ShreddedRow, sort: &SortKeys) -> Row {
    let mut values = Values::new();
    for value in rows.values(row) {
        let text = &rows.text()[value.start as usize..(value.start + value.length) as usize];
        values.entry(value.leaf).or_default().push((value.levels, text.to_vec()));
    }
    let at = |range: &Range<u32>| rows.text()[range.start as usize..range.end as usize].to_vec();
    let keys = [&sort.event_source, &sort.event_name, &sort.identity, &sort.event_time].map(at);
    (values, row.present, keys)
}

/// The delivery day of all records.
fn delivered() -> Day {
    "2026-10-10".parse().unwrap()
}

/// What the careful way makes of a record.
fn odd(table: Table, line: &[u8]) -> Result<(Record<'_>, Row, Option<i64>), EnvelopeError> {
    let mut rows = ShreddedRows::default();
    let mut row = rows.start();
    let (record, sort, instant) = shred_odd(&Shape::new(table), line, delivered(), &mut rows, &mut row)?;
    rows.end(&mut row);
    Ok((record, read(&rows, &row, &sort), instant))
}

/// Whether the short way can read a record by itself.
fn is_expected(shredder: &mut Shredder, line: &[u8]) -> bool {
    let Shredder { shape, followers } = shredder;
    let mut rows = ShreddedRows::default();
    let scanner = Scanner { text: line, at: 0, spaced: false };
    let keys = Keys::default();
    let mut pass =
        Pass { shape, followers, scanner, rows: &mut rows, present: 0, seen: 0, nulls: 0, keys, rank: 0 };
    pass.record().is_some()
}

/// Both ways make the same of a line.
fn assert_same(shredder: &mut Shredder, table: Table, line: &str) {
    let mut rows = ShreddedRows::default();
    // a row before it, so that no place is zero by chance
    shredder.shred(br#"{"eventID":"first"}"#, delivered(), &mut rows).unwrap();
    let found = shredder.shred(line.as_bytes(), delivered(), &mut rows);
    match (found, odd(table, line.as_bytes())) {
        (Ok(Shredded { record, row, sort, instant }), Ok((expected, expected_row, expected_instant))) => {
            assert_eq!(record, expected, "{line}");
            assert_eq!(instant, expected_instant, "{line}");
            assert_eq!(Record::from_line(line.as_bytes()), Ok(expected), "{line}");
            assert_eq!(read(&rows, &row, &sort), expected_row, "{line}");
            assert_eq!(Fingerprint::of(&record), Fingerprint::of(&expected));
        }
        (Err(found), Err(expected)) => assert_eq!(found, expected, "{line}"),
        (found, expected) => panic!("{line}: {found:?} and {expected:?}"),
    }
}

const RECORD: &str = r#"{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","principalId":"p","arn":"a\u0041","accountId":"1","sessionContext":{"sessionIssuer":{"type":"Role","arn":"r"},"attributes":{"creationDate":"2026-10-10T00:00:00Z","mfaAuthenticated":"false"}},"invokedBy":null},"eventTime":"2026-10-10T01:02:03Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","userAgent":"[\"x\"]","errorCode":null,"requestParameters":{"bucketName":"b","n":[1.0,{}]},"responseElements":null,"eventID":"e","readOnly":true,"resources":[{"ARN":"r1","accountId":"1"},{"type":"t"},{}],"managementEvent":false,"tlsDetails":{"tlsVersion":"TLSv1.3"}}"#;

#[test]
fn a_usual_record_needs_one_pass() {
    let line = RECORD.replace("a\\u0041", "a");
    let mut shredder = Shredder::new(Table::CloudTrail);
    assert!(is_expected(&mut shredder, line.as_bytes()));
    assert_same(&mut shredder, Table::CloudTrail, &line);
    assert_same(&mut shredder, Table::CloudTrail, RECORD);
    let mut rows = ShreddedRows::default();
    let Shredded { record, row, sort, instant } =
        shredder.shred(line.as_bytes(), delivered(), &mut rows).unwrap();
    assert_eq!(instant, Some(1_791_594_123_000_000));
    assert_eq!((record.event_id, record.identity), (Some(&b"e"[..]), Some(&b"a"[..])));
    let (values, _, keys) = read(&rows, &row, &sort);
    assert_eq!(keys, [&b"s3.amazonaws.com"[..], b"GetObject", b"a", b"2026-10-10T01:02:03Z"]);
    let instants = &values[&shredder.shape.event_timestamp];
    assert_eq!(*instants, [(None, 1_791_594_123_000_000i64.to_le_bytes().to_vec())]);
    let nulls = &values[&shredder.shape.null_fields];
    let paths: Vec<&str> = nulls.iter().map(|(_, path)| std::str::from_utf8(path).unwrap()).collect();
    assert_eq!(paths, ["userIdentity.invokedBy", "errorCode", "responseElements"], "in the columns' order");
}

#[test]
fn what_is_not_as_expected_is_the_same_by_the_other_way() {
    let mut shredder = Shredder::new(Table::CloudTrail);
    let variants = [
        ("\"errorCode\":null", "\"errorCode\":7"),
        ("\"errorCode\":null", "\"errorCode\" : null"),
        ("\"errorCode\":null", "\"new\":null"),
        ("\"errorCode\":null", "\"eventName\":\"twice\""),
        ("\"errorCode\":null", "\"error\\u0043ode\":\"x\""),
        ("\"errorCode\":null", "\"errorCode\":\"\\ud800\""),
        ("\"errorCode\":null", "\"additionalEventData\": 1"),
        ("\"errorCode\":null", "\"additionalEventData\":\t[ 1 ]"),
        ("\"errorCode\":null", "\"errorCode\":nul"),
        ("\"errorCode\":null", "\"errorCode\":truex"),
        ("\"readOnly\":true", "\"readOnly\":\"true\""),
        ("\"readOnly\":true", "\"readOnly\":truefalse"),
        ("\"eventID\":\"e\"", "\"eventId\":\"e\""),
        ("\"eventID\":\"e\"", "\"eventID\":\"\""),
        ("\"eventID\":\"e\"", "\"eventID\":null"),
        ("\"arn\":\"a\\u0041\"", "\"arn\":null"),
        ("\"arn\":\"a\\u0041\"", "\"arn\":\"\""),
        ("\"eventTime\":\"2026-10-10T01:02:03Z\"", "\"eventTime\":\"soon\""),
        ("\"eventTime\":\"2026-10-10T01:02:03Z\"", "\"eventTime\":\"2026-10-10T01:02:0\\u0033Z\""),
        ("\"eventTime\":\"2026-10-10T01:02:03Z\"", "\"eventTime\":\"2026-10-12T01:02:03Z\""),
        (
            "\"eventTime\":\"2026-10-10T01:02:03Z\"",
            "\"timeWindow\":{\"windowStart\":\"2026-10-10T01:02:03Z\"}",
        ),
        ("{\"type\":\"t\"}", "null"),
        ("{\"type\":\"t\"}", "{\"type\":null}"),
        ("{\"type\":\"t\"}", "{\"type\":\"a\",\"type\":\"b\"}"),
        ("{\"type\":\"t\"}", "{\"unknown\":\"t\"}"),
        ("[{\"ARN\":\"r1\",\"accountId\":\"1\"},{\"type\":\"t\"},{}]", "[]"),
        ("}}", "}}}"),
        ("}}", "}"),
    ];
    for (from, to) in variants {
        assert!(RECORD.contains(from), "{from}");
        assert_same(&mut shredder, Table::CloudTrail, &RECORD.replacen(from, to, 1));
    }
    for end in 0..RECORD.len() {
        assert_same(&mut shredder, Table::CloudTrail, &RECORD[..end]);
    }
}

#[test]
fn values_of_any_length_come_back() {
    let mut shredder = Shredder::new(Table::CloudTrail);
    for length in [0, 1, 253, 254, 255, 256, 65_535, 65_536, 200_000] {
        let text = "x".repeat(length);
        let line =
            format!(r#"{{"userAgent":"{text}","resources":[{{"ARN":"{text}"}}],"eventName":"after"}}"#);
        assert_same(&mut shredder, Table::CloudTrail, &line);
    }
}

#[test]
fn text_that_is_not_utf_8_is_read_as_before() {
    let line = b"{\"eventName\":\"\xff\",\"eventID\":\"e\"}";
    let mut rows = ShreddedRows::default();
    let mut shredder = Shredder::new(Table::CloudTrail);
    let Shredded { record, row, sort, instant } = shredder.shred(line, delivered(), &mut rows).unwrap();
    assert_eq!(Ok(record), Record::from_line(line));
    assert_eq!(Ok((record, read(&rows, &row, &sort), instant)), odd(Table::CloudTrail, line));
}

#[test]
fn a_row_that_is_taken_back_leaves_nothing() {
    let mut shredder = Shredder::new(Table::CloudTrail);
    let mut rows = ShreddedRows::default();
    let shredded = shredder.shred(RECORD.as_bytes(), delivered(), &mut rows).unwrap();
    rows.truncate(&shredded.row);
    assert_eq!(rows.start(), ShreddedRow::default());
}

/// The instant of a record of a table, which the value of eventTimestamp must be; whether the short way read it.
fn instant(table: Table, line: &str) -> (Option<i64>, bool) {
    let (mut shredder, mut rows) = (Shredder::new(table), ShreddedRows::default());
    assert_same(&mut shredder, table, line);
    let shredded = shredder.shred(line.as_bytes(), delivered(), &mut rows).unwrap();
    let (values, ..) = read(&rows, &shredded.row, &shredded.sort);
    let expected = shredded.instant.map(|micros| vec![(None, micros.to_le_bytes().to_vec())]);
    assert_eq!(values.get(&shredder.shape.event_timestamp), expected.as_ref(), "{line}");
    (shredded.instant, is_expected(&mut shredder, line.as_bytes()))
}

#[test]
fn the_event_timestamp_is_the_instant_of_a_dated_record() {
    let midnight = 1_791_590_400_000_000;
    for (time, after) in [
        ("2026-10-10T00:00:00Z", 0),
        ("2026-10-10T00:00:00.0000019Z", 1),
        ("2026-10-10T01:00:00+02:00", -3_600_000_000),
        ("2026-10-11T23:59:59.999999Z", 2 * 86_400_000_000 - 1),
    ] {
        let expected = Some(midnight + after);
        let line = format!(r#"{{"eventTime":"{time}","eventName":"n"}}"#);
        assert_eq!(instant(Table::CloudTrail, &line), (expected, true), "{time}");
        let line = format!(r#"{{"eventTime":"{time}","eventName":7}}"#);
        assert_eq!(instant(Table::CloudTrail, &line), (expected, false), "{time}");
        let line = format!(r#"{{"eventTime":"1970-01-01T00:00:00Z","eventTime":"{time}"}}"#);
        assert_eq!(instant(Table::CloudTrail, &line), (expected, false), "{time}: of two the last");
        let line = format!(r#"{{"timeWindow":{{"windowStart":"{time}","windowSize":"PT5M"}}}}"#);
        assert_eq!(instant(Table::Aggregated, &line), (expected, true), "{time}");
        assert_eq!(instant(Table::Insight, &line), (expected, false), "{time}");
    }
}

#[test]
fn an_undated_record_has_no_event_timestamp() {
    for time in [
        "",
        "soon",
        "1970-01-01T00:00:00Z",
        "2012-12-31T23:59:59Z",
        "2026-10-12T00:00:00Z",
        "9999-12-31T00:00:00Z",
    ] {
        let line = format!(r#"{{"eventTime":"{time}"}}"#);
        assert_eq!(instant(Table::CloudTrail, &line), (None, true), "{time}");
        let line = format!(r#"{{"eventTime":"{time}","eventName":7}}"#);
        assert_eq!(instant(Table::CloudTrail, &line), (None, false), "{time}");
        let line = format!(r#"{{"timeWindow":{{"windowStart":"{time}"}}}}"#);
        assert_eq!(instant(Table::Aggregated, &line), (None, true), "{time}");
    }
    for line in ["{}", r#"{"eventTime":null}"#, r#"{"eventTime":"2026-10-10T00:00:00Z","eventTime":null}"#] {
        assert_eq!(instant(Table::CloudTrail, line).0, None, "{line}");
    }
}

/// A value of the type a column has; now and then of another.
fn value(column: Column) -> BoxedStrategy<String> {
    let odd =
        select(&["null", "7", "true", "\"\\ud800\"", "\"é\\n\"", "[]", "{}", "[{}]", "{\"a\":\"b\"}"][..]);
    let text = prop_oneof![
        4 => "[a-z:/é]{0,20}".prop_map(|text| format!("\"{text}\"")),
        1 => Just("\"2026-10-10T01:02:03Z\"".to_owned()),
        1 => Just("\"a\\\"b\\u00e9\"".to_owned()),
    ];
    let usual = match column.column_type {
        ColumnType::Struct(members) => object(members, 1),
        ColumnType::StructList { members, .. } => {
            vec(object(members, 1), 0..4).prop_map(|items| format!("[{}]", items.join(","))).boxed()
        }
        ColumnType::Boolean | ColumnType::BooleanText => {
            select(&["true", "false"][..]).prop_map(str::to_owned).boxed()
        }
        ColumnType::Json => select(&["{\"a\":[1.0,null]}", "{}", "[ 1 ]", "\"x\"", "1e400"][..])
            .prop_map(str::to_owned)
            .boxed(),
        _ => text.boxed(),
    };
    prop_oneof![12 => usual, 1 => odd.prop_map(str::to_owned)].boxed()
}

/// An object of some of the columns, in any order.
fn object(columns: &'static [Column], odd: u32) -> BoxedStrategy<String> {
    let name = select(columns).prop_map(|column| (column.name.to_owned(), column));
    let unknown = (Just("unknown".to_owned()), select(columns));
    let member = prop_oneof![40 => name.boxed(), odd => unknown.boxed()];
    (vec(member, 0..10), any::<Index>())
        .prop_flat_map(|(mut members, keep)| {
            // mostly each once
            if keep.index(10) > 0 {
                members.sort_by(|a, b| a.0.cmp(&b.0));
                members.dedup_by(|a, b| a.0 == b.0);
            }
            let values: Vec<_> = members.iter().map(|(_, column)| value(*column)).collect();
            (Just(members), values)
        })
        .prop_map(|(members, values)| {
            let members = members.iter().zip(values).map(|((name, _), value)| format!("\"{name}\":{value}"));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        })
        .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn both_ways_make_the_same_of_any_records(
        main in vec(object(columns(Table::CloudTrail), 1), 1..4),
        insight in object(columns(Table::Insight), 1),
        aggregated in object(columns(Table::Aggregated), 1),
    ) {
        let mut shredder = Shredder::new(Table::CloudTrail);
        main.iter().for_each(|line| assert_same(&mut shredder, Table::CloudTrail, line));
        assert_same(&mut Shredder::new(Table::Insight), Table::Insight, &insight);
        assert_same(&mut Shredder::new(Table::Aggregated), Table::Aggregated, &aggregated);
    }

    #[test]
    fn bytes_of_any_kind_are_refused_alike(at in any::<Index>(), byte in any::<u8>()) {
        let mut line = RECORD.as_bytes().to_vec();
        let at = at.index(line.len());
        line[at] = byte;
        if let Ok(line) = String::from_utf8(line) {
            assert_same(&mut Shredder::new(Table::CloudTrail), Table::CloudTrail, &line);
        }
    }
}
