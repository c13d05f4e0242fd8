use super::*;
use proptest::prelude::*;

/// The instant of an RFC 3339 time.
fn instant(time: &str) -> i64 {
    time.parse::<jiff::Timestamp>().unwrap().as_microsecond()
}

/// The event day of a record with an instant, as text.
fn at(delivered: &str, time: &str) -> Option<String> {
    event_day(delivered.parse().unwrap(), Some(instant(time))).map(String::from)
}

#[test]
fn it_is_the_utc_date_of_the_instant() {
    assert_eq!(at("2026-11-22", "2026-11-22T00:00:00Z").unwrap(), "2026-11-22");
    assert_eq!(at("2026-11-22", "2026-11-21T23:59:59.999999Z").unwrap(), "2026-11-21");
    assert_eq!(at("2026-11-22", "2026-11-22T01:00:00+02:00").unwrap(), "2026-11-21");
    assert_eq!(at("2026-03-01", "2024-02-29T12:00:00Z").unwrap(), "2024-02-29");
}

#[test]
fn it_lies_between_2013_and_the_day_after_delivery() {
    assert_eq!(at("2026-11-22", "2012-12-31T23:59:59.999999Z"), None);
    assert_eq!(at("2026-11-22", "2013-01-01T00:00:00Z").unwrap(), "2013-01-01");
    assert_eq!(at("2026-11-22", "2026-11-23T23:59:59.999999Z").unwrap(), "2026-11-23");
    assert_eq!(at("2026-11-22", "2026-11-24T00:00:00Z"), None);
    assert_eq!(at("2026-12-31", "2027-01-01T23:59:59.999999Z").unwrap(), "2027-01-01");
    assert_eq!(at("2026-12-31", "2027-01-02T00:00:00Z"), None);
    assert_eq!(at("2012-12-31", "2013-01-01T00:00:00Z").unwrap(), "2013-01-01");
    assert_eq!(at("2012-12-30", "2013-01-01T00:00:00Z"), None);
}

#[test]
fn an_instant_far_away_or_none_is_undated() {
    let delivered = "2026-11-22".parse().unwrap();
    for instant in
        [Some(0), Some(-1), Some(i64::MIN), Some(i64::MAX), Some(instant("9999-12-30T00:00:00Z")), None]
    {
        assert_eq!(event_day(delivered, instant), None, "{instant:?}");
    }
}

#[test]
fn a_dated_record_keeps_its_instant_and_an_undated_one_has_none() {
    let delivered = "2026-11-22".parse().unwrap();
    let last = instant("2026-11-23T23:59:59.999999Z");
    assert_eq!(dated(delivered, Some(last)), Some(last));
    assert_eq!(dated(delivered, Some(last + 1)), None);
    assert_eq!(dated(delivered, None), None);
}

#[test]
fn the_calendar_ends_with_9999() {
    let last = 253_402_300_800_000_000;
    assert_eq!(event_day(Day::LAST, Some(last - 1)), Some(Day::LAST));
    assert_eq!(event_day(Day::LAST.previous().unwrap(), Some(last - 1)), Some(Day::LAST));
    assert_eq!(event_day(Day::LAST.previous().unwrap().previous().unwrap(), Some(last - 1)), None);
    assert_eq!(event_day(Day::LAST, Some(last)), None);
    assert_eq!(event_day(Day::LAST, Some(i64::MAX)), None);
    assert_eq!(event_day(Day::FIRST, Some(i64::MIN)), None);
}

proptest! {
    #[test]
    fn it_is_what_jiff_says(
        year in 2010i16..=2030, month in 1i8..=12, day in 1i8..=28, days in -6_000i64..=4, micros in 0..86_400_000_000i64
    ) {
        let delivered = Day::new(year, month, day).unwrap();
        let midnight = instant(&format!("{delivered}T00:00:00Z"));
        let instant = midnight + days * 86_400_000_000 + micros;
        let date = Day::at(jiff::Timestamp::from_microsecond(instant).unwrap());
        let expected = (days <= 1 && date.year() >= 2013).then_some(date);
        prop_assert_eq!(event_day(delivered, Some(instant)), expected);
    }

    #[test]
    fn no_instant_panics(instant: i64) {
        let _ = event_day(Day::LAST, Some(instant));
    }
}
