use super::*;

fn days(names: &[&str]) -> BTreeMap<Day, DayStatus> {
    names
        .iter()
        .map(|name| (name.parse().unwrap(), DayStatus::new(&PartitionState::default(), Some(3))))
        .collect()
}

#[test]
fn days_nobody_knows_of_are_gaps() {
    let known = days(&["2024-02-27", "2024-03-01"]);
    let gaps = gaps(&known);
    assert_eq!(gaps.iter().map(Day::to_string).collect::<Vec<_>>(), ["2024-02-28", "2024-02-29"]);
    let all: Vec<bool> = with_gaps(&known, &gaps).values().map(Option::is_some).collect();
    assert_eq!(all, [true, false, false, true]);
    assert!(
        summary(&known, &gaps, true).ends_with("2 days with new log files, 2 gap days from 2024-02-28 on")
    );
    assert!(super::gaps(&days(&[])).is_empty());
}

#[test]
fn a_day_that_was_never_committed_says_so() {
    let status = DayStatus::new(&PartitionState::default(), Some(3));
    let day = "2024-02-27".parse().unwrap();
    assert!(row(day, &status).ends_with("not in the lake, 3 new log files"));
    let heading = heading("2024-02".parse().unwrap());
    assert_eq!(
        row(day, &status).find("not in the lake"),
        Some(heading.len() + 2),
        "columns stand under their heads"
    );
}
