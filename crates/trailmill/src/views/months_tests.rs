use super::*;

fn month<'a>(
    source: Option<&'a MonthSource>,
    state: &'static str,
    pending_days: &'a [Day],
) -> MonthObject<'a> {
    MonthObject {
        table: Table::CloudTrail,
        month: "2026-10".parse().unwrap(),
        commits: 1,
        committed_at: None,
        records: 0,
        duplicates: 0,
        bytes: 0,
        parts: 0,
        state,
        pending_days,
        source,
        unfinished_since: None,
    }
}

#[test]
fn a_month_says_its_state_and_what_is_missing() {
    let days = ["2026-10-03", "2026-10-04"].map(|day| day.parse().unwrap());
    let source = MonthSource { missing_days: days.to_vec(), ..MonthSource::default() };
    let none = MonthSource::default();
    assert_eq!(remarks(&month(Some(&none), "complete", &[])), "complete");
    assert_eq!(
        remarks(&MonthObject { commits: 0, ..month(None, "pending", &days) }),
        "pending: not written yet"
    );
    assert_eq!(
        remarks(&MonthObject {
            unfinished_since: Some("noon"),
            ..month(Some(&source), "pending", &days[..1])
        }),
        "pending: event days 2026-10-03; run trailmill monthly, without 2 days: 2026-10-03 to 2026-10-04, \
         unfinished attempt of noon"
    );
    let changed = "pending: its delivery days have changed; run trailmill monthly";
    assert_eq!(remarks(&month(Some(&none), "pending", &[])), changed);
    assert_eq!(
        remarks(&month(Some(&source), "missing_days", &[])),
        "without 2 days: 2026-10-03 to 2026-10-04"
    );
}
