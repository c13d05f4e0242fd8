use super::*;

fn month<'a>(source: Option<&'a MonthSource>, up_to_date: bool, since: Option<&'a str>) -> MonthObject<'a> {
    MonthObject {
        table: Table::CloudTrail,
        month: "2026-10".parse().unwrap(),
        commits: 1,
        committed_at: None,
        records: 0,
        duplicates: 0,
        other_months: 0,
        bytes_before: 0,
        bytes_after: 0,
        parts: 0,
        up_to_date,
        source,
        unfinished_since: since,
    }
}

#[test]
fn a_sound_month_has_no_remarks() {
    assert_eq!(remarks(&month(Some(&MonthSource::default()), true, None)), "");
}

#[test]
fn a_month_that_is_behind_its_days_or_lacks_some_says_so() {
    let missing_days = ["2026-10-03", "2026-10-04"].map(|day| day.parse().unwrap()).to_vec();
    let source = MonthSource { missing_days, ..MonthSource::default() };
    assert_eq!(
        remarks(&month(Some(&source), false, Some("noon"))),
        "its days have changed since: run trailmill monthly, without 2 days: 2026-10-03 to 2026-10-04, \
         unfinished attempt of noon"
    );
    assert_eq!(remarks(&MonthObject { commits: 0, ..month(None, false, None) }), "not in the lake");
}
