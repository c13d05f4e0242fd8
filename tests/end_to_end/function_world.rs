//! S3 and SQS in this process, and the Lambda functions: the real binaries with a simulated Lambda runtime API.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use cloudtrail_model::Month;
use lambda_simulator::{InvocationState, Simulator};
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::MemoryQueue;
use testkit::s3::S3Server;
use testkit::sqs::SqsServer;
use tokio::runtime::Runtime;

use crate::command::binary;
use crate::s3_world::{download, forget_aws, server, upload};

/// The visibility timeout: longer than any test.
const HIDDEN: Duration = Duration::from_secs(300);
/// The time limit of an invocation.
const PATIENCE: Duration = Duration::from_secs(120);

/// The runtime of simulators.
fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().unwrap())
}

/// Buckets and queues.
pub(crate) struct Cloud {
    pub(crate) s3: S3Server,
    pub(crate) sqs: SqsServer,
    pub(crate) requests: MemoryQueue,
    pub(crate) daily_jobs: MemoryQueue,
    pub(crate) monthly_jobs: MemoryQueue,
}

impl Cloud {
    /// Buckets with these log files below `trail/`, and empty queues.
    pub(crate) fn with_logs(folder: &Path) -> Self {
        Self::hiding(folder, HIDDEN)
    }

    /// The same, with a visibility timeout.
    pub(crate) fn hiding(folder: &Path, hidden: Duration) -> Self {
        let (requests, daily_jobs) = (MemoryQueue::new(hidden, 5), MemoryQueue::new(hidden, 5));
        let monthly_jobs = MemoryQueue::fifo(hidden, 5);
        let queues = [
            ("requests", requests.clone()),
            ("daily-jobs", daily_jobs.clone()),
            ("monthly-jobs.fifo", monthly_jobs.clone()),
        ];
        let (s3, sqs) = (server(), SqsServer::start(&queues).unwrap());
        upload(&s3, "logs", "trail/", folder);
        Cloud { s3, sqs, requests, daily_jobs, monthly_jobs }
    }

    /// The content of the lake, as a folder.
    pub(crate) fn lake(&self) -> TempDir {
        download(&self.s3, "lake", "lake/")
    }

    /// Configures a process to use these servers.
    pub(crate) fn tell(&self, command: &mut Command) {
        forget_aws(command);
        command.env("AWS_REGION", "us-east-1");
        command
            .env("AWS_ENDPOINT_URL_S3", self.s3.endpoint())
            .env("AWS_ENDPOINT_URL_SQS", self.sqs.endpoint());
        command.env("AWS_ACCESS_KEY_ID", S3Server::ACCESS_KEY);
        command.env("AWS_SECRET_ACCESS_KEY", S3Server::SECRET_KEY);
    }

    /// The settings of all functions.
    fn settings(&self) -> [(&'static str, String); 5] {
        [
            ("TRAILMILL_SOURCE", "s3://logs/trail".to_owned()),
            ("TRAILMILL_LAKE", "s3://lake/lake".to_owned()),
            ("TRAILMILL_DAILY_JOBS", self.sqs.url("daily-jobs")),
            ("TRAILMILL_MONTHLY_JOBS", self.sqs.url("monthly-jobs.fifo")),
            ("TRAILMILL_STACK", "the-stack".to_owned()),
        ]
    }

    /// Starts a function with a timeout of invocations.
    pub(crate) fn start(&self, name: &str, timeout: Duration) -> Function {
        self.start_with(name, timeout, &[])
    }

    /// Starts a function with overridden settings; empty ones are removed.
    pub(crate) fn start_with(&self, name: &str, timeout: Duration, other: &[(&str, &str)]) -> Function {
        let simulator = Simulator::builder().function_name(name).invocation_timeout(timeout);
        let simulator = runtime().block_on(simulator.build()).unwrap();
        let mut command = binary(name);
        self.tell(&mut command);
        command.envs(simulator.lambda_env_vars()).envs(self.settings()).envs(other.iter().copied());
        let mut process = command.stderr(Stdio::inherit()).spawn().unwrap();
        let (sender, lines) = channel();
        let stdout = BufReader::new(process.stdout.take().unwrap());
        std::thread::spawn(move || {
            stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        Function { simulator, process, lines }
    }
}

/// A running function.
pub(crate) struct Function {
    simulator: Simulator,
    process: Child,
    lines: Receiver<String>,
}

impl Function {
    /// Starts an invocation and returns its ID.
    pub(crate) fn begin(&self, event: Value) -> String {
        runtime().block_on(self.simulator.enqueue_payload(event))
    }

    /// Waits for an invocation.
    pub(crate) fn ended(&self, id: &str) -> InvocationState {
        runtime().block_on(self.simulator.wait_for_invocation_complete(id, PATIENCE)).unwrap()
    }

    /// Sends a batch. Returns the response, and the log line of each message.
    pub(crate) fn handle(&self, bodies: &[&str]) -> (Value, Vec<Value>) {
        let id = self.begin(batch(bodies));
        let answer = self.ended(&id).response.unwrap().payload;
        let log = bodies.iter().map(|_| self.line()).collect();
        (answer, log)
    }

    /// Sends one message that must succeed. Returns its log line.
    pub(crate) fn handle_well(&self, body: &str) -> Value {
        let (answer, mut log) = self.handle(&[body]);
        assert_eq!(answer, json!({"batchItemFailures": []}), "{body}: {log:?}");
        log.remove(0)
    }

    /// The next line of the log, which is JSON.
    pub(crate) fn line(&self) -> Value {
        serde_json::from_str(&self.lines.recv_timeout(PATIENCE).unwrap()).unwrap()
    }

    /// Kills it.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Waits for its end. Returns whether it failed.
    pub(crate) fn fails(&mut self) -> bool {
        !self.process.wait().unwrap().success()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        self.kill();
    }
}

/// An event of SQS: <https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html>
pub(crate) fn batch(bodies: &[&str]) -> Value {
    let message = |(at, body): (usize, &&str)| {
        json!({
            "messageId": format!("059f36b4-87a3-44ab-83d2-66197584{at:04}"),
            "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
            "body": body,
            "attributes": {
                "ApproximateReceiveCount": "1",
                "SentTimestamp": "1545082649183",
                "SenderId": "AIDAIENQZJOLO23YVJ4VO",
                "ApproximateFirstReceiveTimestamp": "1545082649185"
            },
            "messageAttributes": {},
            "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:my-queue",
            "awsRegion": "us-east-1"
        })
    };
    json!({"Records": bodies.iter().enumerate().map(message).collect::<Vec<_>>()})
}

/// The bodies on a queue.
pub(crate) fn bodies(queue: &MemoryQueue) -> Vec<Value> {
    queue.bodies().iter().map(|body| serde_json::from_str(body).unwrap()).collect()
}

/// The days on a queue of daily jobs, in order.
pub(crate) fn days(queue: &MemoryQueue) -> Vec<String> {
    let mut days: Vec<String> =
        bodies(queue).iter().map(|job| job["day"].as_str().unwrap().to_owned()).collect();
    days.sort_unstable();
    days
}

/// The log files of some days of a month: one a day, with its own event and one of the day before.
pub(crate) fn month_of_logs(month: Month, days: impl Fn(i8) -> bool) -> TempDir {
    use crate::made_source::{event, key_on, log_file, put};
    let folder = tempfile::tempdir().unwrap();
    for day in month.days().filter(|day| days(day.day_of_month())) {
        let number = u64::try_from(day.day_of_month()).unwrap();
        let records: Vec<String> = [number, number + 1]
            .iter()
            .map(|number| event(*number, &format!("{month}-01T00:00:{number:02}Z")))
            .collect();
        put(folder.path(), &key_on(day, "991122223333_CloudTrail_eu-west-1_x_1.json"), &log_file(&records));
    }
    folder
}
