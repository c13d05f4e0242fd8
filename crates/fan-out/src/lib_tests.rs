use std::time::Duration;

use testkit::MemoryQueue;

use super::*;
use crate::DailyJob;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn fan_out() -> (MemoryQueue, FanOut) {
    let queue = MemoryQueue::new(Duration::from_secs(60), 5);
    (queue.clone(), FanOut { daily_jobs: Arc::new(queue), late_days: 3, today: || day("2026-11-23") })
}

/// The days of the jobs on a queue.
fn days(queue: &MemoryQueue) -> Vec<String> {
    queue.bodies().iter().map(|body| DailyJob::parse(body.as_bytes()).unwrap().day.to_string()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_month_is_a_job_for_each_day() {
    let (queue, fan_out) = fan_out();
    let done = fan_out.send_jobs(br#"{"month":"2026-10"}"#).await.unwrap();
    assert_eq!((done.jobs, days(&queue).len()), (34, 34));
    assert_eq!((days(&queue)[0].as_str(), days(&queue)[33].as_str()), ("2026-10-01", "2026-11-03"));
}

#[tokio::test(start_paused = true)]
async fn a_range_of_many_years_is_sent_only_by_force_and_its_price_is_said() {
    let (queue, fan_out) = fan_out();
    let request = r#"{"from":"2013-01-01","to":"2026-11-27"}"#;
    let error = fan_out.send_jobs(request.as_bytes()).await.unwrap_err().to_string();
    assert!(error.contains("the request names 5075 days, more than 400"), "{error}");
    assert!(error.contains("$25.38 for each 1,000") && error.contains(r#""force": true"#), "{error}");
    assert_eq!(days(&queue), [""; 0], "nothing is sent");
    let handled = fan_out.handle(request, None).await;
    assert!(handled.failure.is_some());

    let forced = request.replace('}', r#","force":true}"#);
    assert_eq!(fan_out.send_jobs(forced.as_bytes()).await.unwrap().jobs, 5_075);
    let (queue, fan_out) = self::fan_out();
    let handled = fan_out.handle(r#"{"from":"2025-10-20","to":"2026-11-23"}"#, None).await;
    assert!(handled.failure.is_none() && queue.bodies().len() == MOST_DAYS);
    assert_eq!(handled.facts["price"], price_of(400, None));
}

#[tokio::test(start_paused = true)]
async fn a_tick_is_yesterday_and_days_before() {
    let (queue, fan_out) = fan_out();
    let tick = br#"{"version":"0","source":"aws.scheduler","time":"2026-11-23T01:00:00Z"}"#;
    fan_out.send_jobs(tick).await.unwrap();
    assert_eq!(days(&queue), ["2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22"]);
}

#[tokio::test(start_paused = true)]
async fn every_job_is_sent_although_the_queue_refuses_some() {
    let (queue, fan_out) = fan_out();
    queue.refuse_next(7);
    fan_out.send_jobs(br#"{"from":"2026-11-01","to":"2026-11-20"}"#).await.unwrap();
    let mut found = days(&queue);
    found.sort_unstable();
    found.dedup();
    assert_eq!((found.len(), queue.bodies().len()), (20, 20));
}

#[tokio::test(start_paused = true)]
async fn a_request_whose_jobs_are_not_confirmed_is_not_done_and_may_be_repeated() {
    let (queue, fan_out) = fan_out();
    queue.refuse_next(u64::MAX);
    let request = br#"{"day":"2026-11-22"}"#;
    let error = fan_out.send_jobs(request).await.unwrap_err();
    assert!(matches!(error, FanOutError::Unsent(_)), "{error}");
    queue.refuse_next(0);
    fan_out.send_jobs(request).await.unwrap();
    assert_eq!(days(&queue), ["2026-11-22"]);
}

#[tokio::test(start_paused = true)]
async fn a_poison_request_sends_nothing_and_says_why() {
    let (queue, fan_out) = fan_out();
    for text in ["no JSON", "{}", r#"{"version":2,"day":"2026-11-22"}"#] {
        let error = fan_out.send_jobs(text.as_bytes()).await.unwrap_err();
        assert!(matches!(error, FanOutError::BadRequest(_)), "{text}: {error}");
    }
    assert_eq!(days(&queue), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn days_to_come_are_no_jobs() {
    let (queue, fan_out) = fan_out();
    let done = fan_out.send_jobs(br#"{"day":"2026-11-24"}"#).await.unwrap();
    assert_eq!((done.jobs, days(&queue).len()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn the_result_of_a_request_is_logged_and_counted() {
    let (_, fan_out) = fan_out();
    let handled = fan_out.handle(r#"{"month":"2026-10"}"#, None).await;
    assert!(handled.failure.is_none());
    assert_eq!(handled.metrics.iter().map(|metric| metric.value).collect::<Vec<_>>(), [1, 34]);
    let handled = fan_out.handle("{}", None).await;
    assert!(handled.failure.unwrap().to_string().contains("names no days"));
    assert_eq!(handled.facts["request"], "{}");
}
