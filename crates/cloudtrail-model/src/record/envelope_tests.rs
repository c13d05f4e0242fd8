use super::*;
use proptest::prelude::*;
use serde_json::value::RawValue;

fn parse(text: &str) -> Result<LogFile, EnvelopeError> {
    LogFile::parse(text.as_bytes().to_vec(), &Limits::default())
}

fn lines(text: &str) -> Vec<String> {
    parse(text).unwrap().records().map(|r| String::from_utf8(r.line.to_vec()).unwrap()).collect()
}

#[test]
fn records_keep_every_byte() {
    let odd = r#"{"z":0.0,"a":1.688E9,"k":"\u003d\/","n":9007199254740993,"a":[],"e":{"":null},"t":1e-7}"#;
    assert_eq!(lines(&format!(r#"{{"Records":[{odd},{odd}]}}"#)), [odd, odd]);
}

#[test]
fn only_space_between_tokens_goes() {
    let pretty = "\u{feff}{\r\n  \"x\" : 1,\n  \"Records\" : [ {\n \"a b\" : \" c \\\" \\\\\" , \"d\" : [ 1 , 2 ]\n } , {} ] }\n";
    assert_eq!(lines(pretty), [r#"{"a b":" c \" \\","d":[1,2]}"#, "{}"]);
}

#[test]
fn members_around_records_are_checked_and_left() {
    assert_eq!(lines(r#"{"a":[{"Records":[]}],"Records":[{}],"Records2":[{"x":1}]}"#), ["{}"]);
    assert!(parse(r#"{"Records":[{}],"a":nul}"#).is_err());
    assert_eq!(lines(r#"{"Records":[]}"#), Vec::<String>::new());
    assert_eq!(lines(r#"{"\u0052ecords":[{"x":1}]}"#), [r#"{"x":1}"#]);
}

#[test]
fn every_refusal_has_its_reason() {
    let deep = format!(r#"{{"Records":[{{"a":{}"#, "[".repeat(100_000));
    let cases = [
        ("", "truncated_json"),
        ("{", "truncated_json"),
        (r#"{"Records":[{"a":1},"#, "truncated_json"),
        (r#"{"Records":[{"a":1}]"#, "truncated_json"),
        ("garbage", "not_json"),
        ("[]", "not_json"),
        (r#"{"Records":[{"a":1}]}{"Records":[]}"#, "not_json"),
        (r#"{"Records":[{"a":1}{"b":2}]}"#, "not_json"),
        (r#"{"Records":[{"a":01}]}"#, "not_json"),
        ("{}", "no_records"),
        (r#"{"records":[]}"#, "no_records"),
        (r#"{"Records":null}"#, "records_not_array"),
        (r#"{"Records":{"a":1}}"#, "records_not_array"),
        (r#"{"Records":[],"Records":[{}]}"#, "records_repeated"),
        (r#"{"Records":[{},5]}"#, "record_not_object"),
        (r#"{"Records":[null]}"#, "record_not_object"),
        (&deep, "too_deep"),
    ];
    for (text, reason) in cases {
        let error = parse(text).unwrap_err();
        assert_eq!(error.reason(), reason, "{text:.60}: {error}");
    }
    let not_utf8 =
        LogFile::parse(b"{\"Records\":[{\"a\":\"\xff\"}]}".to_vec(), &Limits::default()).unwrap_err();
    assert_eq!(not_utf8, EnvelopeError::NotUtf8 { at: 18 });
}

#[test]
fn limits_hold() {
    let parse =
        |text: &str, limits: Limits| LogFile::parse(text.as_bytes().to_vec(), &limits).map(|file| file.len());
    let default = Limits::default();
    let two = r#"{"Records":[{"a":1},{"b":22}]}"#;
    assert_eq!(parse(two, default), Ok(2));
    let limit = |l: Result<usize, EnvelopeError>| l.unwrap_err().reason();
    assert_eq!(limit(parse(two, Limits { max_raw_bytes: 29, ..default })), "too_large");
    assert_eq!(limit(parse(two, Limits { max_record_bytes: 7, ..default })), "record_too_large");
    assert_eq!(limit(parse(two, Limits { max_records: 1, ..default })), "too_many_records");
    let spaced = r#"{"Records":[{"a" : 1},{"b":2}]}"#;
    assert_eq!(
        parse(spaced, Limits { max_record_bytes: 7, ..default }),
        Ok(2),
        "the limit is on what is kept"
    );
}

#[test]
fn the_header_is_what_the_record_says() {
    let text = r#"{"userIdentity":{"type":"AssumedRole","accountId":"1","arn":"arn:x","principalId":"P"},"eventTime":"2026-11-22T10:00:00Z",
        "eventSource":"s3.amazonaws.com","requestParameters":{"eventID":"inner"},"eventName":"GetObject","event\u0049D":"e-1"}"#;
    let file = parse(&format!(r#"{{"Records":[{text}]}}"#)).unwrap();
    let record = file.record(0);
    assert_eq!(record.event_id, Some(&b"e-1"[..]));
    assert_eq!(record.event_time, Some("2026-11-22T10:00:00Z"));
    assert_eq!(record.event_source, Some(&b"s3.amazonaws.com"[..]));
    assert_eq!(record.event_name, Some(&b"GetObject"[..]));
    assert_eq!(record.identity, Some(&b"arn:x"[..]));
    assert_eq!(Record::from_line(record.line).unwrap(), record);
}

#[test]
fn an_aggregated_event_is_identified_by_its_own_member() {
    let file =
        parse(r#"{"Records":[{"eventId":"a"},{"eventId":"b","eventID":"c"},{"eventID":"","eventId":"d"}]}"#)
            .unwrap();
    let ids: Vec<_> = file.records().map(|record| record.event_id.unwrap()).collect();
    assert_eq!(ids, [b"a", b"c", b"d"]);
}

#[test]
fn a_header_of_odd_types_is_empty() {
    let text = r#"{"Records":[{"eventID":5,"eventTime":null,"eventSource":["x"],"eventName":{"a":1},"userIdentity":"root"},
        {"eventID":"","userIdentity":{"arn":7,"invokedBy":"x"}},{"eventID":"a","eventID":"b"}]}"#;
    let file = parse(text).unwrap();
    let odd = file.record(0);
    assert_eq!(
        (odd.event_id, odd.event_time, odd.event_source, odd.event_name, odd.identity),
        Default::default()
    );
    assert_eq!(file.record(1).event_id, None);
    assert_eq!(file.record(2).event_id, Some(&b"b"[..]));
}

#[test]
fn a_line_that_is_no_record_is_refused() {
    for line in ["", "5", "{}{}", "{\"a\":1", "null"] {
        assert!(Record::from_line(line.as_bytes()).is_err(), "{line}");
    }
}

proptest! {
    #[test]
    fn splitting_agrees_with_serde(values in proptest::collection::vec((".{0,12}", any::<i64>(), any::<f64>()), 0..8)) {
        let records: Vec<String> = values
            .iter()
            .map(|(text, int, float)| serde_json::json!({"t": text, text.as_str(): [int, float, {"x": text}]}).to_string())
            .collect();
        let text = format!(r#"{{"a":1,"Records":[{}],"b":[]}}"#, records.join(","));
        #[derive(serde::Deserialize)]
        struct Envelope<'a> {
            #[serde(borrow, rename = "Records")]
            records: Vec<&'a RawValue>,
        }
        let naive: Envelope<'_> = serde_json::from_str(&text).unwrap();
        let naive: Vec<&str> = naive.records.iter().map(|record| record.get()).collect();
        prop_assert_eq!(lines(&text), naive);
    }

    #[test]
    fn no_bytes_panic(text in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = LogFile::parse(text, &Limits::default());
    }

    #[test]
    fn no_token_soup_panics(text in r#"(\{|\}|\[|\]|,|:|"Records"|"eventID"|"userIdentity"|"arn"|"a"|1|null| |\\|\n){0,60}"#) {
        let _ = LogFile::parse(text.clone().into_bytes(), &Limits::default());
        let _ = Record::from_line(text.as_bytes());
    }
}
