use cloudtrail_model::Table;
use daily_aggregator::DayReport;

use super::*;

#[test]
fn a_broken_invariant_is_named_and_counted() {
    let mut handled = Handled::default();
    let mut tables = Tables::new(&mut handled);
    assert_eq!((tables.handled.metrics[0].value, tables.handled.facts.get("invariant")), (0, None));
    let partition = |table| Partition::day(table, "2026-11-22".parse().unwrap());
    let runs = [
        (Table::Insight, Some(Invariant::PartsBeforeCommit)),
        (Table::Aggregated, None),
        (Table::CloudTrail, Some(Invariant::PartsAsCommitted)),
    ];
    for (table, broken) in runs {
        let failed = Err((broken, Failure::from("no parts")));
        assert_eq!(tables.ended::<DayReport>(partition(table), failed), None);
    }
    let failure = tables.end().unwrap_err();
    assert_eq!(failure.to_string(), "cloudtrail_insight_daily 2026-11-22 failed", "the first failure");
    assert_eq!(handled.facts["invariant"], "parts-as-committed", "the last invariant");
    let count = handled.metrics.iter().find(|metric| metric.name == "InvariantsBroken").unwrap();
    assert_eq!(count.value, 2);
}
