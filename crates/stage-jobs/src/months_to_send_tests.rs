use cloudtrail_model::Month;
use fan_out::{Request, Wanted};
use lake::{Attempt, Changes, EventDays, Input, InputsWriter, Lane, PartSink, WrittenRecords};
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

/// A lake with these days, each with one record.
async fn lake(days: impl IntoIterator<Item = Day>) -> Arc<dyn Store> {
    let lake: Arc<dyn Store> = Arc::new(MemoryStore::default());
    for day in days.into_iter().map(|day| day.to_string()) {
        commit_events(&lake, &day, &[&day], vec![]).await;
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
async fn the_first_writing_of_a_requested_month_waits_for_the_days_after_it_that_are_over() {
    let own = lake(october().days()).await;
    let job = |today| Request::new(Wanted::Month(october())).jobs(day(today), 0)[6];
    assert_eq!(sent(&own, job("2026-11-01"), "2026-11-01").await, ["2026-10"]);
    assert_eq!(sent(&own, job("2026-11-03"), "2026-11-03").await, [""; 0], "1 and 2 November are over");
    let gaps = Request { allow_gaps: true, ..Request::new(Wanted::Month(october())) };
    assert_eq!(sent(&own, gaps.jobs(day("2026-11-03"), 0)[6], "2026-11-03").await, ["2026-10"]);
    for day in days_after(october()).take(2) {
        commit(&own, Partition::day(Table::CloudTrail, day), None).await;
    }
    assert_eq!(sent(&own, job("2026-11-03"), "2026-11-03").await, ["2026-10"]);
}

#[tokio::test]
async fn a_month_that_has_been_written_waits_for_no_day_after_it() {
    let lake = lake(october().days()).await;
    commit(&lake, Partition::month(Table::CloudTrail, october()), Some(lake::MonthSource::default())).await;
    let job = Request::new(Wanted::Month(october())).jobs(day("2026-11-03"), 0)[6];
    let changed = Partition::day(Table::CloudTrail, day("2026-10-05"));
    let unread = Changes { state: lake::DayState::Empty, ..Changes::default() };
    commit_changes(&lake, changed, unread).await;
    assert_eq!(sent(&lake, job, "2026-11-03").await, ["2026-10"]);
}

#[tokio::test]
async fn a_month_that_is_up_to_date_or_without_records_is_not_sent_on() {
    let lake: Arc<dyn Store> = Arc::new(MemoryStore::default());
    for day in october().days() {
        commit(&lake, Partition::day(Table::CloudTrail, day), None).await;
    }
    assert_eq!(sent(&lake, DailyJob::new(day("2026-10-07")), "2026-11-02").await, [""; 0]);
    commit_events(&lake, "2026-10-07", &["2026-10-07"], vec![]).await;
    assert_eq!(sent(&lake, DailyJob::new(day("2026-10-07")), "2026-11-02").await, ["2026-10"]);
    let plan = plan(&lake, &DaysThere::default(), Table::CloudTrail, october()).await.unwrap();
    let written = |inputs: String| lake::SliceDay { inputs, ..Default::default() };
    let days = plan.inputs.into_iter().map(|(day, inputs)| (day, written(inputs))).collect();
    let slice = lake::Slice { first: day("2026-10-07"), last: day("2026-10-07"), days };
    let changes = Changes { month: Some(plan.source), slice: Some(slice), ..Changes::default() };
    commit_changes(&lake, Partition::month(Table::CloudTrail, october()), changes).await;
    for job in Request::new(Wanted::Month(october())).jobs(day("2026-11-01"), 0) {
        assert_eq!(sent(&lake, job, "2026-11-01").await, [""; 0], "{job:?}");
    }
}

#[tokio::test]
async fn a_month_that_was_written_without_a_day_is_sent_on_by_any_job_once_the_day_is_there() {
    let lake = lake(october().days()).await;
    let source = lake::MonthSource { missing_days: vec![day("2026-10-07")], ..Default::default() };
    commit(&lake, Partition::month(Table::CloudTrail, october()), Some(source)).await;
    for of in ["2026-10-07", "2026-10-08"] {
        assert_eq!(sent(&lake, DailyJob::new(day(of)), "2026-11-02").await, ["2026-10"]);
    }
}

/// A part of a day with one record of each of these event days.
async fn commit_events(
    lake: &Arc<dyn Store>,
    delivered: &str,
    events: &[&str],
    retired: Vec<String>,
) -> String {
    let journal = Journal::new(lake.clone(), Partition::day(Table::CloudTrail, day(delivered)));
    let state = journal.read().await.unwrap();
    let attempt = Attempt::begin(lake.clone(), journal, &state, STAMP).await.unwrap().unwrap();
    let mut parts = PartSink::new(&attempt);
    let days = events.iter().map(|of| (day(of), 1)).collect();
    let event_days = EventDays { days, ..EventDays::default() };
    let records = events.len() as u64;
    let written = WrittenRecords { records, event_days, ..WrittenRecords::default() };
    parts.write(Lane::OffDay, "x".into(), written).await.unwrap();
    parts.end_part(Lane::OffDay).await.unwrap();
    let parts = parts.into_sealed();
    let key = parts[0].part.key.clone();
    let input = Input { key: format!("file of {key}"), records, ..Input::default() };
    let changes = Changes {
        inputs: InputsWriter::write_all(&[input]),
        parts,
        replaces: !retired.is_empty(),
        retired,
        ..Changes::default()
    };
    attempt.finish(changes).await.unwrap();
    key
}

#[tokio::test]
async fn a_day_sends_on_every_month_that_it_holds_or_has_held_events_of() {
    let lake: Arc<dyn Store> = Arc::new(MemoryStore::default());
    let (late, job) = ("2026-11-20", DailyJob::new(day("2026-11-20")));
    let key = commit_events(&lake, late, &["2026-10-31", "2025-10-16", "2026-11-20"], vec![]).await;
    assert_eq!(sent(&lake, job, "2026-12-02").await, ["2025-10", "2026-10"], "November has missing days");
    commit_events(&lake, late, &["2026-11-20"], vec![key]).await;
    assert_eq!(sent(&lake, job, "2026-12-02").await, [""; 0], "nothing of them was written");
    let slice = lake::Slice {
        first: day("2026-10-31"),
        last: day("2026-10-31"),
        days: [(day("2026-10-31"), lake::SliceDay { inputs: "a".to_owned(), ..Default::default() })].into(),
    };
    let changes =
        Changes { month: Some(lake::MonthSource::default()), slice: Some(slice), ..Changes::default() };
    commit_changes(&lake, Partition::month(Table::CloudTrail, october()), changes).await;
    assert_eq!(
        sent(&lake, job, "2026-12-02").await,
        ["2026-10"],
        "it was written from the part that is retired"
    );
}

#[tokio::test]
async fn a_month_of_which_some_days_are_missing_waits_for_them_whoever_holds_its_events() {
    let lake: Arc<dyn Store> = Arc::new(MemoryStore::default());
    commit(&lake, Partition::day(Table::CloudTrail, day("2026-10-05")), None).await;
    commit_events(&lake, "2026-11-20", &["2026-10-31"], vec![]).await;
    assert_eq!(sent(&lake, DailyJob::new(day("2026-11-20")), "2026-12-02").await, [""; 0]);
}
