use std::collections::BTreeMap;

use cloudtrail_model::Month;
use lake::EventDays;

use super::*;
use crate::DailyPart;

fn on(number: i8) -> Day {
    Day::new(2026, 10, number).unwrap()
}

/// A daily part with ten bytes of text a record.
fn part(delivered: i8, days: &[(i8, u64)]) -> DailyPart {
    let days: BTreeMap<Day, u64> = days.iter().map(|(day, records)| (on(*day), *records)).collect();
    let records = days.values().sum();
    let event_days = EventDays { days, ..EventDays::default() };
    let part =
        Part { key: format!("{delivered}"), raw_bytes: 10 * records, records, event_days, ..Part::default() };
    DailyPart { delivered: on(delivered), part: Arc::new(part) }
}

fn windows_of(parts: Vec<DailyPart>, options: &Options) -> Vec<Window> {
    let days = parts.iter().flat_map(|of| of.part.event_days.days.keys().copied());
    let inputs = days.map(|day| (day, String::new())).collect();
    let plan = MonthPlan { parts, inputs, ..MonthPlan::default() };
    let mut days = Month::new(2026, 10).unwrap().days();
    let slice = SliceDays { first: days.next().unwrap(), last: days.last().unwrap() };
    windows(&plan, &slice, options)
}

fn sizes(windows: &[Window]) -> Vec<(i8, u64, u64)> {
    windows.iter().map(|of| (of.last.day_of_month(), of.size.records, of.size.raw_bytes)).collect()
}

/// The reads of a window: the delivery day, what is read, the class.
fn reads(window: &Window) -> Vec<(i8, Wanted, u32)> {
    window.reads.iter().map(|of| (of.delivered.day_of_month(), of.wanted, of.round.class)).collect()
}

#[test]
fn a_window_is_a_few_days_that_fit_into_a_row_group_or_one_larger_day() {
    let parts = || (1..=5).map(|day| part(day, &[(day, 10)])).collect::<Vec<_>>();
    let options = Options::default();
    assert_eq!(sizes(&windows_of(parts(), &options)), [(3, 30, 300), (5, 20, 200)]);
    let each = 10 + usize::try_from(Options::BYTES_OF_A_ROW).unwrap();
    let options = Options { row_group_raw_bytes: 20 * each, ..options };
    assert_eq!(sizes(&windows_of(parts(), &options)), [(2, 20, 200), (4, 20, 200), (5, 10, 100)]);
    let options = Options { row_group_rows: 9, ..options };
    assert_eq!(windows_of(parts(), &options).len(), 5, "a larger day has a window of its own");
}

#[test]
fn without_off_day_records_each_part_is_read_once() {
    let windows = windows_of(vec![part(1, &[(1, 10)]), part(2, &[(2, 10)])], &Options::default());
    assert_eq!(reads(&windows[0]), [(1, Wanted::OnDay, 0), (2, Wanted::OnDay, 0)]);
    assert!(windows[0].reads.iter().all(PartRead::is_whole));
}

#[test]
fn fingerprints_of_off_day_records_come_first_and_the_records_last() {
    let parts = vec![part(1, &[(1, 10)]), part(2, &[(1, 1), (2, 10)]), part(9, &[(2, 1), (8, 1)])];
    let windows = windows_of(parts, &Options::default());
    let expected = [
        (2, Wanted::OffDayFingerprints, 0),
        (9, Wanted::OffDayFingerprints, 0),
        (1, Wanted::OnDay, 0),
        (2, Wanted::OnDay, 0),
        (2, Wanted::OffDay, 0),
        (9, Wanted::OffDay, 0),
    ];
    assert_eq!(reads(&windows[0]), expected);
    let whole: Vec<bool> = windows[0].reads.iter().map(PartRead::is_whole).collect();
    assert_eq!(whole, [false, false, true, false, false, false]);
    assert_eq!((windows.len(), windows[0].size.records, windows[1].size.records), (2, 22, 1));
}

#[test]
fn a_window_whose_index_would_be_too_large_is_cut_and_one_day_is_done_in_rounds() {
    let options = Options { index_bytes: 10 * OffDayIndex::BYTES_EACH, ..Options::default() };
    let windows = windows_of(vec![part(9, &[(1, 6), (2, 6), (3, 25)])], &options);
    assert_eq!(sizes(&windows), [(1, 6, 60), (2, 6, 60), (3, 25, 250)]);
    let rounds: Vec<_> = reads(&windows[2]).into_iter().map(|(_, wanted, class)| (wanted, class)).collect();
    let of = |class| [(Wanted::OffDayFingerprints, class), (Wanted::OffDay, class)];
    assert_eq!(rounds, [of(0), of(1), of(2)].concat());
    assert!(windows[2].reads.iter().all(|read| read.round.classes == 3 && !read.is_whole()));
}
