//! The fixture of the tests of jobs: a source, a lake and queues.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cloudtrail_model::{Day, Month, Table};
use daily_aggregator::Options;
use fan_out::{DailyJob, MonthlyJob};
use flate2::Compression;
use flate2::write::GzEncoder;
use job_queue::{Handled, Handler, Message, Queue};
use lake::{Journal, Partition, PartitionState};
use testkit::{MemoryQueue, STAMP};
use testkit_stores::TestStore;

use crate::{DailyJobs, MeantToBeSilent};

/// The date of the tests' clock.
pub(crate) const TODAY: &str = "2026-12-01";

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub(crate) fn month(text: &str) -> Month {
    text.parse().unwrap()
}

/// The key of a log file of a day.
pub(crate) fn key(day: Day, name: &str) -> String {
    format!("AWSLogs/111122223333/CloudTrail/us-east-1/{}/{name}.json.gz", day.as_path())
}

/// A source, a lake, queues and a daily handler.
pub(crate) struct World {
    pub(crate) source: TestStore,
    pub(crate) lake: TestStore,
    pub(crate) daily: MemoryQueue,
    pub(crate) monthly: MemoryQueue,
}

impl World {
    pub(crate) fn new() -> Self {
        let (daily, monthly) =
            (MemoryQueue::new(Duration::from_secs(60), 5), MemoryQueue::fifo(Duration::from_secs(60), 5));
        World { source: TestStore::new(), lake: TestStore::new(), daily, monthly }
    }

    /// One log file on each of these days.
    pub(crate) async fn delivered(days: impl IntoIterator<Item = Day>) -> Self {
        let world = World::new();
        for (number, day) in days.into_iter().enumerate() {
            world.deliver(day, "a", number as u64).await;
        }
        world
    }

    pub(crate) async fn deliver(&self, day: Day, name: &str, number: u64) {
        deliver(&self.source, &key(day, name), &[record(number)]).await;
    }

    pub(crate) fn jobs(&self) -> DailyJobs {
        DailyJobs {
            source: Arc::new(self.source.clone()),
            start: String::new(),
            lake: Arc::new(self.lake.clone()),
            options: Options { threads: 1, ..Options::default() },
            proof: None,
            stamp: STAMP,
            meant_to_be_silent: MeantToBeSilent::default(),
            daily_jobs: Arc::new(self.daily.clone()),
            monthly_jobs: Some(Arc::new(self.monthly.clone())),
        }
    }

    pub(crate) async fn handle(&self, job: DailyJob) -> Handled {
        self.jobs().handle(&serde_json::to_string(&job).unwrap(), None).await
    }

    pub(crate) async fn done(&self, job: DailyJob) -> Handled {
        let handled = self.handle(job).await;
        assert!(handled.failure.is_none(), "{job:?}: {:?}", handled.failure);
        handled
    }

    /// Commits of the main table's day.
    pub(crate) async fn commits(&self, day: Day) -> u64 {
        self.state(day).await.commits
    }

    /// The main table's day.
    pub(crate) async fn state(&self, day: Day) -> PartitionState {
        let journal = Journal::new(Arc::new(self.lake.clone()), Partition::day(Table::CloudTrail, day));
        journal.read().await.unwrap()
    }

    /// The months in the monthly queue.
    pub(crate) async fn sent_on(&self) -> Vec<MonthlyJob> {
        let messages: Vec<Message> = self.monthly.receive(10, Duration::ZERO).await.unwrap();
        messages.iter().map(|message| MonthlyJob::parse(message.body.as_bytes()).unwrap()).collect()
    }
}

/// The value of a metric of a message.
pub(crate) fn number(handled: &Handled, name: &str) -> u64 {
    let found = handled.metrics.iter().find(|metric| metric.name == name);
    found.unwrap_or_else(|| panic!("no {name} in {:?}", handled.metrics)).value
}

/// A record of a fixed time.
pub(crate) fn record(number: u64) -> String {
    record_at(number, "2026-11-22T10:11:12Z")
}

pub(crate) fn record_at(number: u64, time: &str) -> String {
    format!(
        r#"{{"eventID":"00000000-0000-4000-8000-{number:012x}","eventTime":"{time}","eventSource":"s3.amazonaws.com"}}"#
    )
}

/// Puts an object, or replaces it.
pub(crate) async fn put(store: &TestStore, key: &str, body: impl Into<Bytes>) {
    store.put(key, body).await;
}

/// Puts a log file with these records.
pub(crate) async fn deliver(store: &TestStore, key: &str, records: &[String]) {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(format!(r#"{{"Records":[{}]}}"#, records.join(",")).as_bytes()).unwrap();
    put(store, key, encoder.finish().unwrap()).await;
}
