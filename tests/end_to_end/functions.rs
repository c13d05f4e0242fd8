//! The Lambda functions: the real binaries, driven through Lambda's runtime API.

use std::time::Duration;

use cloudtrail_corpus::write_day;
use cloudtrail_model::{Day, Month, Table};
use lake::Partition;
use serde_json::{Value, json};
use testkit::Oracle;

use crate::command::{Ran, trailmill};
use crate::function_world::{Cloud, batch, bodies, days, month_of_logs};
use crate::lake_on_disk::{assert_holds, assert_lines, assert_verifies, journal_state};
use crate::made_source::{day, event, key_on, log_file, put, small_day};
use crate::months_on_disk::{assert_no_orphans, expected_months, exported};

const LONG: Duration = Duration::from_secs(900);

fn golden(name: &str) -> String {
    let path = format!("{}/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A daily job for [`day`].
fn job() -> String {
    json!({"version": 1, "day": day()}).to_string()
}

#[test]
fn a_batch_of_requests_is_answered_message_by_message() {
    let cloud = Cloud::with_logs(tempfile::tempdir().unwrap().path());
    let function = cloud.start("trailmill-fan-out", LONG);
    let event: Value = serde_json::from_str(&golden("sqs-batch.json")).unwrap();
    let id = function.begin(event);
    let answer = function.ended(&id).response.unwrap().payload;
    assert_eq!(answer.to_string(), golden("sqs-batch-response.json").trim_end());
    let mut wanted = vec!["2024-02-08".to_owned()];
    wanted.extend((28..=30).map(|day| format!("2026-09-{day}")));
    assert_eq!(days(&cloud.daily_jobs), wanted);
    let log: Vec<Value> = (0..3).map(|_| function.line()).collect();
    let levels: Vec<&str> = log.iter().map(|line| line["level"].as_str().unwrap()).collect();
    assert_eq!(levels, ["info", "error", "info"]);
    assert!(log[1]["error"].as_str().unwrap().contains("the request is not JSON"), "{}", log[1]);
    assert_eq!(
        (&log[2]["Jobs"], &log[2]["Stack"], &log[2]["Function"]),
        (&json!(3), &json!("the-stack"), &json!("fan-out"))
    );
}

#[test]
fn an_invalid_batch_fails_as_a_whole() {
    let cloud = Cloud::with_logs(tempfile::tempdir().unwrap().path());
    let function = cloud.start("trailmill-fan-out", LONG);
    let mut nameless = batch(&[r#"{"day":"2024-02-08"}"#]);
    nameless["Records"][0]["messageId"] = Value::Null;
    for event in [json!({"day": "2024-02-08"}), json!([]), nameless] {
        let id = function.begin(event.clone());
        let ended = function.ended(&id);
        assert!(ended.response.is_none() && ended.error.is_some(), "{event}: {ended:?}");
    }
    assert_eq!(days(&cloud.daily_jobs), [""; 0]);
}

#[test]
fn a_day_is_committed_and_every_step_of_it_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    write_day(&small_day(80, 400), day(), folder.path()).unwrap();
    let cloud = Cloud::with_logs(folder.path());
    let function = cloud.start("trailmill-daily", LONG);
    let said = function.handle_well(&job());
    let lake = cloud.lake();
    assert_holds(lake.path(), &Oracle::read(folder.path()).unwrap());
    assert_verifies(lake.path());

    let number = |name: &str| said[name].as_u64().unwrap_or_else(|| panic!("no {name} in {said}"));
    assert_eq!(number("FilesIn"), number("FilesOk") + number("FilesQuarantined"));
    assert_eq!(number("RecordsIn"), number("RecordsOut") + number("Duplicates"));
    assert!(number("RecordsOut") > 300 && number("BytesIn") > 0 && number("Gets") >= 80, "{said}");
    let defined = said["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap();
    let defined: Vec<&str> = defined.iter().map(|metric| metric["Name"].as_str().unwrap()).collect();
    for name in ["FilesQuarantined", "Conflicts", "Commits", "Failures", "Duration"].iter().chain(&[
        "ListTime",
        "GetTime",
        "DecodeTime",
        "CompressTime",
        "PutTime",
    ]) {
        assert!(defined.contains(name), "{name} is no metric: {defined:?}");
        number(name);
    }
    let again = function.handle_well(&job());
    assert_eq!((&again["Commits"], &again["FilesIn"]), (&json!(0), &json!(0)));
}

#[test]
fn a_day_too_large_for_its_time_is_handed_on_until_it_is_done() {
    let folder = tempfile::tempdir().unwrap();
    write_day(&small_day(600, 1_500), day(), folder.path()).unwrap();
    let cloud = Cloud::with_logs(folder.path());
    // 600 gets of 400 ms, 128 at once: 2 s, plus listings
    cloud.s3.set_latency(Duration::from_millis(400));
    let hurried = cloud.start("trailmill-daily", Duration::from_secs(6));
    let said = hurried.handle_well(&job());
    assert_eq!(said["HandedBack"], 1, "{said}");
    let files = said["FilesIn"].as_u64().unwrap();
    assert!((1..600).contains(&files), "{files} files within the time");
    assert_eq!(bodies(&cloud.daily_jobs), [serde_json::from_str::<Value>(&job()).unwrap()]);

    cloud.s3.set_latency(Duration::ZERO);
    let rest = cloud.start("trailmill-daily", LONG).handle_well(&job());
    assert_eq!((&rest["HandedBack"], &rest["Failures"]), (&json!(0), &json!(0)), "{rest}");
    let lake = cloud.lake();
    assert_holds(lake.path(), &Oracle::read(folder.path()).unwrap());
    assert_eq!(journal_state(lake.path(), Partition::day(Table::CloudTrail, day())).commits, 2);
}

#[test]
fn a_function_killed_at_work_leaves_nothing_that_the_next_one_does_not_set_right() {
    let folder = tempfile::tempdir().unwrap();
    write_day(&small_day(200, 900), day(), folder.path()).unwrap();
    let oracle = Oracle::read(folder.path()).unwrap();
    let cloud = Cloud::with_logs(folder.path());
    cloud.s3.set_latency(Duration::from_millis(20));
    for after in [150, 300, 400, 500] {
        let mut function = cloud.start("trailmill-daily", LONG);
        function.begin(batch(&[&job()]));
        std::thread::sleep(Duration::from_millis(after));
        function.kill();
    }
    // delivered again, to two at the same time: they may supersede each other, and then both are retried
    let (one, other) = (cloud.start("trailmill-daily", LONG), cloud.start("trailmill-daily", LONG));
    let (body, ids) = (job(), (one.begin(batch(&[&job()])), other.begin(batch(&[&job()]))));
    for ended in [one.ended(&ids.0), other.ended(&ids.1)] {
        assert!(ended.response.is_some(), "{ended:?}");
    }
    let said = [one.line(), other.line()];
    assert!(said.iter().all(|line| line["day"] == day().to_string()), "{said:?}");
    one.handle_well(&body);
    let lake = cloud.lake();
    assert_holds(lake.path(), &oracle);
    assert_verifies(lake.path());
    assert_eq!(cloud.s3.uploads_in_progress("lake"), 0);
}

#[test]
fn a_requested_month_goes_through_all_three() {
    let month: Month = "2026-09".parse().unwrap();
    // some days have no log file at all
    let folder = month_of_logs(month, |day| day % 7 != 0);
    let cloud = Cloud::with_logs(folder.path());
    let fan_out = cloud.start("trailmill-fan-out", LONG);
    fan_out.handle_well(r#"{"month":9,"year":2026}"#);
    let jobs: Vec<String> = cloud.daily_jobs.bodies();
    assert_eq!(jobs.len(), 33);
    let daily = cloud.start("trailmill-daily", LONG);
    let mut order: Vec<usize> = (0..jobs.len()).chain([3, 32]).collect();
    fastrand::Rng::with_seed(5).shuffle(&mut order);
    for at in order {
        daily.handle_well(&jobs[at]);
    }
    // a FIFO queue accepts a message ID once
    let sent = cloud.monthly_jobs.bodies();
    assert_eq!(sent, [r#"{"version":1,"month":"2026-09"}"#]);
    let monthly = cloud.start("trailmill-monthly", LONG);
    let said = monthly.handle_well(&sent[0]);
    let lake = cloud.lake();
    let oracle = Oracle::read(folder.path()).unwrap();
    let expected = &expected_months(&oracle)[&(Table::CloudTrail, month)];
    assert_eq!(said["RecordsOut"], expected.len());
    assert_lines(&exported(lake.path(), Table::CloudTrail, month), expected, "the month");
    assert_no_orphans(lake.path());
    assert_verifies(lake.path());
    let again = monthly.handle_well(&sent[0]);
    assert_eq!(again["Commits"], 0);
}

#[test]
fn a_month_too_large_for_its_time_is_handed_on_until_it_is_done() {
    let month: Month = "2026-09".parse().unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (day, number) in month.days().zip(0..) {
        let record = event(number, &format!("{day}T10:00:00Z"));
        put(folder.path(), &key_on(day, "a.json"), &log_file(&[record]));
    }
    let cloud = Cloud::with_logs(folder.path());
    let daily = cloud.start("trailmill-daily", LONG);
    for day in month.days() {
        daily.handle_well(&json!({"version": 1, "day": day}).to_string());
    }
    let sent = cloud.monthly_jobs.bodies();
    assert_eq!(sent.len(), 1);
    let slices = [("TRAILMILL_SLICE_DAYS", "3")];
    let commits = || journal_state(cloud.lake().path(), Partition::month(Table::CloudTrail, month)).commits;

    // some 15 requests in sequence for each of ten slices, and 10 s until its soft deadline
    cloud.s3.set_latency(Duration::from_millis(150));
    let hurried = cloud.start_with("trailmill-monthly", Duration::from_secs(15), &slices);
    let said = hurried.handle_well(&sent[0]);
    assert_eq!(said["HandedBack"], 1, "{said}");
    assert!((1..10).contains(&commits()), "{} slices within the time", commits());
    let rest = [sent[0].clone(), sent[0].clone()];
    assert_eq!(cloud.monthly_jobs.bodies(), rest, "the rest is a message of its own");

    cloud.s3.set_latency(Duration::ZERO);
    let rest = cloud.start_with("trailmill-monthly", LONG, &slices).handle_well(&sent[0]);
    assert_eq!((&rest["HandedBack"], &rest["Failures"]), (&json!(0), &json!(0)), "{rest}");
    let lake = cloud.lake();
    assert_eq!(commits(), 10);
    let expected = &expected_months(&Oracle::read(folder.path()).unwrap())[&(Table::CloudTrail, month)];
    assert_lines(&exported(lake.path(), Table::CloudTrail, month), expected, "the month");
    assert_no_orphans(lake.path());
    assert_verifies(lake.path());
}

#[test]
fn the_source_is_the_same_for_functions_and_command_however_it_is_spelled() {
    let folder = tempfile::tempdir().unwrap();
    write_day(&small_day(20, 60), day(), folder.path()).unwrap();
    let cloud = Cloud::with_logs(folder.path());
    let said = cloud.start("trailmill-daily", LONG).handle_well(&job());
    assert!(said["RecordsOut"].as_u64() > Some(0), "{said}");
    for source in ["s3://logs", "s3://logs/", "s3://logs/trail", "s3://logs/trail/AWSLogs/"] {
        let mut command = trailmill();
        cloud.tell(&mut command);
        command.args(["daily", "--json", "--source", source, "--lake", "s3://lake/lake", "--day"]);
        let ran: Ran = command.arg(day().to_string()).output().unwrap().into();
        assert!(!ran.outcomes().is_empty(), "{source}: {ran:?}");
        ran.assert_nothing_done();
    }
}

#[test]
fn a_bad_job_fails_by_name_and_its_neighbour_is_done() {
    let folder = tempfile::tempdir().unwrap();
    write_day(&small_day(5, 20), day(), folder.path()).unwrap();
    let cloud = Cloud::with_logs(folder.path());
    let daily = cloud.start("trailmill-daily", LONG);
    let (answer, log) = daily.handle(&["{}", &job()]);
    assert_eq!(answer, json!({"batchItemFailures": [{"itemIdentifier": log[0]["message_id"]}]}));
    assert_eq!((&log[0]["Failures"], &log[1]["Failures"]), (&json!(1), &json!(0)));
    assert!(log[1]["Commits"].as_u64() > Some(0), "{}", log[1]);
    let monthly = cloud.start("trailmill-monthly", LONG);
    let (answer, log) = monthly.handle(&[r#"{"version":1,"month":"2026-11"}"#]);
    assert_eq!(answer["batchItemFailures"].as_array().unwrap().len(), 1);
    assert!(log[0]["error"].as_str().unwrap().contains("2026-11-01"), "{}", log[0]);
}

#[test]
fn a_function_that_is_set_up_wrong_says_so_and_does_not_start() {
    let cloud = Cloud::with_logs(tempfile::tempdir().unwrap().path());
    for (function, setting, value, why) in [
        (
            "trailmill-fan-out",
            "TRAILMILL_DAILY_JOBS",
            "",
            "TRAILMILL_DAILY_JOBS is not set: the URL of a queue",
        ),
        ("trailmill-fan-out", "TRAILMILL_DAILY_JOBS", "daily-jobs", "TRAILMILL_DAILY_JOBS cannot be used"),
        ("trailmill-fan-out", "TRAILMILL_LATE_DAYS", "few", "TRAILMILL_LATE_DAYS is \"few\": write a number"),
        ("trailmill-daily", "TRAILMILL_SOURCE", "", "TRAILMILL_SOURCE is not set"),
        (
            "trailmill-daily",
            "TRAILMILL_LAKE",
            "/lake",
            "TRAILMILL_LAKE is \"/lake\": write it as s3://bucket/prefix",
        ),
        (
            "trailmill-daily",
            "TRAILMILL_REQUESTER_PAYS",
            "yes",
            "TRAILMILL_REQUESTER_PAYS is \"yes\": write true or false",
        ),
        ("trailmill-monthly", "TRAILMILL_LAKE", "", "TRAILMILL_LAKE is not set"),
    ] {
        let mut started = cloud.start_with(function, LONG, &[(setting, value)]);
        let line = started.line();
        assert_eq!(line["level"], "error");
        assert!(line["error"].as_str().unwrap().contains(why), "{line}");
        assert!(started.fails());
    }
}

#[test]
fn a_tick_brings_yesterday_and_late_files_of_the_days_before() {
    let folder = tempfile::tempdir().unwrap();
    let tick: Day = "2026-09-20".parse().unwrap();
    let days_before: Vec<Day> =
        std::iter::successors(tick.previous(), |day| day.previous()).take(4).collect();
    for day in &days_before {
        write_day(&small_day(3, 9), *day, folder.path()).unwrap();
    }
    let cloud = Cloud::with_logs(folder.path());
    let fan_out = cloud.start("trailmill-fan-out", LONG);
    let event = json!({"version": "0", "id": "1", "detail-type": "Scheduled Event", "source": "aws.scheduler",
        "account": "111122223333", "time": "2026-09-20T01:30:00Z", "region": "eu-central-1", "resources": [], "detail": "{}"});
    fan_out.handle_well(&event.to_string());
    let daily = cloud.start("trailmill-daily", LONG);
    assert_eq!(cloud.daily_jobs.bodies().len(), 4);
    for body in cloud.daily_jobs.bodies() {
        daily.handle_well(&body);
    }
    assert_holds(cloud.lake().path(), &Oracle::read(folder.path()).unwrap());
}
