use super::*;

#[test]
fn days_that_follow_each_other_are_said_together() {
    let list = |days: &[&str]| day_list(&days.iter().map(|day| day.parse().unwrap()).collect::<Vec<_>>());
    assert_eq!(list(&[]), "");
    assert_eq!(list(&["2026-10-03"]), "2026-10-03");
    assert_eq!(
        list(&["2026-10-03", "2026-10-04", "2026-10-31", "2026-11-01"]),
        "2026-10-03 to 2026-10-04, 2026-10-31 to 2026-11-01"
    );
    assert_eq!(list(&["2026-10-03", "2026-10-05"]), "2026-10-03, 2026-10-05");
}
