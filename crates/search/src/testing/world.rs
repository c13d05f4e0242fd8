//! Tests only: a source in a folder, and a lake in memory that both stages have written.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use cloudtrail_model::{Day, Month, Table};
use daily_aggregator::{DailyAggregator, Source};
use lake_store::{DiskStore, MemoryStore, Store};
use monthly_aggregator::{DaysThere, MonthlyAggregator};
use testkit::STAMP;

use crate::testing::oracle::{self, Expected};
use crate::{Found, Query, Search, SearchError, Summary};

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub(crate) fn month(text: &str) -> Month {
    text.parse().unwrap()
}

/// A source and its lake.
pub(crate) struct World {
    pub(crate) source: tempfile::TempDir,
    pub(crate) lake: Arc<dyn Store>,
    /// How months are written.
    pub(crate) monthly: monthly_aggregator::Options,
}

impl World {
    pub(crate) fn new() -> Self {
        // small row groups and parts, so that there is something to rule out
        let monthly = monthly_aggregator::Options {
            row_group_rows: 150,
            row_group_days: 2,
            part_rows: 400,
            level: 1,
            threads: 2,
            ..monthly_aggregator::Options::default()
        };
        World { source: tempfile::tempdir().unwrap(), lake: Arc::new(MemoryStore::new()), monthly }
    }

    /// Puts a log file with these records into the source. It is not compressed, which is allowed.
    pub(crate) fn deliver(&self, day: Day, name: &str, records: &[impl AsRef<str>]) {
        let records: Vec<&str> = records.iter().map(AsRef::as_ref).collect();
        let key = format!(
            "AWSLogs/111122223333/CloudTrail/us-east-1/{}/111122223333_CloudTrail_us-east-1_{}T0005Z_{name:0>16}.json.gz",
            day.as_path(),
            day.as_path().replace('/', "")
        );
        let path = self.source.path().join(key);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let text = format!("{{\"Records\":[{}]}}", records.join(","));
        std::io::Write::write_all(&mut std::fs::File::create(path).unwrap(), text.as_bytes()).unwrap();
    }

    /// Brings days up to date, those of all tables.
    pub(crate) async fn daily(&self, days: &[&str]) {
        self.daily_with(self.source.path(), days, daily_aggregator::Request::default()).await;
    }

    pub(crate) async fn daily_with(&self, source: &Path, days: &[&str], request: daily_aggregator::Request) {
        let store: Arc<dyn Store> = Arc::new(DiskStore::open(source).unwrap());
        let stage = DailyAggregator {
            source: Source::survey(store, "").await.unwrap(),
            lake: self.lake.clone(),
            options: daily_aggregator::Options {
                threads: 2,
                level: 1,
                ..daily_aggregator::Options::default()
            },
            proving: None,
            stamp: STAMP,
            progress: Arc::default(),
        };
        for text in days {
            for (_, result) in stage.run_tables(Table::ALL, day(text), request).await {
                result.unwrap();
            }
        }
    }

    /// Brings months up to date, those of all tables.
    pub(crate) async fn monthly(&self, months: &[&str]) {
        let stage = MonthlyAggregator {
            lake: self.lake.clone(),
            options: self.monthly,
            stamp: STAMP,
            progress: Arc::default(),
            days_there: DaysThere::default(),
        };
        let request =
            monthly_aggregator::Request { allow_gaps: true, ..monthly_aggregator::Request::default() };
        for text in months {
            for table in Table::ALL {
                stage.run(table, month(text), request).await.unwrap();
            }
        }
    }

    /// What must be in the lake.
    pub(crate) fn expected(&self) -> Vec<Expected> {
        oracle::records(self.source.path())
    }

    /// What a query finds.
    pub(crate) async fn search(&self, query: &Query) -> (Vec<(Table, Found)>, Summary) {
        search(self.lake.clone(), query.clone()).await.unwrap()
    }

    /// The number of records that a query finds, if only that is asked for.
    pub(crate) async fn number(&self, query: &Query) -> u64 {
        let search = Search { only_number: true, ..of(self.lake.clone(), query.clone()) };
        let mut take = |_, _| -> ControlFlow<()> { panic!("only the number is wanted") };
        search.run(&mut take).await.unwrap().found
    }

    /// Asserts that a query finds exactly what it must, in the order of time.
    pub(crate) async fn assert_finds(&self, records: &[Expected], query: &Query, context: &str) {
        let (found, summary) = self.search(query).await;
        // the order of members and the escapes of strings are not promised
        let mut expected: Vec<_> = oracle::matching(records, query)
            .into_iter()
            .map(|of| (of.table, of.sorted().to_owned()))
            .collect();
        let text = |line: &[u8]| oracle::sorted(std::str::from_utf8(line).unwrap());
        let mut lines: Vec<_> = found.iter().map(|(table, found)| (*table, text(&found.line))).collect();
        expected.sort();
        lines.sort();
        let (missing, extra) = differences(&expected, &lines);
        assert!(
            missing.is_empty() && extra.is_empty(),
            "{context}: {query:?}\nmissing: {missing:#?}\nextra: {extra:#?}"
        );
        assert_eq!(summary.found, found.len() as u64, "{context}: {query:?}");
        assert_eq!(self.number(query).await, summary.found, "{context}: the number of {query:?}");
    }
}

/// A search for all that a query finds.
pub(crate) fn of(lake: Arc<dyn Store>, query: Query) -> Search {
    Search { lake, query, only_number: false, limit: None, progress: Arc::default() }
}

pub(crate) async fn search(
    lake: Arc<dyn Store>,
    query: Query,
) -> Result<(Vec<(Table, Found)>, Summary), SearchError> {
    let mut all = Vec::new();
    let mut take = |table, found| {
        all.push((table, found));
        ControlFlow::Continue(())
    };
    let summary = of(lake, query).run(&mut take).await?;
    Ok((all, summary))
}

fn differences<T: Ord + Clone>(expected: &[T], found: &[T]) -> (Vec<T>, Vec<T>) {
    let (mut missing, mut extra) = (Vec::new(), Vec::new());
    let (mut expected, mut found) = (expected.iter().peekable(), found.iter().peekable());
    loop {
        match (expected.peek(), found.peek()) {
            (None, None) => return (missing, extra),
            (Some(one), Some(other)) if one == other => {
                expected.next();
                found.next();
            }
            (Some(one), other) if other.is_none_or(|other| one < other) => {
                missing.extend(expected.next().cloned());
            }
            _ => extra.extend(found.next().cloned()),
        }
    }
}
