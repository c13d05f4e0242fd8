use cloudtrail_model::Month;
use fan_out::{Request, Wanted};
use lake::{Attempt, Changes};
use lake_store::MemoryStore;
use testkit::STAMP;

use super::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn october() -> Month {
    "2026-10".parse().unwrap()
}

async fn commit(lake: &Arc<dyn Store>, partition: Partition, month: Option<lake::MonthSource>) {
    commit_changes(lake, partition, Changes { month, ..Changes::default() }).await;
}

async fn commit_changes(lake: &Arc<dyn Store>, partition: Partition, changes: Changes) {
    let journal = Journal::new(lake.clone(), partition);
    let state = journal.read().await.unwrap();
    let attempt = Attempt::begin(lake.clone(), journal, &state, STAMP).await.unwrap().unwrap();
    attempt.finish(changes).await.unwrap();
}

/// A lake with empty commits of these days.
async fn lake(days: impl IntoIterator<Item = Day>) -> Arc<dyn Store> {
    let lake: Arc<dyn Store> = Arc::new(MemoryStore::default());
    for day in days {
        commit(&lake, Partition::day(Table::CloudTrail, day), None).await;
    }
    lake
}

/// The months that a job for a day sends on, on a day.
async fn sent(lake: &Arc<dyn Store>, job: DailyJob, today: &str) -> Vec<String> {
    let messages = months_to_send(lake, job, day(today)).await.unwrap();
    messages.into_iter().map(|message| message.group).collect()
}

#[tokio::test]
async fn a_month_that_was_not_requested_waits_for_its_own_days() {
    let lake = lake(october().days()).await;
    assert_eq!(sent(&lake, DailyJob::new(day("2026-10-07")), "2026-11-02").await, ["2026-10"]);
    assert_eq!(sent(&lake, DailyJob::new(day("2026-10-07")), "2026-10-31").await, [""; 0], "it goes on");
}

#[tokio::test]
async fn a_month_waits_for_a_day_that_has_log_files_left() {
    let lake = lake(october().days()).await;
    let interrupted = Partition::day(Table::CloudTrail, day("2026-10-20"));
    commit_changes(&lake, interrupted, Changes { left: 3, ..Changes::default() }).await;
    assert_eq!(sent(&lake, DailyJob::new(day("2026-10-07")), "2026-11-02").await, [""; 0]);
    commit(&lake, interrupted, None).await;
    assert_eq!(sent(&lake, DailyJob::new(day("2026-10-07")), "2026-11-02").await, ["2026-10"]);
}

#[tokio::test]
async fn a_month_that_was_asked_for_waits_for_the_days_after_it_that_are_over() {
    let own = lake(october().days()).await;
    let job = |today| Request::new(Wanted::Month(october())).jobs(day(today), 0)[6];
    assert_eq!(sent(&own, job("2026-11-01"), "2026-11-01").await, ["2026-10"]);
    assert_eq!(sent(&own, job("2026-11-03"), "2026-11-03").await, [""; 0], "1 and 2 November are over");
    for day in grace_days(october()).take(2) {
        commit(&own, Partition::day(Table::CloudTrail, day), None).await;
    }
    assert_eq!(sent(&own, job("2026-11-03"), "2026-11-03").await, ["2026-10"]);
}

#[tokio::test]
async fn a_month_whose_parquet_has_the_day_is_not_sent_on_again_but_by_the_last_job_of_a_request() {
    let lake = lake(october().days()).await;
    let awaited = grace_days(october()).collect();
    let source = lake::MonthSource { awaited_days: awaited, ..Default::default() };
    commit(&lake, Partition::month(Table::CloudTrail, october()), Some(source)).await;
    assert_eq!(sent(&lake, DailyJob::new(day("2026-10-07")), "2026-11-02").await, [""; 0]);
    let jobs = Request::new(Wanted::Month(october())).jobs(day("2026-11-01"), 0);
    assert_eq!(sent(&lake, jobs[30], "2026-11-01").await, [""; 0], "of 1 November nothing is there");
    let last = jobs.last().unwrap();
    commit(&lake, Partition::day(Table::CloudTrail, day("2026-11-01")), None).await;
    assert_eq!(sent(&lake, *last, "2026-11-02").await, ["2026-10"]);
    let late = DailyJob::new(day("2026-11-01"));
    assert_eq!(sent(&lake, late, "2026-11-02").await, ["2026-10"], "the day was awaited, and has come");
}

#[tokio::test]
async fn a_day_that_its_parquet_lacks_is_news_also_if_it_was_missing() {
    let lake = lake(october().days()).await;
    let source = lake::MonthSource { missing_days: vec![day("2026-10-07")], ..Default::default() };
    commit(&lake, Partition::month(Table::CloudTrail, october()), Some(source)).await;
    assert_eq!(sent(&lake, DailyJob::new(day("2026-10-07")), "2026-11-02").await, ["2026-10"]);
    assert_eq!(sent(&lake, DailyJob::new(day("2026-10-08")), "2026-11-02").await, [""; 0]);
}
