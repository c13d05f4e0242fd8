use super::*;

fn said(day: Option<&str>, from: Option<&str>, to: Option<&str>, there: &[&str]) -> String {
    let parse = |text: &str| text.parse::<Day>().unwrap();
    let asked = DayArguments { day: day.map(parse), from: from.map(parse), to: to.map(parse) };
    no_days_found("the lake", "partitions", asked, &there.iter().copied().map(parse).collect())
}

#[test]
fn it_says_what_was_asked_for_and_what_there_is() {
    let (first, last) = ("2026-11-22", "2026-11-24");
    assert_eq!(said(None, None, None, &[]), "the lake holds no partitions");
    assert_eq!(
        said(Some("2026-12-01"), None, None, &[last, first]),
        "the lake holds no partitions of 2026-12-01; its days are 2026-11-22 to 2026-11-24"
    );
    assert_eq!(
        said(None, Some("2026-12-01"), Some("2026-12-31"), &[first]),
        "the lake holds no partitions from 2026-12-01 to 2026-12-31; its only day is 2026-11-22"
    );
    assert!(said(None, Some("2026-12-01"), None, &[]).ends_with(" from 2026-12-01 on"));
    assert!(said(None, None, Some("2026-12-01"), &[]).ends_with(" up to 2026-12-01"));
}
