use super::*;
use proptest::prelude::*;

/// The instant of a record with this line.
fn of_line(line: &str) -> Option<i64> {
    event_instant(&Record::from_line(line.as_bytes()).unwrap())
}

/// The instant of a record with this eventTime.
fn of_time(time: &str) -> Option<i64> {
    of_line(&format!(r#"{{"eventID":"e","eventTime":"{time}"}}"#))
}

#[test]
fn what_cloudtrail_writes() {
    assert_eq!(of_time("1970-01-01T00:00:00Z"), Some(0));
    assert_eq!(of_time("2023-07-10T11:45:00Z"), Some(1_688_989_500_000_000));
    assert_eq!(of_time("2024-02-29T23:59:59Z"), Some(1_709_251_199_000_000));
    assert_eq!(of_time("1969-12-31T23:59:59Z"), Some(-1_000_000));
    assert!(usual_micros(b"2023-07-10T11:45:00Z").is_some(), "without the parser");
}

#[test]
fn odd_but_known_instants() {
    assert_eq!(of_time("2023-07-10T13:45:00.123456789+02:00"), Some(1_688_989_500_123_456));
    assert_eq!(of_time("2023-07-10t11:45:00z"), Some(1_688_989_500_000_000));
    assert_eq!(of_time("2023-07-10T11:45\\u003a00Z"), Some(1_688_989_500_000_000));
    assert_eq!(of_time("2016-12-31T23:59:60Z"), of_time("2016-12-31T23:59:59Z"));
}

#[test]
fn fractions_of_a_microsecond_are_dropped_towards_the_past() {
    assert_eq!(of_time("1970-01-01T00:00:00.000001999Z"), Some(1));
    assert_eq!(of_time("1970-01-01T00:00:00.000000999Z"), Some(0));
    assert_eq!(of_time("1969-12-31T23:59:59.999999999Z"), Some(-1));
    assert_eq!(of_time("1969-12-31T23:59:59.999999Z"), Some(-1));
    assert_eq!(of_time("1969-12-31T23:59:59.999998999Z"), Some(-2));
    assert_eq!(of_time("1969-12-31T23:59:58.999999999Z"), Some(-1_000_001));
}

#[test]
fn what_is_not_an_instant_is_none() {
    for time in [
        "2023-07-10",
        "2023-07-10T11:45:00",
        "yesterday",
        "1688989500",
        "\\u0000",
        "\\ud800",
        "2023-00-10T00:00:00Z",
        "2023-13-10T00:00:00Z",
        "2023-07-00T00:00:00Z",
        "2023-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "2023-04-31T00:00:00Z",
        "2023-07-10T24:00:00Z",
        "2023-07-10T23:60:00Z",
        "2023-07-10T23:59:61Z",
        "2023-07-10T11:45:0:Z",
        "2023-07-10T11:45:0/Z",
        "9999-12-31T23:59:59Z",
    ] {
        assert_eq!(of_time(time), None, "{time}");
    }
}

#[test]
fn an_aggregated_event_has_the_start_of_its_window() {
    let start = Some(1_688_989_500_000_000);
    let window = r#""timeWindow":{"windowStart":"2023-07-10T11:45:00Z","windowEnd":"2023-07-10T11:50:00Z"}"#;
    assert_eq!(of_line(&format!(r#"{{"eventId":"e",{window}}}"#)), start);
    assert_eq!(of_line(&format!(r#"{{"eventTime":null,{window}}}"#)), start);
    assert_eq!(of_line(&format!(r#"{{"eventTime":"",{window}}}"#)), start);
    assert_eq!(of_line(r#"{"time\u0057indow":{"windowStart":"2023-07-10T13:45\u003a00+02:00"}}"#), start);
    assert_eq!(
        of_line(&format!(r#"{{"timeWindow":{{"windowStart":"2020-01-01T00:00:00Z"}},{window}}}"#)),
        start
    );
}

#[test]
fn the_window_does_not_count_where_there_is_an_event_time() {
    let window = r#""timeWindow":{"windowStart":"2023-07-10T11:45:00Z"}"#;
    assert_eq!(of_line(&format!(r#"{{"eventTime":"1970-01-01T00:00:01Z",{window}}}"#)), Some(1_000_000));
    assert_eq!(of_line(&format!(r#"{{"eventTime":"yesterday",{window}}}"#)), None);
}

#[test]
fn a_record_without_any_time_has_no_instant() {
    for line in [
        "{}",
        r#"{"windowStart":"2023-07-10T11:45:00Z"}"#,
        r#"{"timeWindow":null}"#,
        r#"{"timeWindow":"2023-07-10T11:45:00Z"}"#,
        r#"{"timeWindow":{}}"#,
        r#"{"timeWindow":{"windowStart":1688989500}}"#,
        r#"{"timeWindow":{"windowStart":"\ud800"}}"#,
        r#"{"timeWindow":{"windowStart":"2023-07-10T11:45:00Z"},"timeWindow":[]}"#,
    ] {
        assert_eq!(of_line(line), None, "{line}");
    }
}

/// Every day of the calendar, and one day past the end of each month, in the centuries that have all kinds of leap year.
#[test]
fn every_day_has_the_instant_that_jiff_gives_it() {
    for year in (1..=4).chain(1890..=2110).chain([2400, 9998, 9999]) {
        for month in 0..=13 {
            for day in 0..=32 {
                let time = format!("{year:04}-{month:02}-{day:02}T01:02:03Z");
                assert_eq!(of_time(&time), parsed_micros(&time), "{time}");
            }
        }
    }
}

/// Two digits: mostly those that a field may have, and the first that it may not.
fn field(last: u8) -> impl Strategy<Value = String> {
    prop_oneof![9 => 0..=last + 1, 1 => 0..=99u8].prop_map(|number| format!("{number:02}"))
}

/// Texts of the usual shape, mostly instants.
fn usual_shape() -> impl Strategy<Value = String> {
    let year = prop_oneof![
        4 => 1960..=2100u16,
        4 => 0..=9999u16,
        1 => proptest::sample::select(vec![0, 1, 1900, 2000, 9998, 9999u16])
    ];
    (year, field(12), field(31), field(23), field(59), field(60)).prop_map(
        |(year, month, day, hour, minute, second)| {
            format!("{year:04}-{month}-{day}T{hour}:{minute}:{second}Z")
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_usual_shape_has_the_instant_that_jiff_gives_it(time in usual_shape()) {
        prop_assert_eq!(of_time(&time), parsed_micros(&time));
    }

    #[test]
    fn a_byte_off_the_usual_shape_is_what_jiff_makes_of_it(time in usual_shape(), at in 0..20usize, byte in "[ -!#-\\[\\]-~]") {
        let mut time = time;
        time.replace_range(at..=at, &byte);
        prop_assert_eq!(of_time(&time), parsed_micros(&time));
    }

    #[test]
    fn a_fraction_or_an_offset_is_what_jiff_makes_of_it(
        time in "(1969|2026)-1[0-2]-[0-3][0-9]T[0-2][0-9]:59:59(\\.[0-9]{1,9})?(Z|[+-]0[0-9]:30|)"
    ) {
        let instant: Option<jiff::Timestamp> = time.parse().ok();
        let micros = instant.map(|instant| i64::try_from(instant.as_nanosecond().div_euclid(1_000)).unwrap());
        prop_assert_eq!(of_time(&time), micros);
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,40}") {
        let record = Record { event_time: Some(&text), ..Record::from_line(b"{}").unwrap() };
        let _ = event_instant(&record);
    }
}
