use super::*;
use cloudtrail_model::Table;

/// The lines that are printed before the report: the first one, and one for each step.
const LINES_BEFORE: usize = 6;

#[test]
fn the_longest_report_fits_on_a_screen() {
    let month = Month::new(2026, 10).unwrap();
    let tables = lake_tables::tests::tables(&Table::ALL);
    let denied = denied_calls::tests::denied_of_many_groups();
    let report = report(Path::new("trailmill-demo/lake"), month, &tables, &denied);
    assert!(LINES_BEFORE + report.len() <= 40, "{}", report.join("\n"));
    assert!(report.iter().all(|line| line.chars().count() <= 200 + 2), "{}", report.join("\n"));
    assert!(report.iter().any(|line| line.starts_with("  trailmill run ")), "nothing is left out");
}
