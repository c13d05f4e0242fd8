//! What the tests of this crate stand on: a lake in memory whose days are committed as the daily stage commits them.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cloudtrail_model::{AttemptId, Day, Input, Month, Part, Partition, Table, Totals, Verdict, hex};
use flate2::Compression;
use flate2::write::GzEncoder;
use lake_store::{
    Attempt, Changes, CommitOutcome, Depth, Journal, MemoryStore, ObjectMeta, PartitionState, SealedPart,
    Stamp, Store, list_all,
};
use sha2::{Digest, Sha256};

use crate::{Committed, MonthReport, MonthlyAggregator, MonthlyError, Options, Outcome, Request, export};

static ATTEMPTS: AtomicU64 = AtomicU64::new(0);

pub(crate) const STAMP: Stamp = Stamp {
    new_attempt: || AttemptId(format!("{:016x}", ATTEMPTS.fetch_add(1, Ordering::Relaxed))),
    now: || "2026-12-01T03:00:00Z".into(),
    tool: "test",
};

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub(crate) fn october() -> Month {
    Month::new(2026, 10).unwrap()
}

/// The record with a number, at a time.
pub(crate) fn record(number: u64, time: &str) -> String {
    let (service, call) = (number % 3, number % 7);
    format!(
        r#"{{"eventID":"00000000-0000-4000-8000-{number:012x}","eventTime":"{time}","eventSource":"s{service}.amazonaws.com","eventName":"Get{call}","requestParameters":null}}"#
    )
}

/// One lake.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) lake: MemoryStore,
    pub(crate) options: Options,
}

impl World {
    pub(crate) fn new() -> Self {
        World { lake: MemoryStore::new(), options: Options { threads: 2, ..Options::default() } }
    }

    /// Every day of October is there, each with ten records of its own.
    pub(crate) async fn of_a_whole_october() -> Self {
        let world = World::new();
        for day in october().days() {
            world.commit_day(Table::CloudTrail, day, &ten_of(day)).await;
        }
        world
    }

    /// Commits lines as one more part of a day, as the daily stage does; no lines make an empty commit.
    pub(crate) async fn commit_day(&self, table: Table, day: Day, lines: &[String]) {
        let partition = Partition::day(table, day);
        let lake: Arc<dyn Store> = Arc::new(self.lake.clone());
        let journal = Journal::new(lake.clone(), partition);
        let state = journal.read().await.unwrap();
        let attempt = Attempt::begin(lake, journal, &state, STAMP).await.unwrap().unwrap();
        let changes = match lines {
            [] => Changes::default(),
            lines => self.changes(&attempt, lines).await,
        };
        assert_eq!(attempt.finish(changes).await.unwrap(), CommitOutcome::Committed);
    }

    async fn changes(&self, attempt: &Attempt, lines: &[String]) -> Changes {
        let text: String = lines.iter().flat_map(|line| [line, "\n"]).collect();
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        let body = encoder.finish().unwrap();
        let (records, raw_bytes) = (lines.len() as u64, text.len() as u64);
        let part = Part {
            key: attempt.part_key(0),
            bytes: body.len() as u64,
            raw_bytes,
            records,
            sha256: hex(&Sha256::digest(&body)),
            min_event_time: None,
            max_event_time: None,
        };
        let mut upload = attempt.stage(0).await.unwrap();
        upload.write(body.into()).await.unwrap();
        upload.seal().await.unwrap();
        let input = Input {
            key: format!("file of {}", part.key),
            etag: String::new(),
            bytes: 1,
            raw_bytes,
            records,
            duplicates: 0,
            other_months: 0,
            verdict: Verdict::Ok,
        };
        let totals = Totals {
            files_in: 1,
            files_ok: 1,
            records_in: records,
            bytes_in: 1,
            raw_bytes_in: raw_bytes,
            ..Totals::default()
        };
        Changes {
            inputs: vec![input],
            parts: vec![SealedPart { part, upload }],
            totals,
            ..Changes::default()
        }
    }

    pub(crate) async fn try_run(&self, month: Month, request: Request) -> Result<MonthReport, MonthlyError> {
        self.run_over(self.lake.clone(), month, request).await
    }

    /// A run over a store that does something of its own with each call.
    pub(crate) async fn run_over(
        &self,
        lake: impl Store + 'static,
        month: Month,
        request: Request,
    ) -> Result<MonthReport, MonthlyError> {
        let (lake, options) = (Arc::new(lake), self.options);
        let aggregator = MonthlyAggregator { lake, options, stamp: STAMP, progress: Arc::default() };
        let run = aggregator.run(Table::CloudTrail, month, request);
        tokio::time::timeout(std::time::Duration::from_secs(60), run).await.expect("the run hangs")
    }

    /// Runs, and expects a commit.
    pub(crate) async fn commit(&self, month: Month) -> Committed {
        let request = Request { allow_gaps: true, ..Request::default() };
        match self.try_run(month, request).await.unwrap().outcome {
            Outcome::Committed(committed) => *committed,
            other => panic!("not committed but {other:?}"),
        }
    }

    pub(crate) async fn state(&self, month: Month) -> PartitionState {
        let partition = Partition::month(Table::CloudTrail, month);
        Journal::new(Arc::new(self.lake.clone()), partition).read().await.unwrap()
    }

    /// Every object of the lake, with its version.
    pub(crate) async fn listing(&self) -> Vec<ObjectMeta> {
        list_all(&self.lake, "", Depth::All).await.unwrap().objects
    }

    /// The visible Parquet of a month.
    pub(crate) async fn visible(&self, month: Month) -> Vec<String> {
        let prefix = Partition::month(Table::CloudTrail, month).prefix();
        let page = list_all(&self.lake, &prefix, Depth::All).await.unwrap();
        page.objects.into_iter().map(|object| object.key).collect()
    }

    /// The event ids in a month's Parquet, sorted, after the whole way back.
    pub(crate) async fn numbers(&self, month: Month) -> Vec<u64> {
        let mut lines = Vec::new();
        export(Arc::new(self.lake.clone()), Table::CloudTrail, month, &mut lines).await.unwrap();
        let text = String::from_utf8(lines).unwrap();
        let mut numbers: Vec<u64> = text.lines().map(number).collect();
        numbers.sort_unstable();
        numbers
    }
}

/// Ten records of a day.
pub(crate) fn ten_of(day: Day) -> Vec<String> {
    let first = u64::try_from(day.day_of_month()).unwrap() * 100;
    (first..first + 10).map(|number| record(number, &format!("{day}T10:00:00Z"))).collect()
}

/// The numbers of the records of whole days.
pub(crate) fn numbers_of(days: std::ops::RangeInclusive<u64>) -> Vec<u64> {
    days.flat_map(|day| day * 100..day * 100 + 10).collect()
}

fn number(line: &str) -> u64 {
    let at = line.find("00000000-0000-4000-8000-").unwrap() + 24;
    u64::from_str_radix(&line[at..at + 12], 16).unwrap()
}
