use super::*;

fn day(number: i8) -> Day {
    Day::new(2026, 10, number).unwrap()
}

fn part(days: &[i8]) -> Arc<Part> {
    let mut part = Part::default();
    part.event_days.days = days.iter().map(|number| (day(*number), 1)).collect();
    Arc::new(part)
}

fn groups(days: &[i8], parts: &[&[i8]]) -> Vec<Vec<i8>> {
    let days = days.iter().map(|number| day(*number)).collect();
    let parts: Vec<_> = parts.iter().map(|days| part(days)).collect();
    let groups = day_groups(&days, &parts);
    groups.iter().map(|group| group.iter().map(|day| day.day_of_month()).collect()).collect()
}

#[test]
fn days_that_a_parquet_file_holds_are_one_group() {
    assert_eq!(groups(&[1, 2, 3], &[]), [[1], [2], [3]]);
    assert_eq!(groups(&[1, 2, 3, 4], &[&[1, 3]]), [vec![1, 2, 3], vec![4]]);
    assert_eq!(groups(&[1, 2, 3, 4, 5], &[&[1, 2], &[2, 4], &[5]]), [vec![1, 2, 3, 4], vec![5]]);
    assert_eq!(groups(&[4, 9], &[&[4], &[4], &[9]]), [[4], [9]]);
    assert_eq!(groups(&[], &[]), Vec::<Vec<i8>>::new());
}

#[test]
fn on_day_records_have_copies_only_where_there_is_parquet() {
    let read = |off_day, days: &[i8]| DailyRead {
        delivered: day(1),
        part: Arc::new(Part { off_day, ..Part::default() }),
        days: days.iter().map(|number| day(*number)).collect(),
    };
    let unit = Unit { monthly: vec![part(&[1, 2])], replaced: [day(2)].into(), ..Unit::default() };
    assert!(read(false, &[1]).may_have_copies(&unit));
    assert!(!read(false, &[2]).may_have_copies(&unit), "rows of a replaced day do not count");
    assert!(!read(false, &[3]).may_have_copies(&unit));
    assert!(read(true, &[3]).may_have_copies(&unit));
}
