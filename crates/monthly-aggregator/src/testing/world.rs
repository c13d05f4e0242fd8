//! What the tests of this crate stand on: a lake whose days are committed as the daily stage commits them.

use std::io::Write;
use std::sync::Arc;

use cloudtrail_model::{Day, Month, Record, Shredder, Table, event_day, event_instant};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::TryStreamExt;
use lake::{
    Attempt, Changes, CommitOutcome, Committed, EventDays, Input, InputsWriter, Journal, Lane, Outcome,
    PartSink, Partition, PartitionSpan, PartitionState, WrittenRecords,
};
use lake_store::{Depth, MemoryStore, ObjectMeta, Store, list_all};
use testkit::STAMP;
use testkit_stores::TestStore;

use crate::export::part_reader::read_rows;
use crate::read::piece::{Line, Piece};
use crate::{
    DaysThere, MonthReport, MonthlyAggregator, MonthlyError, Options, Request, append_lines, export, verify,
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

/// Lines of the cloudtrail table taken apart, delivered on 2026-10-10.
pub(crate) fn piece(lines: &[&str]) -> Piece {
    let mut shredder = Shredder::new(Table::CloudTrail);
    let mut piece = Piece::default();
    let delivered = day("2026-10-10");
    lines.iter().for_each(|line| piece.add(&mut shredder, delivered, line.as_bytes()).unwrap());
    piece
}

/// The leaf of the cloudtrail table that holds a member of records.
pub(crate) fn leaf(member: &str) -> usize {
    let line = format!("{{\"{member}\":\"x\"}}");
    let piece = piece(&[&line]);
    usize::from(piece.values(&piece.lines[0]).next().unwrap().leaf)
}

/// The eventID of a line; empty if it has none.
pub(crate) fn event_id(piece: &Piece, line: &Line) -> String {
    let leaf = leaf("eventID");
    let Some(value) = piece.values(line).find(|value| usize::from(value.leaf) == leaf) else {
        return String::new();
    };
    let text = &piece.text()[value.start as usize..][..value.length as usize];
    String::from_utf8(text.to_vec()).unwrap()
}

/// A request for a month that may have missing days.
pub(crate) const GAPS: Request = Request { allow_gaps: true, rebuild: false, until: None };

/// How often a race is run, of as many seeds as there are: fewer where each takes much longer.
pub(crate) fn rounds(seeds: u32) -> u32 {
    if TestStore::speaks_http() { seeds / 5 } else { seeds }
}

/// Of how many calls of a run one is a moment at which something happens: all, but where each takes much longer.
pub(crate) fn stride() -> u32 {
    if TestStore::speaks_http() { 3 } else { 1 }
}

/// One lake.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) lake: TestStore,
    pub(crate) options: Options,
}

impl World {
    pub(crate) fn new() -> Self {
        World { lake: TestStore::new(), options: Options { threads: 2, ..Options::default() } }
    }

    /// Every day of October is there, each with ten records of its own.
    pub(crate) async fn of_a_whole_october() -> Self {
        World { lake: holding(october().days()).await, ..World::new() }
    }

    /// The first three days of October are there, each with ten records of its own; their month has two parts.
    pub(crate) async fn of_three_days() -> Self {
        let mut world = World::new();
        world.options = Options { part_rows: 1, row_group_days: 2, level: 1, ..world.options };
        world.lake = holding(october().days().take(3)).await;
        world
    }

    /// Commits lines as one more part of a day, as the daily stage does; no lines make an empty commit.
    pub(crate) async fn commit_day(&self, table: Table, day: Day, lines: &[String]) {
        self.change_day(table, day, lines, false).await;
    }

    /// Commits these changes of a day.
    pub(crate) async fn change(&self, table: Table, day: Day, changes: Changes) {
        let (lake, partition): (Arc<dyn Store>, _) =
            (Arc::new(self.lake.clone()), Partition::day(table, day));
        let journal = Journal::new(lake.clone(), partition);
        let state = journal.read().await.unwrap();
        let attempt = Attempt::begin(lake, journal, &state, STAMP).await.unwrap().unwrap();
        assert_eq!(attempt.finish(changes).await.unwrap(), CommitOutcome::Committed);
    }

    /// Replaces the parts of a day by one with these lines, as a rebuild of the daily stage does.
    pub(crate) async fn rebuild_day(&self, table: Table, day: Day, lines: &[String]) {
        self.change_day(table, day, lines, true).await;
    }

    async fn change_day(&self, table: Table, day: Day, lines: &[String], replaces: bool) {
        change_day(Arc::new(self.lake.clone()), Partition::day(table, day), lines, replaces).await;
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
        let (progress, days_there) = (Arc::default(), DaysThere::default());
        let aggregator = MonthlyAggregator { lake, options, stamp: STAMP, progress, days_there };
        let run = aggregator.run(Table::CloudTrail, month, request);
        tokio::time::timeout(std::time::Duration::from_secs(60), run).await.expect("the run hangs")
    }

    /// Runs, and expects a commit.
    pub(crate) async fn commit(&self, month: Month) -> Committed {
        match self.try_run(month, GAPS).await.unwrap().outcome {
            Outcome::Committed(committed) => *committed,
            other => panic!("not committed but {other:?}"),
        }
    }

    pub(crate) async fn state(&self, month: Month) -> PartitionState {
        let partition = Partition::month(Table::CloudTrail, month);
        Journal::new(Arc::new(self.lake.content().await), partition).read().await.unwrap()
    }

    /// Every object of the lake, with its version.
    pub(crate) async fn listing(&self) -> Vec<ObjectMeta> {
        list_all(&self.lake, "", Depth::All).await.unwrap().objects
    }

    /// The visible objects of a month.
    pub(crate) async fn objects(&self, month: Month) -> Vec<ObjectMeta> {
        let prefix = Partition::month(Table::CloudTrail, month).prefix();
        list_all(&self.lake.content().await, &prefix, Depth::All).await.unwrap().objects
    }

    /// Their keys.
    pub(crate) async fn visible(&self, month: Month) -> Vec<String> {
        self.objects(month).await.into_iter().map(|object| object.key).collect()
    }

    /// The event ids in a month's Parquet, sorted, after the whole way back.
    pub(crate) async fn numbers(&self, month: Month) -> Vec<u64> {
        let mut lines = Vec::new();
        export(Arc::new(self.lake.clone()), Table::CloudTrail, month, &mut lines).await.unwrap();
        numbers_in(lines)
    }

    /// The event ids in one object, sorted: it must be whole Parquet.
    pub(crate) async fn numbers_of_object(&self, object: &ObjectMeta) -> Vec<u64> {
        let lake: Arc<dyn Store> = Arc::new(self.lake.content().await);
        let mut batches = read_rows(lake, &object.key, object.bytes).await.unwrap();
        let mut lines = Vec::new();
        while let Some(batch) = batches.try_next().await.unwrap() {
            append_lines(&batch, Table::CloudTrail, &mut lines).unwrap();
        }
        numbers_in(lines)
    }

    /// Asserts that October is sound and holds exactly these records, and that nothing is left to do.
    pub(crate) async fn assert_settled(&self, numbers: &[u64], context: &str) {
        assert_eq!(self.numbers(october()).await, numbers, "{context}");
        let partition = Partition::month(Table::CloudTrail, october());
        let found = verify(Arc::new(self.lake.clone()), partition).await.unwrap();
        assert_eq!(found.problems, vec![], "{context}");
        let before = self.listing().await;
        let again = self.try_run(october(), GAPS).await.expect(context);
        assert_eq!(again.outcome, Outcome::UpToDate, "{context}");
        assert_eq!(self.listing().await, before, "{context}");
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

/// The numbers of the records in some lines, sorted; one that is there twice is there twice.
fn numbers_in(lines: Vec<u8>) -> Vec<u64> {
    let text = String::from_utf8(lines).unwrap();
    let mut numbers: Vec<u64> = text.lines().map(number).collect();
    numbers.sort_unstable();
    numbers
}

fn number(line: &str) -> u64 {
    let at = line.find("00000000-0000-4000-8000-").unwrap() + 24;
    u64::from_str_radix(&line[at..at + 12], 16).unwrap()
}

/// A lake of these days, each with ten records of its own: made in memory, since it is not what is tested.
async fn holding(days: impl Iterator<Item = Day>) -> TestStore {
    let lake = MemoryStore::new();
    for day in days {
        let partition = Partition::day(Table::CloudTrail, day);
        change_day(Arc::new(lake.clone()), partition, &ten_of(day), false).await;
    }
    TestStore::holding(lake).await
}

async fn change_day(lake: Arc<dyn Store>, partition: Partition, lines: &[String], replaces: bool) {
    let journal = Journal::new(lake.clone(), partition);
    let state = journal.read().await.unwrap();
    let attempt = Attempt::begin(lake, journal, &state, STAMP).await.unwrap().unwrap();
    let mut changes = match lines {
        [] => Changes::default(),
        lines => day_changes(&attempt, lines).await,
    };
    if replaces {
        changes.replaces = true;
        changes.retired = state.parts.into_keys().collect();
    }
    assert_eq!(attempt.finish(changes).await.unwrap(), CommitOutcome::Committed);
}

/// The changes of a commit with these lines as one log file: on-day and off-day records in parts of their own.
async fn day_changes(attempt: &Attempt, lines: &[String]) -> Changes {
    let PartitionSpan::Day(delivered) = attempt.partition().span else { panic!("not a day") };
    let instant = |line: &String| event_instant(&Record::from_line(line.as_bytes()).unwrap());
    let is_on_day = |line: &&String| event_day(delivered, instant(line)).is_none_or(|day| day == delivered);
    let (on_day, off_day): (Vec<&String>, Vec<&String>) = lines.iter().partition(is_on_day);
    let mut sink = PartSink::new(attempt);
    for (lane, lines) in [(Lane::Main, on_day), (Lane::OffDay, off_day)] {
        if lines.is_empty() {
            continue;
        }
        let text: String = lines.iter().flat_map(|line| [line, "\n"]).collect();
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        let body = encoder.finish().unwrap();
        let (records, raw_bytes) = (lines.len() as u64, text.len() as u64);
        let mut event_days = EventDays::default();
        lines.iter().for_each(|line| event_days.add(delivered, instant(line)));
        let written = WrittenRecords { records, raw_bytes, event_days, ..WrittenRecords::default() };
        sink.write(lane, body.into(), written).await.unwrap();
        sink.end_part(lane).await.unwrap();
    }
    let parts = sink.into_sealed();
    let (records, raw_bytes) = (lines.len() as u64, lines.iter().map(|line| line.len() as u64 + 1).sum());
    let key = format!("file of {}", parts[0].part.key);
    let inputs = InputsWriter::write_all(&[Input { key, bytes: 1, raw_bytes, records, ..Input::default() }]);
    Changes { inputs, parts, ..Changes::default() }
}
