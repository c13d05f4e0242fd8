use super::*;
use proptest::prelude::*;

#[test]
fn leap_days_exist_only_in_leap_years() {
    assert!("2024-02-29".parse::<Day>().is_ok());
    assert!("2000-02-29".parse::<Day>().is_ok());
    assert!("2023-02-29".parse::<Day>().is_err());
    assert!("1900-02-29".parse::<Day>().is_err());
    assert_eq!("2024-02".parse::<Month>().unwrap().days().count(), 29);
    assert_eq!("2026-12".parse::<Month>().unwrap().days().last().unwrap().to_string(), "2026-12-31");
}

#[test]
fn a_bad_day_says_how_to_write_one() {
    for text in [
        "",
        "2026",
        "2026-11",
        "2026-13-01",
        "2026-11-31",
        "26-11-01",
        "2026-1-1",
        "2026-11-22-",
        "0000-01-01",
    ] {
        let error = text.parse::<Day>().unwrap_err().to_string();
        assert!(error.contains("write it as 2026-11-22"), "{text}: {error}");
    }
    assert!("2026-13".parse::<Month>().is_err());
    assert!("2026-+1".parse::<Month>().is_err());
}

#[test]
fn months_step_over_years() {
    let january: Month = "2026-01".parse().unwrap();
    assert_eq!(january.previous().unwrap().to_string(), "2025-12");
    assert_eq!(january.previous().unwrap().next().unwrap(), january);
    assert_eq!("0001-01".parse::<Month>().unwrap().previous(), None);
    assert_eq!("9999-12".parse::<Month>().unwrap().next(), None);
    assert_eq!("9999-12-31".parse::<Day>().unwrap().next(), None);
}

#[test]
fn a_range_holds_both_ends() {
    let day = |text: &str| text.parse::<Day>().unwrap();
    let days: Vec<String> = DayRange::new(day("2024-02-28"), day("2024-03-01")).map(String::from).collect();
    assert_eq!(days, ["2024-02-28", "2024-02-29", "2024-03-01"]);
    assert_eq!(DayRange::new(day("2024-02-02"), day("2024-02-01")).count(), 0);
    assert_eq!(DayRange::new(day("9999-12-30"), day("9999-12-31")).count(), 2);
}

#[test]
fn every_day_is_so_many_days_after_1970() {
    let mut days = days_since_1970(1, 1, 1);
    assert_eq!(days, -719_162);
    assert_eq!(day_since_1970(days - 1), None);
    for day in DayRange::new(Day::FIRST, Day::LAST) {
        assert_eq!(day_since_1970(days), Some(day), "{days}");
        let midnight = days * MICROS_OF_A_DAY;
        let around = [midnight - 1, midnight, midnight + MICROS_OF_A_DAY - 1, midnight + MICROS_OF_A_DAY];
        assert_eq!(around.map(|micros| day.contains(micros)), [false, true, true, false], "{day}");
        days += 1;
    }
    assert_eq!(day_since_1970(days), None);
    assert_eq!(days_since_1970(1970, 1, 1), 0);
}

#[test]
fn an_instant_is_on_the_day_that_has_begun() {
    let day = |micros| Day::of_instant(micros).map(String::from);
    assert_eq!(day(0).unwrap(), "1970-01-01");
    assert_eq!(day(86_399_999_999).unwrap(), "1970-01-01");
    assert_eq!(day(86_400_000_000).unwrap(), "1970-01-02");
    assert_eq!(day(-1).unwrap(), "1969-12-31");
    assert_eq!(day(-86_400_000_000).unwrap(), "1969-12-31");
    assert_eq!(day(-86_400_000_001).unwrap(), "1969-12-30");
    assert_eq!(day(i64::MIN), None);
    assert_eq!(day(i64::MAX), None);
    assert!([i64::MIN, i64::MAX].iter().all(|micros| !Day::LAST.contains(*micros)));
}

#[test]
fn a_day_begins_at_midnight() {
    let day: Day = "2026-11-22".parse().unwrap();
    assert_eq!(day.midnight().to_string(), "2026-11-22T00:00:00Z");
    assert_eq!(Day::at(day.midnight()), day);
    assert_eq!(Day::FIRST.midnight().to_string(), "0001-01-01T00:00:00Z");
    assert_eq!(Day::LAST.midnight(), jiff::Timestamp::MAX);
}

proptest! {
    #[test]
    fn an_instant_is_on_the_day_that_jiff_says(micros in -62_135_596_800_000_000..253_402_207_200_000_000i64) {
        let moment = jiff::Timestamp::from_microsecond(micros).unwrap();
        prop_assert_eq!(Day::of_instant(micros), Some(Day::at(moment)));
    }

    #[test]
    fn days_and_months_round_trip(year in 1i16..=9999, month in 1i8..=12, day in 1i8..=31) {
        prop_assume!(Day::new(year, month, day).is_some());
        let day = Day::new(year, month, day).unwrap();
        prop_assert_eq!(day.to_string().parse::<Day>().unwrap(), day);
        prop_assert_eq!(day.month().to_string().parse::<Month>().unwrap(), day.month());
        prop_assert!(day.month().days().any(|d| d == day));
        prop_assert_eq!(serde_json::from_str::<Day>(&serde_json::to_string(&day).unwrap()).unwrap(), day);
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,12}") {
        let _ = text.parse::<Day>();
        let _ = text.parse::<Month>();
    }
}
