//! A server with a bucket of logs and a bucket of a lake, and runs from one to the other.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use cloudtrail_model::{Day, Month, Table};
use daily_aggregator::{DailyAggregator, DailyError, Source};
use lake::{Committed, Journal, Outcome, Partition};
use lake_aws::BucketOptions;
use lake_store::{Limit, Retry, Store, with_causes};
use monthly_aggregator::{DaysThere, MonthlyAggregator};
use testkit::STAMP;
use testkit::s3::{Call, Operation, S3Server};
use testkit_stores::bucket;

pub(crate) const PREFIX: &str = "trail";

pub(crate) fn day() -> Day {
    "2026-11-22".parse().unwrap()
}

pub(crate) fn partition() -> Partition {
    Partition::day(Table::CloudTrail, day())
}

/// The key of a log file, in the source.
pub(crate) fn key(account: usize, region: &str, day: &str, name: &str) -> String {
    format!("AWSLogs/{account:012}/CloudTrail/{region}/{day}/{name}.json.gz")
}

/// A log file of one record, long enough that a few fill a block.
pub(crate) fn log_file(number: usize) -> String {
    let padding = "x".repeat(400);
    format!(r#"{{"Records":[{{"eventID":"{number}","eventName":"Get{}","x":"{padding}"}}]}}"#, number % 7)
}

/// A server, and stores with the layers of the command, and shorter pauses.
pub(crate) struct Buckets {
    pub(crate) server: Arc<S3Server>,
    pub(crate) source: Arc<dyn Store>,
    pub(crate) lake: Arc<dyn Store>,
}

impl Buckets {
    pub(crate) fn new() -> Self {
        Self::with(&BucketOptions::default(), 1_000)
    }

    /// Both stores with options and a page size.
    pub(crate) fn with(options: &BucketOptions, page_size: i32) -> Self {
        let server = Arc::new(S3Server::start(&["logs", "lake"]).unwrap());
        let store = |location: &str| -> Arc<dyn Store> {
            let store = bucket(&server, location.parse().unwrap(), options.clone()).with_page_size(page_size);
            let pauses = [1, 20].map(Duration::from_millis);
            Arc::new(Retry::new(Limit::new(store, 256)).pauses(pauses[0], pauses[1]))
        };
        let (source, lake) = (store("s3://logs/trail"), store("s3://lake/a/b"));
        Buckets { server, source, lake }
    }

    /// Delivers a number of files of the day, of each account in turn.
    pub(crate) fn deliver(&self, files: usize, accounts: usize) {
        for number in 0..files {
            let key = key(number % accounts, "eu-west-1", "2026/11/22", &format!("{number:05}"));
            self.put(&key, log_file(number));
        }
    }

    /// Puts an object into the source, without a request.
    pub(crate) fn put(&self, key: &str, body: String) {
        self.server.put("logs", &format!("{PREFIX}/{key}"), body);
    }

    /// Brings the day up to date.
    pub(crate) async fn try_run(&self) -> Result<Outcome, DailyError> {
        try_run(&self.source, &self.lake, daily_aggregator::Request::default()).await
    }

    /// Runs, and expects a commit.
    pub(crate) async fn commit(&self) -> Committed {
        committed(self.try_run().await.unwrap())
    }

    /// Runs, and expects an error of one line with all of these texts, and no commit.
    pub(crate) async fn refused(&self, words: &[&str]) {
        let error = with_causes(&self.try_run().await.unwrap_err());
        assert!(!error.contains('\n') && error.len() < 400, "{error}");
        for word in words {
            assert!(error.contains(word), "{word:?} is not in: {error}");
        }
        self.assert_nothing_counts(&error);
    }

    /// Asserts that no commit was made.
    pub(crate) fn assert_no_commit(&self, context: &str) {
        let commit = format!("a/b/{}", partition().journal_key(2));
        assert!(self.server.objects("lake").iter().all(|(key, _)| *key != commit), "{context}");
    }

    /// Asserts that no commit was made and no part is visible.
    pub(crate) fn assert_nothing_counts(&self, context: &str) {
        for (key, _) in self.server.objects("lake") {
            let claim = format!("a/b/{}", partition().journal_key(1));
            let is_unnamed = key.contains("/_journal/") && key.ends_with(".ndjson.gz");
            let counts_for_nothing = key == claim || key == format!("a/b/{}", lake::LAKE_FILE) || is_unnamed;
            assert!(counts_for_nothing, "{key}, not only a claim, the lake file and inputs: {context}");
        }
    }

    /// Asserts that the lake is consistent and holds exactly the records of a number of files.
    pub(crate) async fn assert_holds(&self, files: usize) {
        let found = daily_aggregator::verify(self.lake.clone(), partition(), 4).await.unwrap();
        assert_eq!((found.records, found.problems), (files as u64, vec![]));
        let state = Journal::new(self.lake.clone(), partition()).read().await.unwrap();
        assert_eq!((state.inputs.len(), state.totals.duplicates), (files, 0));
        assert_eq!(self.server.uploads_in_progress("lake"), 0);
    }
}

/// Brings the day up to date, with blocks and parts so small that there are several.
pub(crate) async fn try_run(
    source: &Arc<dyn Store>,
    lake: &Arc<dyn Store>,
    request: daily_aggregator::Request,
) -> Result<Outcome, DailyError> {
    run_day(source, lake, day(), request).await
}

pub(crate) async fn run_day(
    source: &Arc<dyn Store>,
    lake: &Arc<dyn Store>,
    day: Day,
    request: daily_aggregator::Request,
) -> Result<Outcome, DailyError> {
    let options = daily_aggregator::Options {
        block_bytes: 20_000,
        part_raw_bytes: 300_000,
        threads: 2,
        ..daily_aggregator::Options::default()
    };
    let source = Source::survey(source.clone(), "").await.map_err(DailyError::List)?;
    let (lake, progress) = (lake.clone(), Arc::default());
    let aggregator = DailyAggregator { source, lake, options, proving: None, stamp: STAMP, progress };
    Ok(aggregator.run(Table::CloudTrail, day, request).await?.outcome)
}

pub(crate) fn committed(outcome: Outcome) -> Committed {
    match outcome {
        Outcome::Committed(committed) => *committed,
        other => panic!("not committed but {other:?}"),
    }
}

/// Brings November up to date from its committed days.
pub(crate) async fn run_month(lake: &Arc<dyn Store>) -> Outcome {
    let options = monthly_aggregator::Options {
        part_rows: 800,
        row_group_rows: 500,
        threads: 2,
        ..monthly_aggregator::Options::default()
    };
    let (lake, progress, days_there) = (lake.clone(), Arc::default(), DaysThere::default());
    let aggregator = MonthlyAggregator { lake, options, stamp: STAMP, progress, days_there };
    let request = monthly_aggregator::Request { allow_gaps: true, ..Default::default() };
    aggregator.run(Table::CloudTrail, november(), request).await.unwrap().outcome
}

pub(crate) fn november() -> Month {
    Month::new(2026, 11).unwrap()
}

/// The number of calls of each operation.
pub(crate) fn tally(calls: &[Call]) -> BTreeMap<String, usize> {
    let mut tally = BTreeMap::new();
    for call in calls {
        *tally.entry(format!("{:?}", call.operation)).or_default() += 1;
    }
    tally
}

/// The calls of an operation.
pub(crate) fn of(calls: &[Call], operation: Operation) -> Vec<&Call> {
    calls.iter().filter(|call| call.operation == operation).collect()
}
