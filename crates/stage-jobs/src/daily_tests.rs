use std::collections::BTreeSet;
use std::time::Duration;

use fan_out::{MonthlyJob, Request as Asked, Wanted};
use job_queue::Message;
use lake::{Invariant, Partition};
use lake_store::{ErrorKind, StoreError, Unreadable};
use testkit::{Call, Hook, Hooked, MemoryQueue};
use testkit_stores::TestStore;

use super::*;
use crate::testing::world::{TODAY, World, day, deliver, key, month, number, put, record};

fn october() -> Vec<DailyJob> {
    Asked::new(Wanted::Month(month("2026-10"))).jobs(day(TODAY), 0)
}

#[tokio::test]
async fn a_job_brings_every_table_of_its_day() {
    let world = World::delivered([day("2026-11-22")]).await;
    let insight = key(day("2026-11-22"), "i").replace("/CloudTrail/", "/CloudTrail-Insight/");
    deliver(&world.source, &insight, &[record(7), record(8)]).await;
    let handled = world.done(DailyJob::new(day("2026-11-22"))).await;
    assert_eq!(number(&handled, "FilesIn"), 2);
    assert_eq!((number(&handled, "RecordsIn"), number(&handled, "RecordsOut")), (3, 3));
    assert_eq!((number(&handled, "Commits"), number(&handled, "HandedBack")), (2, 0));
    assert_eq!(handled.facts["day"], "2026-11-22");
    let outcomes: Vec<String> = handled.facts["tables"]
        .as_array()
        .unwrap()
        .iter()
        .map(|table| {
            format!("{} {}", table["partition"].as_str().unwrap(), table["outcome"].as_str().unwrap())
        })
        .collect();
    assert_eq!(outcomes[0], "cloudtrail_daily 2026-11-22 committed");
    assert!(outcomes.contains(&"cloudtrail_insight_daily 2026-11-22 committed".to_owned()), "{outcomes:?}");
    let again = world.done(DailyJob::new(day("2026-11-22"))).await;
    assert_eq!((number(&again, "FilesIn"), number(&again, "Commits")), (0, 0));
    assert!(world.sent_on().await.is_empty(), "its month has missing days");
}

#[tokio::test]
async fn a_part_that_is_gone_is_counted_as_a_broken_invariant() {
    let world = World::delivered([day("2026-11-22")]).await;
    let handled = world.done(DailyJob::new(day("2026-11-22"))).await;
    assert_eq!(number(&handled, "InvariantsBroken"), 0);
    for part in world.state(day("2026-11-22")).await.parts.keys() {
        world.lake.delete(part).await.unwrap();
    }
    let handled = world.handle(DailyJob::new(day("2026-11-22"))).await;
    assert!(handled.failure.is_some());
    assert_eq!(number(&handled, "InvariantsBroken"), 1);
    assert_eq!(handled.facts["invariant"], Invariant::PartsBeforeCommit.name());
}

#[tokio::test]
async fn the_time_of_every_step_is_told() {
    let world = World::delivered([day("2026-11-22")]).await;
    let handled = world.done(DailyJob::new(day("2026-11-22"))).await;
    for step in ["ListTime", "GetTime", "DecodeTime", "CompressTime", "PutTime"] {
        number(&handled, step);
    }
    assert!(number(&handled, "Lists") > 0 && number(&handled, "Gets") > 0 && number(&handled, "Puts") > 2);
}

#[tokio::test]
async fn a_day_without_log_files_is_there_once_it_is_over() {
    let world = World::delivered([day("2026-11-22")]).await;
    let handled = world.done(DailyJob::new(day("2026-11-30"))).await;
    assert_eq!(world.commits(day("2026-11-30")).await, 1);
    assert_eq!(number(&handled, "Commits"), 0, "it is no sign that logs arrive");
    assert_eq!(number(&handled, "EmptyDays"), 1);
    let again = world.done(DailyJob::new(day("2026-11-30"))).await;
    assert_eq!(world.commits(day("2026-11-30")).await, 1, "nothing is written again");
    assert_eq!(number(&again, "EmptyDays"), 0, "it was said once");
    let before = world.done(DailyJob::new(day("2026-11-21"))).await;
    assert_eq!(number(&before, "EmptyDays"), 0, "the source has no older log files");
    world.done(DailyJob::new(day(TODAY))).await;
    assert_eq!(world.commits(day(TODAY)).await, 0, "today goes on");
    world.deliver(day("2026-11-30"), "late", 5).await;
    let late = world.done(DailyJob::new(day("2026-11-30"))).await;
    assert_eq!((number(&late, "RecordsOut"), world.commits(day("2026-11-30")).await), (1, 2));
}

/// A source that does not give out one log file.
#[derive(Debug)]
struct OneArchived;

#[async_trait]
impl Hook for OneArchived {
    async fn before(&self, call: Call, key: &str) -> lake_store::Result<()> {
        let is_archived = call == Call::Get && key.ends_with("/archived.json.gz");
        let kind = ErrorKind::Unreadable(Unreadable::Archived);
        if is_archived { Err(StoreError::new(kind, "read", key)) } else { Ok(()) }
    }
}

#[tokio::test]
async fn unreadable_log_files_are_counted_by_every_run_of_their_day_and_named() {
    let world = World::delivered([day("2026-11-22")]).await;
    world.deliver(day("2026-11-22"), "archived", 7).await;
    let source = Hooked { store: world.source.clone(), hook: Arc::new(OneArchived) };
    let jobs = DailyJobs { source: Arc::new(source), ..world.jobs() };
    let body = serde_json::to_string(&DailyJob::new(day("2026-11-22"))).unwrap();
    for commits in [1, 0] {
        let handled = jobs.handle(&body, None).await;
        assert!(handled.failure.is_none(), "{:?}", handled.failure);
        assert_eq!((number(&handled, "Commits"), number(&handled, "FilesUnreadable")), (commits, 1));
        let unreadable = &handled.facts["tables"][0]["unreadable"];
        assert_eq!(
            (&unreadable["count"], &unreadable["examples"][0]["reason"]),
            (&json!(1), &json!("archived"))
        );
    }
    assert_eq!(number(&world.done(DailyJob::new(day("2026-11-22"))).await, "FilesUnreadable"), 0);
}

#[tokio::test]
async fn a_source_without_logs_is_a_failure_and_no_empty_day() {
    let world = World::new();
    let failure = world.handle(DailyJob::new(day("2026-11-22"))).await.failure.unwrap();
    assert!(failure.to_string().contains("no CloudTrail logs in the source"), "{failure}");
    assert_eq!(world.commits(day("2026-11-22")).await, 0);
}

#[tokio::test]
async fn folders_that_were_not_searched_are_named_in_the_log_line() {
    let world = World::delivered([day("2026-11-22")]).await;
    let handled = world.done(DailyJob::new(day("2026-11-22"))).await;
    assert_eq!(handled.facts.get("not_searched"), None);
    put(&world.source, "access-logs/2026/11/22/a", "x").await;
    let handled = world.done(DailyJob::new(day("2026-11-22"))).await;
    assert_eq!(handled.facts["not_searched"], serde_json::json!({"count": 1, "examples": ["access-logs/"]}));
}

#[tokio::test]
async fn an_invalid_job_fails() {
    let world = World::delivered([day("2026-11-22")]).await;
    for body in
        ["", "{}", "null", r#"{"version":2,"day":"2026-11-22"}"#, r#"{"version":1,"day":"2026-11-31"}"#]
    {
        let handled = world.jobs().handle(body, None).await;
        assert!(handled.failure.is_some(), "{body}");
        assert_eq!(handled.facts["job"], body);
    }
}

#[tokio::test]
async fn one_bad_table_does_not_hold_up_the_others_but_fails_the_job() {
    let world = World::delivered([day("2026-11-22")]).await;
    world.done(DailyJob::new(day("2026-11-22"))).await;
    let insight = key(day("2026-11-22"), "i").replace("/CloudTrail/", "/CloudTrail-Insight/");
    deliver(&world.source, &insight, &[record(7)]).await;
    let journal = Partition::day(Table::CloudTrail, day("2026-11-22")).journal_prefix();
    put(&world.lake, &format!("{journal}000003.json.gz"), &b"no journal entry"[..]).await;
    let handled = world.handle(DailyJob::new(day("2026-11-22"))).await;
    let failure = handled.failure.as_ref().unwrap().to_string();
    assert!(failure.contains("cloudtrail_daily 2026-11-22 failed"), "{failure}");
    assert_eq!(number(&handled, "RecordsOut"), 1, "what was done is counted");
}

#[tokio::test]
async fn at_its_deadline_a_job_commits_and_sends_the_rest_back() {
    let world = World::new();
    for (at, name) in ["a", "b", "c"].iter().enumerate() {
        world.deliver(day("2026-11-22"), name, at as u64).await;
    }
    let mut next =
        serde_json::to_string(&DailyJob { retry_quarantined: true, ..DailyJob::new(day("2026-11-22")) })
            .unwrap();
    for (part, left) in [(1, true), (2, true), (3, false)] {
        // the deadline has passed: one file a run, so that it makes progress
        let handled = world.jobs().handle(&next, Some(Instant::now())).await;
        assert!(handled.failure.is_none(), "{:?}", handled.failure);
        assert_eq!((number(&handled, "FilesIn"), number(&handled, "HandedBack")), (1, u64::from(left)));
        assert_eq!(world.commits(day("2026-11-22")).await, part);
        let back = world.daily.receive(10, Duration::ZERO).await.unwrap();
        assert_eq!(back.len(), usize::from(left));
        for message in back {
            assert!(!DailyJob::parse(message.body.as_bytes()).unwrap().retry_quarantined);
            world.daily.delete(&message).await.unwrap();
            next = message.body;
        }
    }
    let rest = world.jobs().handle(&next, Some(Instant::now())).await;
    assert_eq!((number(&rest, "FilesIn"), number(&rest, "HandedBack")), (0, 0));
}

#[tokio::test]
async fn a_day_that_cannot_be_handed_back_fails() {
    let world = World::new();
    world.deliver(day("2026-11-22"), "a", 1).await;
    world.deliver(day("2026-11-22"), "b", 2).await;
    let broken = DailyJobs { daily_jobs: Arc::new(Failing::default()), ..world.jobs() };
    let body = serde_json::to_string(&DailyJob::new(day("2026-11-22"))).unwrap();
    let handled = broken.handle(&body, Some(Instant::now())).await;
    assert!(handled.failure.is_some());
    assert_eq!(world.commits(day("2026-11-22")).await, 1, "what it committed stays");
}

/// A queue whose calls fail before or after they are carried out.
#[derive(Debug, Default)]
struct Failing {
    after: Option<MemoryQueue>,
}

#[async_trait]
impl Queue for Failing {
    async fn send(
        &self,
        messages: &[NewMessage],
    ) -> Result<Vec<Result<(), job_queue::QueueError>>, job_queue::QueueError> {
        if let Some(queue) = &self.after {
            queue.send(messages).await?;
        }
        Err(job_queue::QueueError { action: "send messages", transient: false, source: "denied".into() })
    }
    async fn receive(&self, _: usize, _: Duration) -> Result<Vec<Message>, job_queue::QueueError> {
        unreachable!()
    }
    async fn delete(&self, _: &Message) -> Result<(), job_queue::QueueError> {
        unreachable!()
    }
    async fn hide(&self, _: &Message, _: Duration) -> Result<(), job_queue::QueueError> {
        unreachable!()
    }
}

#[tokio::test]
async fn a_requested_month_is_sent_on_by_the_job_that_brings_its_last_day_whichever_that_is() {
    let jobs = october();
    for seed in 0..3 {
        let mut jobs = jobs.clone();
        fastrand::Rng::with_seed(seed).shuffle(&mut jobs);
        // some days have no log files
        let world = World::delivered(month("2026-10").days().step_by(3)).await;
        for job in &jobs[..33] {
            world.done(*job).await;
            assert!(world.sent_on().await.is_empty(), "days are missing");
        }
        world.done(jobs[33]).await;
        assert_eq!(world.sent_on().await, [MonthlyJob::new(month("2026-10"))], "seed {seed}");
    }
}

#[tokio::test]
async fn jobs_that_find_a_month_complete_send_the_same_message_until_something_changes() {
    let world = World::delivered(month("2026-10").days()).await;
    let jobs = october();
    for job in &jobs {
        world.done(*job).await;
    }
    let ids = |job: DailyJob| {
        let lake: Arc<dyn Store> = Arc::new(world.lake.clone());
        async move {
            let messages = months_to_send(&lake, job, day(TODAY)).await.unwrap();
            messages
                .into_iter()
                .filter(|message| message.group == "2026-10")
                .map(|message| message.id)
                .collect::<BTreeSet<_>>()
        }
    };
    let first = ids(jobs[7]).await;
    assert_eq!(first.len(), 1);
    assert_eq!(ids(jobs[33]).await, first, "a FIFO queue takes it once");
    world.deliver(day("2026-10-09"), "late", 99).await;
    world.done(DailyJob::new(day("2026-10-09"))).await;
    assert_ne!(ids(jobs[7]).await, first, "a late file is news");
}

#[tokio::test]
async fn a_job_that_died_after_its_commit_sends_the_month_when_it_comes_again() {
    let world = World::delivered(month("2026-10").days()).await;
    let jobs = october();
    for job in &jobs[1..] {
        world.done(*job).await;
    }
    let broken = DailyJobs { monthly_jobs: Some(Arc::new(Failing::default())), ..world.jobs() };
    let body = serde_json::to_string(&jobs[0]).unwrap();
    assert!(broken.handle(&body, None).await.failure.is_some());
    assert_eq!(world.commits(jobs[0].day).await, 1);
    world.done(jobs[0]).await;
    assert_eq!(world.sent_on().await, [MonthlyJob::new(month("2026-10"))]);
}

#[tokio::test]
async fn a_month_that_is_not_complete_is_sent_on_only_with_gaps_allowed() {
    let world = World::delivered([day("2026-10-05")]).await;
    let of_the_fifth = |allow_gaps| {
        let request = Asked { allow_gaps, ..Asked::new(Wanted::Month(month("2026-10"))) };
        request.jobs(day(TODAY), 0)[4]
    };
    world.done(of_the_fifth(false)).await;
    assert!(world.sent_on().await.is_empty());
    world.done(of_the_fifth(true)).await;
    let sent = world.sent_on().await;
    assert_eq!(sent, [MonthlyJob { allow_gaps: true, ..MonthlyJob::new(month("2026-10")) }]);
}

#[tokio::test]
async fn without_a_monthly_queue_no_month_is_looked_at() {
    let world = World::delivered([day("2026-10-05")]).await;
    let jobs = DailyJobs { monthly_jobs: None, ..world.jobs() };
    let handled = jobs.handle(&serde_json::to_string(&DailyJob::new(day("2026-10-05"))).unwrap(), None).await;
    assert!(handled.failure.is_none());
}

#[path = "daily_crash_tests.rs"]
mod crash;
