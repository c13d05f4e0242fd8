use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMicrosecondType;
use arrow_array::{Array, ListArray, RecordBatch, StringArray, StructArray};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::statistics::Statistics;

use super::*;
use crate::arrow_schema;
use crate::testing::encoded_rows::{parquet_of, rows_of};

fn row(line: &str) -> RecordBatch {
    rows_of(parquet_of(Table::CloudTrail, &[line.as_bytes()]))
}

fn text<'a>(batch: &'a RecordBatch, path: &str) -> Option<&'a str> {
    let mut names = path.split('.');
    let mut array = batch.column_by_name(names.next()?)?;
    for name in names {
        let inside: &StructArray = array.as_struct();
        array = inside.column_by_name(name)?;
    }
    let texts: &StringArray = array.as_string();
    texts.is_valid(0).then(|| texts.value(0))
}

fn nulls(batch: &RecordBatch) -> Vec<String> {
    let lists: &ListArray = batch.column_by_name("nullFields").unwrap().as_list();
    if lists.is_null(0) {
        return Vec::new();
    }
    let paths = lists.value(0);
    let paths: &StringArray = paths.as_string();
    paths.iter().flatten().map(str::to_owned).collect()
}

/// The eventTimestamp of a record that was delivered on 2026-11-22, in microseconds after the start of that day.
fn timestamp(table: Table, line: &str) -> Option<i64> {
    let batch = rows_of(parquet_of(table, &[line.as_bytes()]));
    let times = batch.column_by_name("eventTimestamp").unwrap().as_primitive::<TimestampMicrosecondType>();
    times.is_valid(0).then(|| times.value(0) - 1_795_305_600_000_000)
}

#[test]
fn members_fill_the_columns_that_have_their_names() {
    let batch = row(r#"{"eventName":"GetObject","readOnly":true,"managementEvent":false,
        "userIdentity":{"arn":"a","sessionContext":{"sessionIssuer":{"userName":"u"}}},
        "requestParameters":{ "n" : 1.0 },"resources":[{"ARN":"r1"},{"ARN":"r2"}]}"#);
    assert_eq!(text(&batch, "eventName"), Some("GetObject"));
    assert_eq!(text(&batch, "readOnly"), Some("true"));
    assert!(!batch.column_by_name("managementEvent").unwrap().as_boolean().value(0));
    assert_eq!(text(&batch, "userIdentity.arn"), Some("a"));
    assert_eq!(text(&batch, "userIdentity.sessionContext.sessionIssuer.userName"), Some("u"));
    assert_eq!(text(&batch, "requestParameters"), Some(r#"{ "n" : 1.0 }"#));
    let resources: &ListArray = batch.column_by_name("resources").unwrap().as_list();
    assert_eq!(resources.value_length(0), 2);
    assert_eq!((text(&batch, "extraFields"), text(&batch, "rawRecord"), nulls(&batch)), (None, None, vec![]));
}

#[test]
fn null_is_null_in_the_column_and_named_beside() {
    let batch = row(
        r#"{"requestParameters":null,"eventName":null,"userIdentity":{"sessionContext":{"attributes":null}}}"#,
    );
    assert_eq!(text(&batch, "requestParameters"), None);
    assert_eq!(text(&batch, "eventName"), None);
    let mut paths = nulls(&batch);
    paths.sort();
    assert_eq!(paths, ["eventName", "requestParameters", "userIdentity.sessionContext.attributes"]);
}

#[test]
fn what_no_column_holds_is_in_extra_fields_where_it_was() {
    let batch = row(
        r#"{"eventName":7,"new":{"a":1},"userIdentity":{"type":true,"sessionContext":{"more":[ 1.0 ]}}}"#,
    );
    // the column still has something to query
    assert_eq!(text(&batch, "eventName"), Some("7"));
    assert_eq!(
        text(&batch, "extraFields"),
        Some(
            r#"{"new":{"a":1},"userIdentity":{"type":true,"sessionContext":{"more":[ 1.0 ]}},"eventName":7}"#
        )
    );
}

#[test]
fn a_record_with_a_member_twice_keeps_its_text() {
    let line = r#"{"eventName":"a","userIdentity":{"arn":1,"arn":2}}"#;
    assert_eq!(text(&row(line), "rawRecord"), Some(line));
    assert_eq!(
        text(&row(r#"{"requestParameters":{"a":1,"a":2}}"#), "rawRecord"),
        None,
        "kept as written anyway"
    );
}

#[test]
fn event_timestamp_is_the_instant_that_decides_the_event_day_in_microseconds() {
    for table in Table::ALL {
        let at = |time: &str| timestamp(table, &format!(r#"{{"eventTime":"{time}","eventID":"e"}}"#));
        assert_eq!(at("2026-11-22T00:00:01Z"), Some(1_000_000), "{table}");
        assert_eq!(at("2026-11-22T00:00:01.0000019Z"), Some(1_000_001), "{table}");
        assert_eq!(at("2026-11-22T01:00:00+02:00"), Some(-3_600_000_000), "{table}");
        assert_eq!(at("2026-11-22T00:00:0\\u0031Z"), Some(1_000_000), "{table}");
        assert_eq!(at("2026-11-23T23:59:59.999999Z"), Some(2 * 86_400_000_000 - 1), "{table}");
        assert!(at("2013-01-01T00:00:00Z").is_some(), "{table}");
        let window = r#"{"eventId":"e","timeWindow":{"windowStart":"2026-11-22T00:05:00Z","windowEnd":"2026-11-22T00:10:00Z"}}"#;
        assert_eq!(timestamp(table, window), Some(300_000_000), "{table}");
        let twice = r#"{"eventTime":"2026-11-22T00:00:01Z","eventTime":"2026-11-22T00:00:02Z"}"#;
        assert_eq!(timestamp(table, twice), Some(2_000_000), "{table}: the last counts");
    }
}

#[test]
fn event_timestamp_is_null_for_undated_records() {
    let times = [
        "soon",
        "1970-01-01T00:00:01Z",
        "2012-12-31T23:59:59Z",
        "2026-11-24T00:00:00Z",
        "9999-01-01T00:00:00Z",
    ];
    for table in Table::ALL {
        for time in times {
            assert_eq!(timestamp(table, &format!(r#"{{"eventTime":"{time}"}}"#)), None, "{table}: {time}");
            let window = format!(r#"{{"timeWindow":{{"windowStart":"{time}"}}}}"#);
            assert_eq!(timestamp(table, &window), None, "{table}: {time}");
        }
        for odd in [r#"{}"#, r#"{"eventTime":7}"#, r#"{"eventTime":null}"#] {
            assert_eq!(timestamp(table, odd), None, "{table}: {odd}");
        }
    }
    assert_eq!(text(&row(r#"{"eventTime":"soon"}"#), "eventTime"), Some("soon"));
}

#[test]
fn undated_records_do_not_widen_the_statistics_of_event_timestamp() {
    let times =
        ["2026-11-22T00:00:01Z", "1970-01-01T00:00:00Z", "9999-01-01T00:00:00Z", "2026-11-22T00:00:02Z"];
    let lines = times.map(|time| format!(r#"{{"eventTime":"{time}"}}"#));
    let lines: Vec<&[u8]> = lines.iter().map(|line| line.as_bytes()).collect();
    let file = SerializedFileReader::new(parquet_of(Table::CloudTrail, &lines)).unwrap();
    let group = file.metadata().row_group(0);
    let chunk =
        group.columns().iter().find(|chunk| chunk.column_path().string() == "eventTimestamp").unwrap();
    let Some(Statistics::Int64(statistics)) = chunk.statistics() else { panic!("no statistics of numbers") };
    let second = 1_000_000;
    let least = 1_795_305_600 * second + second;
    assert_eq!((statistics.min_opt(), statistics.max_opt()), (Some(&least), Some(&(least + second))));
    assert_eq!(statistics.null_count_opt(), Some(2));
}

#[test]
fn every_table_has_rows_of_its_own_schema() {
    for table in Table::ALL {
        let lines: [&[u8]; 2] = [br#"{"eventTime":"1970-01-01T00:00:01Z","eventID":"e","x":1}"#, b"{}"];
        let batch = rows_of(parquet_of(table, &lines));
        assert_eq!((batch.num_rows(), batch.schema().as_ref()), (2, &arrow_schema(table)));
        assert_eq!(rows_of(parquet_of(table, &[])).num_rows(), 0);
    }
}
