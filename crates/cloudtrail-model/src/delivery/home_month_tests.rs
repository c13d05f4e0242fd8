use super::*;
use proptest::prelude::*;

fn home(delivered: &str, event_time: &str) -> String {
    home_month(delivered.parse().unwrap(), Some(event_time)).to_string()
}

#[test]
fn an_event_of_october_delivered_in_the_first_days_of_november_is_octobers() {
    assert_eq!(home("2026-11-01", "2026-10-31T23:59:59Z"), "2026-10");
    assert_eq!(home("2026-11-03", "2026-10-01T00:00:00Z"), "2026-10");
    assert_eq!(home("2026-01-01", "2025-12-31T23:59:59Z"), "2025-12");
    assert_eq!(home("2024-03-01", "2024-02-29T12:00:00Z"), "2024-02");
}

#[test]
fn later_deliveries_stay_where_they_were_delivered() {
    assert_eq!(home("2026-11-04", "2026-10-31T23:59:59Z"), "2026-11");
    assert_eq!(home("2026-11-01", "2026-09-30T23:59:59Z"), "2026-11");
    assert_eq!(home("2026-11-01", "2026-12-01T00:00:00Z"), "2026-11");
}

#[test]
fn the_instant_counts_not_the_text() {
    assert_eq!(home("2026-11-01", "2026-11-01T01:00:00+02:00"), "2026-10");
    assert_eq!(home("2026-11-01", "2026-10-31T23:00:00-02:00"), "2026-11");
}

#[test]
fn an_unreadable_time_goes_by_delivery() {
    assert_eq!(home("2026-11-01", "yesterday"), "2026-11");
    assert_eq!(home_month("2026-11-01".parse().unwrap(), None).to_string(), "2026-11");
}

#[test]
fn a_delivery_day_brings_records_of_its_month_and_early_on_of_the_one_before() {
    let months =
        |day: &str| months_of(day.parse().unwrap()).map(|month| month.to_string()).collect::<Vec<_>>();
    assert_eq!(months("2026-11-03"), ["2026-10", "2026-11"]);
    assert_eq!(months("2026-11-04"), ["2026-11"]);
    assert_eq!(months("2026-01-01"), ["2025-12", "2026-01"]);
    assert_eq!(months("0001-01-01"), ["0001-01"]);
    let days: Vec<String> = grace_days("2026-10".parse().unwrap()).map(|day| day.to_string()).collect();
    assert_eq!(days, ["2026-11-01", "2026-11-02", "2026-11-03"]);
    assert_eq!(grace_days("9999-12".parse().unwrap()).count(), 0);
}

proptest! {
    #[test]
    fn it_is_the_delivery_month_or_the_one_before(
        year in 2i16..=9998, month in 1i8..=12, day in 1i8..=28, event_time in "[0-9]{4}-[01][0-9]-[0-3][0-9]T00:00:00Z|\\PC*"
    ) {
        let delivered = Day::new(year, month, day).unwrap();
        let home = home_month(delivered, Some(&event_time));
        let allowed = home == delivered.month() || (day <= 3 && Some(home) == delivered.month().previous());
        prop_assert!(allowed, "{delivered} {event_time} {home}");
    }
}
