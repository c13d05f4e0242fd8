use std::collections::BTreeMap;
use std::sync::Mutex;

use cloudtrail_model::{Day, Month, grace_days};
use fan_out::DailyJob;
use lake::Partition;
use testkit::{Call, Hook, Hooked, STAMP};

use super::*;
use crate::testing::world::{World, day, deliver, key, month, number, record_at};

/// The number of listings of each prefix.
#[derive(Debug, Default)]
struct Listings(Mutex<BTreeMap<String, usize>>);

#[async_trait]
impl Hook for Listings {
    async fn before(&self, call: Call, prefix: &str) -> lake_store::Result<()> {
        if call == Call::List {
            *self.0.lock().unwrap().entry(prefix.to_owned()).or_default() += 1;
        }
        Ok(())
    }
}

impl Listings {
    /// The listings of all prefixes with this beginning.
    fn below(&self, start: &str) -> usize {
        let listings = self.0.lock().unwrap();
        listings.iter().filter(|(prefix, _)| prefix.starts_with(start)).map(|(_, times)| times).sum()
    }
}

fn october() -> Month {
    month("2026-10")
}

/// Brings a day of the daily tables, with a log file of one record for each of these kinds.
async fn bring(world: &World, day: Day, kinds: &[&str]) {
    let number: u64 = day.to_string().replace('-', "").parse().unwrap();
    for kind in kinds {
        let records = [record_at(number, &format!("{day}T00:00:00Z"))];
        deliver(&world.source, &key(day, "a").replace("/CloudTrail/", &format!("/{kind}/")), &records).await;
    }
    world.done(DailyJob::new(day)).await;
}

/// Every day of October is in the daily table, with one record each.
async fn whole_october() -> World {
    let world = World::new();
    for day in october().days() {
        bring(&world, day, &["CloudTrail"]).await;
    }
    world
}

async fn handle(world: &World, body: &str) -> Handled {
    handle_over(Arc::new(world.lake.clone()), body).await
}

async fn handle_over(lake: Arc<dyn Store>, body: &str) -> Handled {
    let options = Options { threads: 1, ..Options::default() };
    MonthlyJobs { lake, options, stamp: STAMP }.handle(body, None).await
}

const OCTOBER: &str = r#"{"version":1,"month":"2026-10"}"#;

#[tokio::test]
async fn a_job_brings_every_table_of_its_month() {
    let world = whole_october().await;
    bring(&world, day("2026-10-05"), &["CloudTrail-Insight"]).await;
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
    bring(&world, day("2026-10-05"), &["CloudTrail"]).await;
    let failure = handle(&world, OCTOBER).await.failure.unwrap();
    assert!(failure.to_string().contains("cloudtrail_monthly 2026-10 failed"), "{failure}");
    let handled = handle(&world, r#"{"version":1,"month":"2026-10","allow_gaps":true}"#).await;
    assert_eq!((number(&handled, "RecordsOut"), handled.failure.is_none()), (1, true));
    assert!(handled.facts["tables"][0]["missing_days"].as_str().unwrap().starts_with("2026-10-01"));
}

#[tokio::test]
async fn an_invalid_job_fails() {
    for body in ["", "{}", r#"{"version":2,"month":"2026-10"}"#, r#"{"version":1,"month":"2026-13"}"#] {
        assert!(handle(&World::new(), body).await.failure.is_some(), "{body}");
    }
}

/// The listings of a job for October. Nothing is left to do for any table but the main one.
async fn listings(world: &World) -> Arc<Listings> {
    let hook = Arc::<Listings>::default();
    let lake = Arc::new(Hooked { store: world.lake.clone(), hook: hook.clone() });
    let handled = handle_over(lake, OCTOBER).await;
    assert!(handled.failure.is_none(), "{:?}", handled.failure);
    hook
}

#[tokio::test]
async fn the_journal_of_a_day_is_listed_once_for_all_tables() {
    let world = whole_october().await;
    let awaited = listings(&world).await;
    // each table looks for a missing day
    assert_eq!(awaited.below("_journal/cloudtrail_daily/2026-10"), 31);
    assert_eq!(awaited.below("_journal/cloudtrail_daily/2026-11"), 3 * Table::ALL.len());
    for day in grace_days(october()) {
        bring(&world, day, &[]).await;
    }
    let complete = listings(&world).await;
    for day in october().days().chain(grace_days(october())) {
        for table in Table::ALL {
            let prefix = Partition::day(table, day).journal_prefix();
            assert_eq!(complete.below(&prefix), 1, "{prefix}");
        }
    }
    assert_eq!(complete.below("_journal/"), 34 * Table::ALL.len() + Table::ALL.len());
}
