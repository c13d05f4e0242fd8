use cloudtrail_model::DayRange;
use fan_out::DailyJob;
use serde_json::json;

use super::*;
use crate::DailyJobs;
use crate::testing::world::{TODAY, World, day, deliver, number, record};

const REGIONS: [&str; 2] = ["eu-west-1", "us-east-1"];

fn yesterday() -> Day {
    day(TODAY).previous().unwrap()
}

/// Delivers a log file of an account and region on each of some days.
async fn deliver_on(world: &World, account: u64, region: &str, days: impl IntoIterator<Item = Day>) {
    for day in days {
        let key = format!("AWSLogs/{account:012}/CloudTrail/{region}/{}/a.json.gz", day.as_path());
        deliver(&world.source, &key, &[record(account)]).await;
    }
}

fn week() -> DayRange {
    DayRange::new(day("2026-11-23"), day("2026-11-29"))
}

/// A world in which three accounts delivered in two regions on each day of a week, and the first of them on the day after it.
async fn world() -> World {
    let world = World::new();
    for account in 1..=3 {
        for region in REGIONS {
            deliver_on(&world, account, region, week()).await;
        }
    }
    deliver_on(&world, 1, REGIONS[0], [yesterday()]).await;
    for day in week() {
        assert_eq!(number(&world.done(DailyJob::new(day)).await, "SilentAccounts"), 0);
    }
    world
}

#[tokio::test]
async fn an_account_or_region_that_falls_silent_is_named() {
    let world = world().await;
    let handled = world.done(DailyJob::new(yesterday())).await;
    assert_eq!(number(&handled, "SilentAccounts"), 3);
    assert_eq!(handled.facts["silent"], json!(["000000000001/us-east-1", "000000000002", "000000000003"]));
    deliver_on(&world, 2, REGIONS[1], [yesterday()]).await;
    let handled = world.done(DailyJob::new(yesterday())).await;
    let silent = json!(["000000000001/us-east-1", "000000000002/eu-west-1", "000000000003"]);
    assert_eq!(handled.facts["silent"], silent, "late files end a silence");
}

#[tokio::test]
async fn who_is_meant_to_be_silent_is_not_named() {
    let world = world().await;
    let meant_to_be_silent = "000000000002, 000000000001/us-east-1".parse().unwrap();
    let jobs = DailyJobs { meant_to_be_silent, ..world.jobs() };
    let body = serde_json::to_string(&DailyJob::new(yesterday())).unwrap();
    let handled = job_queue::Handler::handle(&jobs, &body, None).await;
    assert_eq!(handled.facts["silent"], json!(["000000000003"]));
    for text in ["1", "00000000000x", "000000000001/", "000000000001,/"] {
        let error = text.parse::<MeantToBeSilent>().unwrap_err();
        assert!(error.to_string().contains("12 digits"), "{error}");
    }
    assert_eq!("".parse(), Ok(MeantToBeSilent::default()));
}

#[tokio::test]
async fn an_account_that_missed_a_day_of_the_week_before_is_not_silent() {
    let world = World::new();
    deliver_on(&world, 1, REGIONS[0], week().chain([yesterday()])).await;
    deliver_on(&world, 2, REGIONS[0], week().skip(1)).await;
    for day in week() {
        world.done(DailyJob::new(day)).await;
    }
    assert_eq!(number(&world.done(DailyJob::new(yesterday())).await, "SilentAccounts"), 0);
}

#[tokio::test]
async fn only_the_newest_days_that_are_over_are_looked_at() {
    let world = World::new();
    let old = DayRange::new(day("2026-10-01"), day("2026-10-08"));
    deliver_on(&world, 1, REGIONS[0], old).await;
    deliver_on(&world, 2, REGIONS[0], DayRange::new(day("2026-10-01"), day("2026-10-07"))).await;
    for day in DayRange::new(day("2026-10-01"), day("2026-10-08")) {
        assert_eq!(number(&world.done(DailyJob::new(day)).await, "SilentAccounts"), 0);
    }
}
