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
    assert!(row(day, &status, false).ends_with("not in the lake, 3 new log files"));
    let heading = heading("2024-02".parse().unwrap(), false);
    assert_eq!(
        row(day, &status, false).find("not in the lake"),
        Some(heading.len() + 2),
        "columns stand under their heads"
    );
}

#[test]
fn quarantined_files_are_named_as_far_as_a_person_reads() {
    let quarantined = |count: usize| {
        let mut days = days(&["2024-02-27", "2024-02-28"]);
        let file = |number: usize| LeftOutFile {
            key: format!("{number:03}.json.gz"),
            reason: "not_json".into(),
            detail: "not JSON".into(),
        };
        let last = days.last_entry().unwrap().into_mut();
        last.quarantined_files = (0..count).map(file).collect();
        quarantined_lines(&days)
    };
    assert!(quarantined(0).is_empty());
    assert_eq!(quarantined(10).len(), 10);
    assert_eq!(quarantined(1), ["  quarantined 000.json.gz: not JSON"]);
    let many = quarantined(1_011);
    assert_eq!(many.len(), 11);
    assert_eq!(many[10], "  and 1,001 more quarantined: trailmill status --json names all");
}
