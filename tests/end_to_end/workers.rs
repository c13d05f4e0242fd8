//! `trailmill submit`, `worker` and `redrive`: the queues without Lambda.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use cloudtrail_corpus::write_day;
use cloudtrail_model::{Month, Table};
use job_queue::{NewMessage, Queue};
use serde_json::Value;
use testkit::{MemoryQueue, Oracle};

use crate::command::{Ran, trailmill};
use crate::function_world::{Cloud, bodies, month_of_logs};
use crate::lake_on_disk::{assert_holds, assert_lines, assert_verifies};
use crate::made_source::{day, small_day};
use crate::months_on_disk::{assert_no_orphans, expected_months, exported};

const PATIENCE: Duration = Duration::from_secs(120);

fn told(cloud: &Cloud, arguments: &str) -> Ran {
    let mut command = trailmill();
    cloud.tell(&mut command);
    command.args(arguments.split_whitespace()).output().unwrap().into()
}

fn submit(cloud: &Cloud, what: &str) -> Ran {
    told(cloud, &format!("submit --queue {} {what}", cloud.sqs.url("requests")))
}

/// A running worker.
struct Worker {
    process: Child,
    lines: Receiver<String>,
}

impl Worker {
    fn start(cloud: &Cloud, more: &str) -> Self {
        let mut command = trailmill();
        cloud.tell(&mut command);
        let url = |name| cloud.sqs.url(name);
        command.args(["worker", "--source", "s3://logs/trail", "--lake", "s3://lake/lake"]);
        command.args(["--requests", &url("requests"), "--daily-jobs", &url("daily-jobs")]);
        command.args(["--monthly-jobs", &url("monthly-jobs.fifo")]).args(more.split_whitespace());
        let mut process = command.stderr(Stdio::null()).spawn().unwrap();
        let (sender, lines) = channel();
        let stdout = BufReader::new(process.stdout.take().unwrap());
        std::thread::spawn(move || {
            stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        Worker { process, lines }
    }

    /// The next message that was handled.
    fn line(&self) -> Value {
        serde_json::from_str(&self.lines.recv_timeout(PATIENCE).unwrap()).unwrap()
    }

    /// Handles messages until one of a function has been.
    fn until(&self, function: &str) -> Value {
        loop {
            let line = self.line();
            if line["Function"] == function {
                return line;
            }
        }
    }

    /// Sends SIGTERM by the command `kill`.
    fn terminate(&mut self) {
        let pid = self.process.id().to_string();
        assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }

    /// Terminates it, and returns its exit status.
    fn stop(mut self) -> Option<i32> {
        self.terminate();
        self.process.wait().unwrap().code()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _status = self.process.wait();
    }
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_submitted_month_is_milled_by_a_worker_to_the_end() {
    let month: Month = "2026-09".parse().unwrap();
    let folder = month_of_logs(month, |day| day != 13);
    let cloud = Cloud::with_logs(folder.path());
    let ran = submit(&cloud, "--month 2026-09");
    assert_eq!(
        (ran.status, ran.stdout.as_str()),
        (
            Some(0),
            "33 days: their listings cost about $0.17 for each 1,000 pairs of account and region\n\
             submitted {\"month\":\"2026-09\",\"version\":1}\n"
        )
    );
    let years = submit(&cloud, "--from 2013-01-01 --to 2026-11-27");
    assert!(years.status == Some(1) && years.stderr.contains("more than 400"), "{years:?}");
    let worker = Worker::start(&cloud, "--days-at-once 4 --stack here");
    let said = worker.until("monthly");
    assert_eq!((&said["Failures"], &said["Stack"]), (&0.into(), &"here".into()), "{said}");
    let queues = [&cloud.requests, &cloud.daily_jobs, &cloud.monthly_jobs];
    until("the queues are empty", || queues.iter().all(|queue| queue.bodies().is_empty()));
    assert_eq!(worker.stop(), Some(0));
    assert!(queues.iter().all(|queue| queue.dead().is_empty()));

    let lake = cloud.lake();
    let oracle = Oracle::read(folder.path()).unwrap();
    let expected = &expected_months(&oracle)[&(Table::CloudTrail, month)];
    assert_lines(&exported(lake.path(), Table::CloudTrail, month), expected, "the month");
    assert_no_orphans(lake.path());
    assert_verifies(lake.path());
}

#[test]
fn a_stopped_worker_finishes_its_messages() {
    let folder = tempfile::tempdir().unwrap();
    write_day(&small_day(150, 600), day(), folder.path()).unwrap();
    let cloud = Cloud::with_logs(folder.path());
    cloud.s3.set_latency(Duration::from_millis(50));
    submit(&cloud, "--day 2026-11-22");
    let mut worker = Worker::start(&cloud, "");
    assert_eq!(worker.line()["Function"], "fan-out");
    // it has started when it has claimed the day
    until("the day is claimed", || !cloud.s3.objects("lake").is_empty());
    worker.terminate();
    assert_eq!(worker.process.wait().unwrap().code(), Some(0));
    assert_holds(cloud.lake().path(), &Oracle::read(folder.path()).unwrap());
    assert!(cloud.daily_jobs.bodies().is_empty());
}

#[test]
fn another_worker_handles_the_messages_of_a_killed_one() {
    let folder = tempfile::tempdir().unwrap();
    write_day(&small_day(150, 600), day(), folder.path()).unwrap();
    let cloud = Cloud::with_logs(folder.path());
    cloud.s3.set_latency(Duration::from_millis(50));
    submit(&cloud, "--day 2026-11-22");
    let mut killed = Worker::start(&cloud, "--hidden 10");
    until("the day is claimed", || !cloud.s3.objects("lake").is_empty());
    killed.process.kill().unwrap();
    cloud.s3.set_latency(Duration::ZERO);
    let worker = Worker::start(&cloud, "");
    let said = worker.until("daily");
    assert_eq!((&said["received"], &said["Failures"]), (&2.into(), &0.into()), "{said}");
    assert_eq!(worker.stop(), Some(0));
    let lake = cloud.lake();
    assert_holds(lake.path(), &Oracle::read(folder.path()).unwrap());
    assert_verifies(lake.path());
}

#[test]
fn if_one_queue_fails_messages_of_the_others_are_finished_or_released() {
    let folder = tempfile::tempdir().unwrap();
    write_day(&small_day(5, 20), day(), folder.path()).unwrap();
    let cloud = Cloud::with_logs(folder.path());
    let url = |name| cloud.sqs.url(name);
    for day in 20..=22 {
        let job = NewMessage::new(format!(r#"{{"version":1,"day":"2026-11-{day}"}}"#), "day");
        crate::lake_on_disk::wait(cloud.daily_jobs.send(&[job])).unwrap();
    }
    let ran = told(
        &cloud,
        &format!(
            "worker --source s3://logs/trail --lake s3://lake/lake --daily-jobs {} --monthly-jobs {}",
            url("daily-jobs"),
            url("missing.fifo")
        ),
    );
    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("the queue of monthly cannot be polled"), "{ran:?}");
    let left = cloud.daily_jobs.bodies().len();
    let visible = crate::lake_on_disk::wait(cloud.daily_jobs.receive(10, Duration::ZERO)).unwrap();
    assert_eq!(visible.len(), left, "a job is hidden, and nobody is at it");
}

#[test]
fn failed_messages_go_back_where_they_came_from() {
    let cloud = Cloud::with_logs(tempfile::tempdir().unwrap().path());
    let dead = MemoryQueue::new(Duration::from_secs(60), 5);
    cloud.sqs.add("dead", dead.clone());
    for what in
        ["--day 2026-11-20", "--from 2026-11-01 --to 2026-11-03 --rebuild", "--month 2026-10 --allow-gaps"]
    {
        let ran = told(&cloud, &format!("submit --queue {} {what}", cloud.sqs.url("dead")));
        assert_eq!(ran.status, Some(0), "{ran:?}");
    }
    let redrive = format!("redrive --from {} --to {}", cloud.sqs.url("dead"), cloud.sqs.url("requests"));
    let ran = told(&cloud, &redrive);
    assert_eq!((ran.status, ran.stdout.as_str()), (Some(0), "moved 3 messages\n"), "{ran:?}");
    assert!(dead.bodies().is_empty());
    let moved: Vec<String> = bodies(&cloud.requests).iter().map(Value::to_string).collect();
    assert_eq!(moved.len(), 3);
    assert!(
        moved.contains(&r#"{"from":"2026-11-01","rebuild":true,"to":"2026-11-03","version":1}"#.to_owned()),
        "{moved:?}"
    );
    assert_eq!(told(&cloud, &redrive).stdout, "moved 0 messages\n");
}

#[test]
fn mistakes_are_reported_in_one_line() {
    let cloud = Cloud::with_logs(tempfile::tempdir().unwrap().path());
    let (requests, missing) = (cloud.sqs.url("requests"), cloud.sqs.url("missing"));
    for (arguments, why) in [
        (format!("submit --queue {missing} --day 2026-11-20"), "check the"),
        ("submit --queue requests --day 2026-11-20".to_owned(), "requests"),
        (
            format!("submit --queue {requests} --from 2026-11-02 --to 2026-11-01"),
            "--to 2026-11-01 is before --from",
        ),
        (format!("redrive --from {requests} --to {requests}"), "the same queue"),
        (format!("redrive --from {missing} --to {requests}"), "check the"),
        (
            format!("worker --source s3://logs/trail --lake s3://lake --daily-jobs {missing}"),
            "the queue of daily cannot be polled",
        ),
    ] {
        let ran = told(&cloud, &arguments);
        let errors: Vec<&str> = ran.stderr.lines().filter(|line| line.starts_with("error: ")).collect();
        assert_eq!((ran.status, errors.len()), (Some(1), 1), "{arguments}: {ran:?}");
        assert!(errors[0].contains(why), "{arguments}: {ran:?}");
    }
    for arguments in [
        "submit --queue q",
        "submit --queue q --from 2026-11-01",
        "submit --queue q --day 2026-11-01 --allow-gaps",
    ] {
        let ran = told(&cloud, arguments);
        assert!(ran.status == Some(1) && ran.stdout.is_empty(), "{ran:?}");
    }
}
