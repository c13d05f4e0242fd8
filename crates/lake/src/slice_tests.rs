use super::*;
use crate::EventDays;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn slice(first: &str, last: &str, days: &[(&str, &str)]) -> Slice {
    let stated = |inputs: &str| SliceDay { inputs: inputs.to_owned(), records: 1, ..SliceDay::default() };
    let days = days.iter().map(|(of, inputs)| (day(of), stated(inputs))).collect();
    Slice { first: day(first), last: day(last), days }
}

#[test]
fn a_slice_replaces_its_event_days_and_no_others() {
    let mut written = WrittenDays::default();
    let days = ["2026-10-01", "2026-10-02", "2026-10-03"].map(|day| (day, "a"));
    written.apply(2, slice("2026-10-01", "2026-10-31", &days));
    written.apply(4, slice("2026-10-02", "2026-10-03", &[("2026-10-03", "b")]));
    let found: Vec<_> =
        written.iter().map(|(day, of)| (day.to_string(), of.seq, of.stated.inputs.as_str())).collect();
    assert_eq!(found, [("2026-10-01".to_owned(), 2, "a"), ("2026-10-03".to_owned(), 4, "b")]);
    assert_eq!(written.get(day("2026-10-02")), None, "its inputs are gone");
    assert_eq!(written.commits(), [2, 4].into());
    written.apply(6, slice("2026-10-01", "2026-10-01", &days[..1]));
    assert_eq!(written.commits(), [4, 6].into());
}

#[test]
fn the_event_days_of_a_part_are_its_first_and_last() {
    let mut event_days = EventDays::default();
    assert_eq!(event_days_of(&Part::default()), None);
    for of in ["2026-10-07", "2026-10-02", "2026-10-04"] {
        event_days.add(day(of), None);
    }
    let part = Part { event_days, ..Part::default() };
    assert_eq!(event_days_of(&part), Some((day("2026-10-02"), day("2026-10-07"))));
}
