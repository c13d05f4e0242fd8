use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use cloudtrail_model::{Day, Month};
use fan_out::DailyJob;
use lake::Partition;
use testkit::{Call, Hook, Hooked, STAMP};
use testkit_stores::TestStore;

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
    jobs(world, Arc::new(world.lake.clone())).handle(body, None).await
}

fn jobs(world: &World, lake: Arc<dyn Store>) -> MonthlyJobs {
    let options = Options { threads: 1, slice_days: 10, ..Options::default() };
    MonthlyJobs { lake, options, stamp: STAMP, monthly_jobs: Arc::new(world.monthly.clone()) }
}

const OCTOBER: &str = r#"{"version":1,"month":"2026-10"}"#;

#[tokio::test]
async fn a_job_brings_every_table_of_its_month() {
    let world = whole_october().await;
    bring(&world, day("2026-10-05"), &["CloudTrail-Insight"]).await;
    let handled = handle(&world, OCTOBER).await;
    assert!(handled.failure.is_none(), "{:?}", handled.failure);
    assert_eq!((number(&handled, "Commits"), number(&handled, "HandedBack")), (2, 0));
    assert!(number(&handled, "RecordsOut") > 0 && number(&handled, "Puts") > 0);
    assert_eq!(handled.facts["tables"][0]["outcome"], "committed");
    let again = handle(&world, OCTOBER).await;
    assert_eq!((number(&again, "Commits"), again.failure.is_none()), (0, true));
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
    let handled = jobs(world, lake).handle(OCTOBER, None).await;
    assert!(handled.failure.is_none(), "{:?}", handled.failure);
    hook
}

#[tokio::test]
async fn the_journal_of_a_day_is_listed_once_for_all_tables() {
    let world = whole_october().await;
    handle(&world, OCTOBER).await;
    let complete = listings(&world).await;
    for day in october().days() {
        for table in Table::ALL {
            let prefix = Partition::day(table, day).journal_prefix();
            assert_eq!(complete.below(&prefix), 1, "{prefix}");
        }
    }
    // and of each table its days that hold events of the month, and the journal of the month
    assert_eq!(complete.below("_journal/"), 33 * Table::ALL.len());
}

/// A store on which each read of a daily part takes a minute.
#[derive(Debug)]
struct Slow;

#[async_trait]
impl Hook for Slow {
    async fn before(&self, call: Call, key: &str) -> lake_store::Result<()> {
        if call == Call::GetRange && key.starts_with("cloudtrail_daily/") {
            tokio::time::advance(Duration::from_secs(60)).await;
        }
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn at_its_deadline_a_job_commits_a_slice_and_sends_the_rest_back() {
    if TestStore::speaks_http() {
        return; // its client has a clock of its own
    }
    let world = whole_october().await;
    bring(&world, day("2026-10-05"), &["CloudTrail-Insight"]).await;
    // without the messages of the days
    let world = World { monthly: testkit::MemoryQueue::fifo(Duration::from_secs(60), 5), ..world };
    let mut next = OCTOBER.to_owned();
    let (mut runs, mut ids) = (0, Vec::new());
    loop {
        let deadline = Instant::now() + Duration::from_secs(600);
        let lake = Arc::new(Hooked { store: world.lake.clone(), hook: Arc::new(Slow) });
        let handled = jobs(&world, lake).handle(&next, Some(deadline)).await;
        assert!(handled.failure.is_none(), "{:?}", handled.failure);
        runs += 1;
        let back = world.monthly.receive(10, Duration::ZERO).await.unwrap();
        assert_eq!(number(&handled, "HandedBack"), back.len() as u64);
        let Some(message) = back.into_iter().next() else { break };
        assert_eq!(message.group.as_deref(), Some("2026-10"));
        world.monthly.delete(&message).await.unwrap();
        ids.push(message.id);
        next = message.body;
    }
    assert!(runs > 2, "{runs} runs");
    let unique: std::collections::BTreeSet<&String> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "a FIFO queue would drop a message with the ID of another");
    assert_eq!(number(&handle(&world, OCTOBER).await, "Commits"), 0, "nothing is left");
}
