//! The fixture of the tests of this crate: a source, a lake, and log files.

use std::io::{Read, Write};
use std::sync::Arc;

use bytes::Bytes;
use cloudtrail_model::{Day, Table};
use flate2::Compression;
use flate2::write::GzEncoder;
use lake::{Committed, Journal, Outcome, Partition, PartitionState, Verification};
use lake_store::{Depth, ObjectMeta, Store, list_all};
use testkit::STAMP;
use testkit_stores::TestStore;

use crate::{
    DailyAggregator, DailyError, DayReport, ListedFile, LogFileToRead, Options, Proving, Request, Source,
    verify,
};

pub(crate) fn day() -> Day {
    "2026-11-22".parse().unwrap()
}

pub(crate) fn partition() -> Partition {
    Partition::day(Table::CloudTrail, day())
}

/// The key of a log file of the day.
pub(crate) fn key(name: &str) -> String {
    format!("AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/22/{name}.json.gz")
}

/// The record with a number, always the same bytes.
pub(crate) fn record(number: u64) -> String {
    let (service, call, second) = (number % 3, number % 7, number % 60);
    format!(
        r#"{{"eventID":"00000000-0000-4000-8000-{number:012x}","eventTime":"2026-11-22T10:11:{second:02}Z","eventSource":"s{service}.amazonaws.com","eventName":"Get{call}"}}"#
    )
}

/// The records with these numbers as lines, sorted.
pub(crate) fn lines_of(numbers: impl IntoIterator<Item = u64>) -> Vec<String> {
    let mut lines: Vec<String> = numbers.into_iter().map(record).collect();
    lines.sort_unstable();
    lines
}

/// The text of a log file.
pub(crate) fn envelope(records: &[String]) -> Vec<u8> {
    format!(r#"{{"Records":[{}]}}"#, records.join(",")).into_bytes()
}

pub(crate) fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// The text of an object that is exactly one gzip member.
#[expect(clippy::disallowed_methods, reason = "as a reader that stops after the first member")]
pub(crate) fn gunzip_one_member(body: &[u8]) -> Vec<u8> {
    let mut decoder = flate2::bufread::GzDecoder::new(body);
    let mut text = Vec::new();
    decoder.read_to_end(&mut text).unwrap();
    assert!(decoder.into_inner().is_empty(), "there is more after the first gzip member");
    text
}

/// Text that does not compress well: lower-case hexadecimal digits.
pub(crate) fn noise(seed: u64, bytes: usize) -> String {
    let mut random = fastrand::Rng::with_seed(seed);
    std::iter::repeat_with(|| random.digit(16)).take(bytes).collect()
}

/// Puts an object, or replaces it.
pub(crate) async fn put(store: &TestStore, key: &str, body: impl Into<Bytes>) {
    store.put(key, body).await;
}

/// Seeds of a race test: fewer over HTTP, where each takes longer.
pub(crate) fn rounds(seeds: u32) -> u32 {
    if TestStore::speaks_http() { seeds / 5 } else { seeds }
}

/// The step between the effects at which a run is stopped: one, but more over HTTP, where calls take longer.
pub(crate) fn stride() -> usize {
    if TestStore::speaks_http() { 4 } else { 1 }
}

/// One source, one lake, one day.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) source: TestStore,
    pub(crate) lake: TestStore,
    pub(crate) options: Options,
    pub(crate) proving: Option<Proving>,
}

impl World {
    /// An empty source and lake, and blocks so small that a few files fill several.
    pub(crate) fn new() -> Self {
        let options = Options { block_bytes: 1_000, threads: 2, ..Options::default() };
        World { source: TestStore::new(), lake: TestStore::new(), options, proving: None }
    }

    /// Delivers a log file with these records.
    pub(crate) async fn deliver(&self, name: &str, numbers: impl IntoIterator<Item = u64>) {
        let records: Vec<String> = numbers.into_iter().map(record).collect();
        self.deliver_text(name, &envelope(&records)).await;
    }

    pub(crate) async fn deliver_text(&self, name: &str, text: &[u8]) {
        put(&self.source, &key(name), gzip(text)).await;
    }

    pub(crate) async fn deliver_broken(&self, name: &str) {
        put(&self.source, &key(name), &b"no log file"[..]).await;
    }

    pub(crate) async fn run(&self) -> Outcome {
        self.report().await.outcome
    }

    pub(crate) async fn report(&self) -> DayReport {
        self.try_run(Request::default()).await.unwrap()
    }

    pub(crate) async fn rebuild(&self) -> Result<DayReport, DailyError> {
        self.try_run(Request { rebuild: true, ..Request::default() }).await
    }

    pub(crate) async fn try_run(&self, request: Request) -> Result<DayReport, DailyError> {
        self.run_over(self.source.clone(), self.lake.clone(), request).await
    }

    /// Runs over other stores, such as hooked ones.
    pub(crate) async fn run_over(
        &self,
        source: impl Store + 'static,
        lake: impl Store + 'static,
        request: Request,
    ) -> Result<DayReport, DailyError> {
        let aggregator = DailyAggregator {
            source: Source::survey(Arc::new(source), "").await.unwrap(),
            lake: Arc::new(lake),
            options: self.options,
            proving: self.proving.clone(),
            stamp: STAMP,
            progress: Arc::default(),
        };
        let run = aggregator.run(Table::CloudTrail, day(), request);
        tokio::time::timeout(std::time::Duration::from_secs(60), run).await.expect("the run hangs")
    }

    /// Runs, and expects a commit.
    pub(crate) async fn commit(&self) -> Committed {
        committed(self.run().await)
    }

    /// The log files of the source, as a run of the day reads them.
    pub(crate) async fn files(&self) -> Vec<LogFileToRead> {
        let source = Source::survey(Arc::new(self.source.clone()), "").await.unwrap();
        let listing = source.list(Table::CloudTrail, day()).await.unwrap();
        listing.files.iter().map(ListedFile::to_read).collect()
    }

    pub(crate) fn journal(&self) -> Journal {
        Journal::new(Arc::new(self.lake.clone()), partition())
    }

    pub(crate) async fn state(&self) -> PartitionState {
        Journal::new(Arc::new(self.lake.content().await), partition()).read().await.unwrap()
    }

    /// Every object of the lake, with its version.
    pub(crate) async fn lake_listing(&self) -> Vec<ObjectMeta> {
        list_all(&self.lake, "", Depth::All).await.unwrap().objects
    }

    /// The visible objects of the partition.
    pub(crate) async fn parts(&self) -> Vec<(String, Bytes)> {
        let content = self.lake.content().await;
        let page = list_all(&content, &partition().prefix(), Depth::All).await.unwrap();
        let mut parts = Vec::new();
        for object in page.objects {
            let body = content.get(&object.key, None).await.unwrap();
            parts.push((object.key, body));
        }
        parts
    }

    /// The lines that a reader of the table sees, sorted.
    pub(crate) async fn lines(&self) -> Vec<String> {
        sorted_lines(&self.parts().await)
    }

    /// Asserts that the lake is consistent and holds exactly these lines, and that nothing is left to do.
    pub(crate) async fn assert_settled(&self, lines: &[String], context: &str) {
        assert_eq!(self.lines().await, lines, "{context}");
        assert_eq!(self.verify().await.problems, vec![], "{context}");
        let before = self.lake_listing().await;
        assert_eq!(self.run().await, Outcome::UpToDate, "{context}");
        assert_eq!(self.lake_listing().await, before, "{context}");
    }

    pub(crate) async fn verify(&self) -> Verification {
        verify(Arc::new(self.lake.clone()), partition(), 4).await.unwrap()
    }
}

pub(crate) fn committed(outcome: Outcome) -> Committed {
    match outcome {
        Outcome::Committed(committed) => *committed,
        other => panic!("not committed but {other:?}"),
    }
}

pub(crate) fn sorted_lines(parts: &[(String, Bytes)]) -> Vec<String> {
    let mut lines = Vec::new();
    for (_, body) in parts {
        let text = String::from_utf8(gunzip_one_member(body)).unwrap();
        assert!(text.ends_with('\n'), "the last line of a part ends too");
        lines.extend(text.lines().map(str::to_owned));
    }
    lines.sort_unstable();
    lines
}
