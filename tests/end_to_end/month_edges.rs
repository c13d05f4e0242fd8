//! Events delivered in another month than that of their event time.

use cloudtrail_model::{Month, Table};

use crate::command::run_well;
use crate::made_source::{event, key_on, log_file, put};
use crate::months_on_disk::{exported, one_spelling};

#[test]
fn an_event_of_31_october_delivered_on_1_november_is_in_october_once_and_not_in_november() {
    let (source, lake) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = |day: &str, records: &[String]| {
        put(source.path(), &key_on(day.parse().unwrap(), "a.json"), &log_file(records));
    };
    let midnight = event(1, "2026-10-31T23:59:59Z");
    let (before, after) = (event(2, "2026-10-31T12:00:00Z"), event(3, "2026-11-01T00:00:00Z"));
    // however late it is delivered, it belongs to October
    let (third, late) = (event(4, "2026-10-31T23:59:58Z"), event(5, "2026-10-31T23:59:57Z"));
    file("2026-10-31", std::slice::from_ref(&before));
    file("2026-11-01", &[midnight.clone(), after.clone()]);
    file("2026-11-02", std::slice::from_ref(&midnight)); // and again, as CloudTrail may
    file("2026-11-03", std::slice::from_ref(&third));
    file("2026-11-29", std::slice::from_ref(&late));
    run_well(source.path(), lake.path(), &["--allow-gaps"]);
    let of = |month: &str| exported(lake.path(), Table::CloudTrail, month.parse::<Month>().unwrap());
    let lines = |records: &[&String]| {
        let mut lines: Vec<_> = records.iter().map(|record| one_spelling(record.as_bytes())).collect();
        lines.sort();
        lines
    };
    assert_eq!(of("2026-10"), lines(&[&midnight, &before, &third, &late]));
    assert_eq!(of("2026-11"), lines(&[&after]));
}
