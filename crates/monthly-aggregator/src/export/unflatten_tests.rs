use std::fs;
use std::io::Read;

use arrow_array::cast::AsArray;
use cloudtrail_corpus::{OrganizationConfig, day_objects};
use cloudtrail_model::{Column, ColumnType, Limits, LogFile};
use flate2::read::MultiGzDecoder;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::testing::encoded_rows::{parquet_of, rows_of};
use crate::testing::round_trip::assert_lossless;

/// Whether the record at a row needed its whole text next to its columns.
fn is_raw(batch: &RecordBatch, row: usize) -> bool {
    batch.column_by_name(RAW_RECORD).unwrap().is_valid(row)
}

const ODD: &[&str] = &[
    r#"{}"#,
    r#"{"eventName":null}"#,
    r#"{"eventName":7,"eventSource":true,"awsRegion":[],"userAgent":{"a":1}}"#,
    r#"{"eventName":"\ud800","userAgent":"\udc00 \u0000 \/ \u003d é 𝄞"}"#,
    r#"{"\ud800":1,"\\ud800":2}"#,
    r#"{"eventVersion":1.080,"x":1e400,"y":-0.0,"z":123456789012345678901234567890.10,"w":5e-324}"#,
    r#"{"EVENTNAME":"a","eventname":"b","eventName":"c","EventName":null}"#,
    r#"{"event\u004eame":"the name is escaped"}"#,
    r#"{"eventTimestamp":"mine","extraFields":{"eventName":"x"},"nullFields":["eventName"],"rawRecord":"{}"}"#,
    r#"{"extraFields":null,"nullFields":null,"rawRecord":null}"#,
    r#"{"readOnly":true,"managementEvent":false}"#,
    r#"{"readOnly":"true","managementEvent":"false"}"#,
    r#"{"readOnly":null,"managementEvent":null}"#,
    r#"{"readOnly":1,"managementEvent":0}"#,
    r#"{"requestParameters":null,"responseElements":"null","additionalEventData":"","serviceEventDetails":0}"#,
    r#"{"requestParameters":{"a":{"a":1,"a":2}},"responseElements":[null,[]]}"#,
    r#"{"userIdentity":null}"#,
    r#"{"userIdentity":{}}"#,
    r#"{"userIdentity":[]}"#,
    r#"{"userIdentity":"root"}"#,
    r#"{"userIdentity":{"type":null,"userName":3,"unknown":{"deep":[1]},"arn":"a"}}"#,
    r#"{"userIdentity":{"sessionContext":null}}"#,
    r#"{"userIdentity":{"sessionContext":{}}}"#,
    r#"{"userIdentity":{"sessionContext":{"attributes":{"mfaAuthenticated":false,"new":null,"creationDate":null}}}}"#,
    r#"{"userIdentity":{"sessionContext":{"attributes":7,"sessionIssuer":{"type":{"x":null}}}}}"#,
    r#"{"userIdentity":{"sessionContext":{"webIdFederationData":{"federatedProvider":"p","attributes":{"a":"b"}}}}}"#,
    r#"{"userIdentity":{"sessionContext":{"webIdFederationData":{"attributes":{"a":1,"b":null,"c":"x"}}}}}"#,
    r#"{"userIdentity":{"sessionContext":{"webIdFederationData":{"attributes":{"a":"1","A":"2","":"3"}}}}}"#,
    r#"{"userIdentity":{"sessionContext":{"webIdFederationData":{"attributes":{"a":"1","a":"2"}}}}}"#,
    r#"{"userIdentity":{"sessionContext":{"webIdFederationData":{"attributes":{"\udc00":"1","x":"\ud800"}}}}}"#,
    r#"{"userIdentity":{"a.b":null,"sessionContext.attributes":null},"userIdentity.type":null}"#,
    r#"{"resources":[]}"#,
    r#"{"resources":[null]}"#,
    r#"{"resources":[{"ARN":"a","accountId":"1","type":"t"},{}]}"#,
    r#"{"resources":[{"ARN":"a","arn":"b"}]}"#,
    r#"{"resources":[{"ARN":null}]}"#,
    r#"{"resources":[{"ARN":1}]}"#,
    r#"{"resources":[{"ARN":"a","ARN":"a"}]}"#,
    r#"{"resources":[7,"x",[{}]]}"#,
    r#"{"resources":{"ARN":"a"}}"#,
    r#"{"tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":null},"addendum":{"reason":[],"more":{"a":null}}}"#,
    r#"{"eventName":"a","eventName":"b"}"#,
    r#"{"unknown":1,"unknown":1}"#,
    r#"{"userIdentity":{"type":"a","type":"a"}}"#,
    r#"{"userIdentity":{"sessionContext":{"x":1,"x":2}}}"#,
    r#"{"eventTime":"2026-11-22T10:11:12Z"}"#,
    r#"{"eventTime":"2026-11-22T10:11:12.123456789Z"}"#,
    r#"{"eventTime":"2026-11-22T10:11:12+05:30"}"#,
    r#"{"eventTime":"yesterday"}"#,
    r#"{"eventTime":1795000000}"#,
    r#"{"eventTime":null}"#,
    r#"{"":"no name","a b":1,"\"":2,"\n":3}"#,
];

#[test]
fn odd_records_come_back_from_every_table() {
    let lines: Vec<&[u8]> = ODD.iter().map(|line| line.as_bytes()).collect();
    for table in Table::ALL {
        assert_lossless(table, &lines);
    }
}

#[test]
fn the_whole_text_is_kept_for_repeated_members_alone() {
    let lines: Vec<&[u8]> = ODD.iter().map(|line| line.as_bytes()).collect();
    let batch = assert_lossless(Table::CloudTrail, &lines);
    let kept: Vec<&str> = (0..lines.len()).filter(|row| is_raw(&batch, *row)).map(|row| ODD[row]).collect();
    assert_eq!(
        kept,
        [
            r#"{"\ud800":1,"\\ud800":2}"#,
            r#"{"eventName":"a","eventName":"b"}"#,
            r#"{"unknown":1,"unknown":1}"#,
            r#"{"userIdentity":{"type":"a","type":"a"}}"#,
            r#"{"userIdentity":{"sessionContext":{"x":1,"x":2}}}"#,
        ]
    );
}

#[test]
fn a_batch_of_a_newer_table_is_refused_rather_than_lost() {
    let batch = rows_of(parquet_of(Table::CloudTrail, &[]));
    let error = append_lines(&batch, Table::Insight, &mut Vec::new()).unwrap_err().to_string();
    assert!(error.contains("userIdentity") && error.contains("upgrade"), "{error}");
}

#[test]
fn a_batch_without_later_columns_is_read_too() {
    let line = br#"{"eventName":"GetObject","tlsDetails":{"tlsVersion":"1.3"}}"#;
    let batch = rows_of(parquet_of(Table::CloudTrail, &[line]));
    let only = batch.project(&[4]).unwrap();
    let mut ndjson = Vec::new();
    append_lines(&only, Table::CloudTrail, &mut ndjson).unwrap();
    assert_eq!(String::from_utf8(ndjson).unwrap(), "{\"eventName\":\"GetObject\"}\n");
}

#[test]
fn made_up_log_files_come_back_and_few_need_their_text() {
    let config = OrganizationConfig { files: 60, records: 600, ..OrganizationConfig::article_day() };
    let mut raw = 0;
    for object in day_objects(&config, "2026-11-22".parse().unwrap()) {
        let Some(table) = object.kind.table() else { continue };
        let mut text = Vec::new();
        if MultiGzDecoder::new(&object.body[..]).read_to_end(&mut text).is_err() {
            continue;
        }
        let Ok(file) = LogFile::parse(text, &Limits::default()) else { continue };
        let lines: Vec<&[u8]> = file.records().map(|record| record.line).collect();
        let batch = assert_lossless(table, &lines);
        raw += (0..lines.len()).filter(|row| is_raw(&batch, *row)).count();
    }
    assert!(raw <= 3, "{raw} records need their whole text");
}

#[test]
fn every_real_sample_comes_back() {
    let Some(samples) = testkit::samples_dir() else { return };
    let mut records = 0;
    for entry in walkdir::WalkDir::new(samples) {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        let bytes = if entry.file_type().is_file() { fs::read(entry.path()).unwrap() } else { continue };
        let text = match name.ends_with(".gz") {
            true => {
                let mut text = Vec::new();
                if MultiGzDecoder::new(&bytes[..]).read_to_end(&mut text).is_err() {
                    continue;
                }
                text
            }
            false if name.ends_with(".json") => bytes,
            false => continue,
        };
        let Ok(file) = LogFile::parse(text, &Limits::default()) else { continue };
        let lines: Vec<&[u8]> = file.records().map(|record| record.line).collect();
        let batch = assert_lossless(Table::CloudTrail, &lines);
        assert!(
            (0..lines.len()).all(|row| !is_raw(&batch, row)),
            "{name}: columns hold all of a real record"
        );
        records += lines.len();
    }
    assert!(records >= 2_900, "only {records} records among the samples");
}

const SCALARS: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "-0.0",
    "1e400",
    "5E-324",
    "12345678901234567890",
    "1.10",
    r#""""#,
    r#""a""#,
    r#""\ud83d\ude00""#,
    r#""\ud800""#,
    r#""\u0000\"\\\/""#,
    r#""2026-11-22T10:11:12Z""#,
    "[]",
    "{}",
];

fn scalar() -> impl Strategy<Value = String> {
    let text = "[a-zé ]{0,6}".prop_map(|text| format!("\"{text}\""));
    prop_oneof![select(SCALARS).prop_map(str::to_owned), text]
}

/// Names at one level: those of the columns, in another case, escaped, unknown.
fn name(columns: &'static [Column]) -> BoxedStrategy<String> {
    let unknown =
        select(&["x", "", "a.b", "\\ud800", "extraFields", "EVENTNAME"][..]).prop_map(str::to_owned);
    if columns.is_empty() {
        return unknown.boxed();
    }
    let known = select(columns).prop_map(|column: Column| column.name.to_owned());
    let escaped =
        known.clone().prop_map(|name| format!("\\u{:04x}{}", u32::from(name.as_bytes()[0]), &name[1..]));
    prop_oneof![8 => known.clone(), 1 => known.prop_map(|name| name.to_uppercase()), 1 => escaped, 2 => unknown].boxed()
}

/// JSON of any shape, with names of the columns that may be at its depth.
fn json(columns: &'static [Column], depth: u32) -> BoxedStrategy<String> {
    if depth == 0 {
        return scalar().boxed();
    }
    let inner: Vec<&'static [Column]> = columns.iter().map(|column| column.column_type.members()).collect();
    let object = vec((name(columns), any::<Index>()), 0..8).prop_flat_map(move |names| {
        let values: Vec<_> = names
            .iter()
            .map(|(name, other)| {
                let column = columns.iter().position(|column| column.name == name);
                let below = match (column, inner.is_empty()) {
                    (Some(at), _) => inner[at],
                    (None, false) => inner[other.index(inner.len())],
                    (None, true) => &[],
                };
                json(below, depth - 1)
            })
            .collect();
        (Just(names), values).prop_map(|(names, values)| {
            let members = names.iter().zip(values).map(|((name, _), value)| format!("\"{name}\":{value}"));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        })
    });
    let array = vec(json(columns, depth - 1), 0..3).prop_map(|items| format!("[{}]", items.join(",")));
    prop_oneof![5 => object, 1 => array, 2 => scalar()].boxed()
}

fn record(table: Table) -> impl Strategy<Value = String> {
    json(columns(table), 4).prop_filter("a record is an object", |text| text.starts_with('{'))
}

proptest! {
    #![proptest_config(ProptestConfig { max_global_rejects: 100_000, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn any_record_comes_back(records in vec(record(Table::CloudTrail), 1..6)) {
        let lines: Vec<&[u8]> = records.iter().map(|record| record.as_bytes()).collect();
        assert_lossless(Table::CloudTrail, &lines);
    }

    #[test]
    fn any_record_of_the_other_tables_comes_back(
        insight in record(Table::Insight), aggregated in record(Table::Aggregated),
    ) {
        assert_lossless(Table::Insight, &[insight.as_bytes()]);
        assert_lossless(Table::Aggregated, &[aggregated.as_bytes()]);
    }
}

#[test]
fn the_property_reaches_every_kind_of_column() {
    // what `name` and `json` make of the columns: a guard against a test that cannot fail
    let kinds = |found: fn(ColumnType) -> bool| {
        fn any(columns: &[Column], found: fn(ColumnType) -> bool) -> bool {
            columns.iter().any(|c| found(c.column_type) || any(c.column_type.members(), found))
        }
        any(columns(Table::CloudTrail), found)
    };
    assert!(kinds(|t| matches!(t, ColumnType::TextMap { .. })));
    assert!(kinds(|t| matches!(t, ColumnType::StructList { .. })));
    let batch = rows_of(parquet_of(Table::CloudTrail, &[]));
    assert!(batch.column_by_name("userIdentity").unwrap().as_struct_opt().is_some());
}
