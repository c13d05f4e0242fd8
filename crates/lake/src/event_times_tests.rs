use super::*;

#[test]
fn odd_times_do_not_count() {
    let mut times = EventTimes::default();
    let odd =
        ["", "0", "2026-11-22", "2026-11-22T10:00:00.000Z", "2026-11-22T10:00:00+00", "2026-11-22 10:00:00Z"];
    for odd in odd {
        times.add(Some(odd));
    }
    times.add(Some("٢026-11-22T10:00:0Z"));
    times.add(None);
    times.merge(EventTimes::default());
    assert_eq!(times, EventTimes::default());

    times.add(Some("2026-11-22T10:00:00Z"));
    let mut earlier = EventTimes::default();
    earlier.add(Some("2026-11-22T09:00:00Z"));
    times.merge(earlier);
    times.add(Some("9"));
    let mut merged = EventTimes::default();
    merged.merge(times.clone());
    assert_eq!(merged, times);

    let bounds = (Some("2026-11-22T09:00:00Z".to_owned()), Some("2026-11-22T10:00:00Z".to_owned()));
    assert_eq!(times.into_bounds(), bounds);
}
