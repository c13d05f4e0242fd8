use super::*;
use proptest::prelude::*;

/// 2026-11-22T00:00:00Z
const MIDNIGHT: i64 = 1_795_305_600_000_000;
const DAY: i64 = 86_400_000_000;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// Records delivered on 2026-11-22 with these instants.
fn delivered(instants: &[Option<i64>]) -> EventDays {
    let mut days = EventDays::default();
    for instant in instants {
        days.add(day("2026-11-22"), *instant);
    }
    days
}

#[test]
fn records_count_at_their_event_day() {
    let days =
        delivered(&[Some(MIDNIGHT), Some(MIDNIGHT - 1), Some(MIDNIGHT + 5), Some(MIDNIGHT - 22 * DAY)]);
    let expected = [("2026-10-31", 1), ("2026-11-21", 1), ("2026-11-22", 2)];
    assert_eq!(days.days, expected.map(|(text, records)| (day(text), records)).into());
    assert_eq!((days.min_instant, days.max_instant), (Some(MIDNIGHT - 22 * DAY), Some(MIDNIGHT + 5)));
    assert_eq!((days.records(), days.undated), (4, 0));
    assert_eq!((days.off_day(day("2026-11-22")), days.off_day(day("2026-11-21"))), (2, 3));
    assert_eq!(days.months().iter().map(Month::to_string).collect::<Vec<_>>(), ["2026-10", "2026-11"]);
}

#[test]
fn undated_records_count_at_their_delivery_day_and_have_no_bounds() {
    let days = delivered(&[None, Some(0), Some(MIDNIGHT + 2 * DAY), Some(i64::MIN), Some(i64::MAX)]);
    assert_eq!(days.days, [(day("2026-11-22"), 5)].into());
    assert_eq!((days.records(), days.undated, days.off_day(day("2026-11-22"))), (5, 5, 0));
    assert_eq!((days.min_instant, days.max_instant), (None, None));

    let with_dated = delivered(&[None, Some(MIDNIGHT + 2 * DAY - 1)]);
    assert_eq!(with_dated.min_instant, Some(MIDNIGHT + 2 * DAY - 1));
    assert_eq!((with_dated.records(), with_dated.off_day(day("2026-11-22"))), (2, 1));
}

#[test]
fn sums_saturate() {
    let full = EventDays {
        days: [(day("2026-11-22"), u64::MAX), (day("2026-11-23"), 1)].into(),
        undated: u64::MAX,
        ..EventDays::default()
    };
    let mut days = full.clone();
    days.add(day("2026-11-22"), None);
    days.merge(full);
    assert_eq!((days.records(), days.undated), (u64::MAX, u64::MAX));
    assert_eq!(days.days[&day("2026-11-23")], 2);
}

#[test]
fn no_records_have_no_days() {
    let none = EventDays::default();
    assert_eq!((none.records(), none.off_day(day("2026-11-22")), none.months().len()), (0, 0, 0));
}

/// An object that has the fields of [`EventDays`] among its own, as a part does.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Holder {
    key: String,
    #[serde(flatten)]
    event_days: EventDays,
}

#[test]
fn the_fields_stand_among_those_of_a_part() {
    let holder = |event_days| Holder { key: "k".to_owned(), event_days };
    let texts = [
        (EventDays::default(), r#"{"key":"k","event_days":{}}"#),
        (delivered(&[None]), r#"{"key":"k","event_days":{"2026-11-22":1},"undated":1}"#),
        (
            delivered(&[Some(MIDNIGHT), Some(MIDNIGHT - 1)]),
            r#"{"key":"k","event_days":{"2026-11-21":1,"2026-11-22":1},"min_instant_us":1795305599999999,"max_instant_us":1795305600000000}"#,
        ),
    ];
    for (days, text) in texts {
        let holder = holder(days);
        assert_eq!(serde_json::to_string(&holder).unwrap(), text);
        assert_eq!(serde_json::from_str::<Holder>(text).unwrap(), holder);
    }
    let old: Holder = serde_json::from_str(r#"{"key":"k","unknown":1}"#).unwrap();
    assert_eq!(old, holder(EventDays::default()));
    assert!(serde_json::from_str::<Holder>(r#"{"key":"k","event_days":{"2026-11-31":1}}"#).is_err());
}

proptest! {
    #[test]
    fn merged_parts_are_one_part(
        instants in prop::collection::vec(prop::option::of(MIDNIGHT - 40 * DAY..MIDNIGHT + 3 * DAY), 0..40), cut in 0..40usize
    ) {
        let whole = delivered(&instants);
        let (left, right) = instants.split_at(cut.min(instants.len()));
        let mut merged = delivered(left);
        merged.merge(delivered(right));
        prop_assert_eq!(&merged, &whole);
        prop_assert_eq!(whole.records(), instants.len() as u64);
        let dated = instants.iter().flatten().filter(|instant| **instant < MIDNIGHT + 2 * DAY);
        prop_assert_eq!(whole.undated, (instants.len() - dated.clone().count()) as u64);
        prop_assert_eq!((whole.min_instant, whole.max_instant), (dated.clone().min().copied(), dated.max().copied()));
    }
}
