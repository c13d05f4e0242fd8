use super::*;

#[test]
fn a_month_waits_for_the_first_three_days_of_the_next() {
    let days =
        |month: &str| days_after(month.parse().unwrap()).map(|day| day.to_string()).collect::<Vec<_>>();
    assert_eq!(days("2026-12"), ["2027-01-01", "2027-01-02", "2027-01-03"]);
    assert_eq!(days("9999-12"), [""; 0], "there is no day after the last");
    let waiting = |day: &str| waiting_month(day.parse().unwrap()).map(|month| month.to_string());
    assert_eq!(waiting("2027-01-01"), Some("2026-12".to_owned()));
    assert_eq!(waiting("2027-01-03"), Some("2026-12".to_owned()));
    assert_eq!(waiting("2027-01-04"), None);
    assert_eq!(waiting("0001-01-01"), None);
}
