use super::*;

fn text(clock: &Clock, seconds: i64) -> String {
    crate::draw::text(|out| clock.write(seconds, out))
}

#[test]
fn times_before_midnight_are_of_the_day_before() {
    let clock = Clock::new("2026-03-01".parse().unwrap());
    assert_eq!(text(&clock, 0), "2026-03-01T00:00:00Z");
    assert_eq!(text(&clock, DAY_SECONDS - 1), "2026-03-01T23:59:59Z");
    assert_eq!(text(&clock, -1), "2026-02-28T23:59:59Z");
    assert_eq!(text(&clock, -DAY_SECONDS), "2026-02-28T00:00:00Z");
    assert_eq!(text(&clock, -DAY_SECONDS - 1), "2026-02-27T23:59:59Z");
    assert_eq!(text(&clock, 36_305), "2026-03-01T10:05:05Z");
}

#[test]
fn the_first_day_has_none_before_it() {
    assert_eq!(text(&Clock::new("0001-01-01".parse().unwrap()), -1), "0001-01-01T23:59:59Z");
}
