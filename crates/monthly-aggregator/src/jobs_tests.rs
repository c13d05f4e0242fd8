use testkit::STAMP;

use super::*;
use crate::test_world::{World, day, record};

async fn handle(world: &World, body: &str) -> Handled {
    let (lake, options) = (Arc::new(world.lake.clone()), Options { threads: 1, ..Options::default() });
    MonthlyJobs { lake, options, stamp: STAMP }.handle(body, None).await
}

fn number(handled: &Handled, name: &str) -> u64 {
    handled.metrics.iter().find(|metric| metric.name == name).unwrap().value
}

const OCTOBER: &str = r#"{"version":1,"month":"2026-10"}"#;

#[tokio::test]
async fn a_job_brings_every_table_of_its_month() {
    let world = World::of_a_whole_october().await;
    world.commit_day(Table::Insight, day("2026-10-05"), &[record(1, "2026-10-05T00:00:00Z")]).await;
    let handled = handle(&world, OCTOBER).await;
    assert!(handled.failure.is_none(), "{:?}", handled.failure);
    assert_eq!(number(&handled, "Commits"), 2);
    assert!(number(&handled, "RecordsOut") > 0 && number(&handled, "Puts") > 0);
    assert_eq!(handled.facts["tables"][0]["outcome"], "committed");
    let again = handle(&world, OCTOBER).await;
    assert_eq!((number(&again, "Commits"), again.failure.is_none()), (0, true));
    let rebuilt = handle(&world, r#"{"version":1,"month":"2026-10","rebuild":true}"#).await;
    assert_eq!(number(&rebuilt, "Commits"), 2);
}

#[tokio::test]
async fn a_month_that_lacks_days_fails_and_is_written_if_gaps_are_allowed() {
    let world = World::new();
    world.commit_day(Table::CloudTrail, day("2026-10-05"), &[record(1, "2026-10-05T00:00:00Z")]).await;
    let failure = handle(&world, OCTOBER).await.failure.unwrap();
    assert!(failure.to_string().contains("cloudtrail_monthly 2026-10 failed"), "{failure}");
    let handled = handle(&world, r#"{"version":1,"month":"2026-10","allow_gaps":true}"#).await;
    assert_eq!((number(&handled, "RecordsOut"), handled.failure.is_none()), (1, true));
    assert!(handled.facts["tables"][0]["missing_days"].as_str().unwrap().starts_with("2026-10-01"));
}

#[tokio::test]
async fn what_is_no_job_is_a_failure() {
    for body in ["", "{}", r#"{"version":2,"month":"2026-10"}"#, r#"{"version":1,"month":"2026-13"}"#] {
        assert!(handle(&World::new(), body).await.failure.is_some(), "{body}");
    }
}
