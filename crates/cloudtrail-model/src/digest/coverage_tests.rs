use super::*;
use crate::digest::testing::at;

fn spans(spans: &[(&str, &str)]) -> Vec<(Timestamp, Timestamp)> {
    let instant = |text: &str| at(&format!("2026-11-22T{text}:00Z"));
    spans.iter().map(|(from, to)| (instant(from), instant(to))).collect()
}

#[test]
fn spans_that_touch_are_one_and_others_stay_apart() {
    let coverage = Coverage::of(spans(&[
        ("03:00", "04:00"),
        ("01:00", "02:00"),
        ("02:00", "03:00"),
        ("05:00", "06:00"),
    ]));
    assert_eq!(coverage.spans, spans(&[("01:00", "04:00"), ("05:00", "06:00")]));
    let within = Coverage::of(spans(&[("01:00", "06:00"), ("02:00", "03:00")]));
    assert_eq!(within.spans, spans(&[("01:00", "06:00")]));
}

#[test]
fn a_log_file_is_covered_where_the_minutes_around_it_are() {
    let coverage = Coverage::of(spans(&[("01:00", "02:00"), ("02:00", "03:00")]));
    let covers = |time: &str| coverage.covers(spans(&[(time, time)])[0]);
    assert!(covers("02:00") && covers("01:15") && covers("02:45"));
    assert!(!covers("01:14") && !covers("02:46") && !covers("04:00"));
    assert!(!coverage.covers(spans(&[("01:15", "03:30")])[0]));
    assert!(!Coverage::of(Vec::new()).covers(spans(&[("01:00", "01:00")])[0]));
}
