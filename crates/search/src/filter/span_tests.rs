use super::*;

const DAY: i64 = 86_400_000_000;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

#[test]
fn the_first_instant_is_in_a_span_and_the_last_is_not() {
    let span = Span { from: Some(10), to: Some(20) };
    assert_eq!([9, 10, 19, 20].map(|at| span.has(at)), [false, true, true, false]);
    assert!(!span.is_everything() && Span::default().is_everything() && Span::default().has(i64::MIN));
    assert_eq!([(10, 19), (9, 10), (19, 20)].map(|(a, b)| span.encloses(a, b)), [true, false, false]);
    assert_eq!(
        [(0, 9), (0, 10), (19, 30), (20, 30)].map(|(a, b)| span.overlaps(a, b)),
        [false, true, true, false]
    );
}

#[test]
fn a_span_has_the_days_that_some_instant_of_it_is_on() {
    let second = Span { from: Some(DAY), to: Some(2 * DAY) };
    let days = ["1970-01-01", "1970-01-02", "1970-01-03"].map(day);
    assert_eq!(days.map(|day| second.has_day(day)), [false, true, false]);
    let empty = Span { from: Some(2 * DAY), to: Some(2 * DAY) };
    assert!(days.iter().all(|day| !empty.has_day(*day)));
    assert!(second.has_month("1970-01".parse().unwrap()) && !second.has_month("1970-02".parse().unwrap()));
    assert_eq!(second.since(Some(5)), second);
    assert_eq!(second.since(Some(DAY + 5)).from, Some(DAY + 5));
    assert_eq!(Span::default().since(None), Span::default());
}
