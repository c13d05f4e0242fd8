//! One month brought up to date, slice by slice: plan, read, gather, encode, write. [`lake::bring_up_to_date`] claims and commits.

use std::sync::Arc;

use async_trait::async_trait;
use cloudtrail_model::{Month, Table};
use futures::{Stream, StreamExt};
use lake::{
    EventDays, JournalError, MonthSource, Next, PartSink, Partition, PartitionState, RunEnd, Slice, SliceDay,
    StageRun, Staged, Stamp, Step, bring_up_to_date,
};
use lake_store::Store;
use rayon::{ThreadPool, ThreadPoolBuilder};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::encode::part_writer::PartWriter;
use crate::encode::row_group::{EncodedRowGroup, Encoder};
use crate::gather::accounts::{DayCounts, Gathered};
use crate::gather::gatherer::{Gatherer, ReadEnd};
use crate::gather::row_group::RowGroup;
use crate::pace::Pace;
use crate::plan::month_plan::{MonthPlan, plan};
use crate::plan::slice::{SliceDays, StaleDays};
use crate::plan::window::{PartRead, Window, windows};
use crate::read::daily_lines::{FromPart, read};
use crate::read::piece::SparePieces;
use crate::{DaysThere, MonthReport, MonthlyError, Options, Progress};

/// The monthly stage over one lake.
///
/// ```
/// use std::sync::Arc;
///
/// use cloudtrail_model::{Record, Table};
/// use lake::{
///     Attempt, AttemptId, Changes, EventDays, Input, InputsWriter, Journal, Lane, PartSink, Partition, Stamp, WrittenRecords,
/// };
/// use lake_store::{MemoryStore, Store};
/// use monthly_aggregator::{DaysThere, MonthlyAggregator, Options, Request, export};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let lake: Arc<dyn Store> = Arc::new(MemoryStore::new());
/// let stamp = Stamp {
///     new_attempt: || AttemptId("3f2a".to_owned()),
///     now: || "2026-11-23T00:05:00Z".to_owned(),
///     tool: "example 1.0",
/// };
/// // a day with one record, as the daily stage commits it
/// let line = "{\"eventTime\":\"2026-10-22T10:11:12Z\",\"eventID\":\"1\"}\n";
/// let journal = Journal::new(lake.clone(), Partition::day(Table::CloudTrail, "2026-10-22".parse()?));
/// let state = journal.read().await?;
/// let attempt = Attempt::begin(lake.clone(), journal, &state, stamp).await?.expect("nobody else claims");
/// let mut parts = PartSink::new(&attempt);
/// # let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
/// # std::io::Write::write_all(&mut gzip, line.as_bytes())?;
/// # let gzip = gzip.finish()?;
/// let (records, raw_bytes) = (1, line.len() as u64);
/// let mut event_days = EventDays::default();
/// event_days.add("2026-10-22".parse()?, cloudtrail_model::event_instant(&Record::from_line(line.trim().as_bytes())?));
/// let written = WrittenRecords { records, raw_bytes, event_days, ..WrittenRecords::default() };
/// parts.write(Lane::Main, gzip.into(), written).await?;
/// parts.end_part(Lane::Main).await?;
/// # let (key, etag) = ("AWSLogs/…".to_owned(), "1".to_owned());
/// # let inputs = InputsWriter::write_all(&[Input { key, etag, bytes: 70, raw_bytes, records, ..Input::default() }]);
/// let parts = parts.into_sealed();
/// attempt.finish(Changes { inputs, parts, ..Changes::default() }).await?;
///
/// let stage = MonthlyAggregator {
///     lake: lake.clone(),
///     options: Options::default(),
///     stamp,
///     progress: Arc::default(),
///     days_there: DaysThere::default(),
/// };
/// let request = Request { allow_gaps: true, ..Request::default() };
/// let report = stage.run(Table::CloudTrail, "2026-10".parse()?, request).await?;
/// assert_eq!(report.source.missing_days.len(), 30);
///
/// let mut lines = Vec::new();
/// export(lake, Table::CloudTrail, "2026-10".parse()?, &mut lines).await?;
/// assert_eq!(String::from_utf8(lines)?, line);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct MonthlyAggregator {
    /// Where the daily table is, and the monthly one goes.
    pub lake: Arc<dyn Store>,
    /// The settings.
    pub options: Options,
    /// What attempts write into the journal about themselves.
    pub stamp: Stamp,
    /// The progress of runs.
    pub progress: Arc<Progress>,
    /// Days that are known to be there: shared by the tables of a month, and by months.
    pub days_there: DaysThere,
}

/// What a run is asked to do with a month.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Request {
    /// Go on although days of the month are missing.
    pub allow_gaps: bool,
    /// Write the month again although nothing has changed.
    pub rebuild: bool,
    /// The soft deadline. A slice that would not end before it is cut, and the rest is left to the next run. Nothing is published
    /// after it, since there might not be time left to commit.
    pub until: Option<Instant>,
}

/// One run at one month of one table.
struct MonthRun<'a> {
    stage: &'a MonthlyAggregator,
    table: Table,
    month: Month,
    request: Request,
    /// The newest entry of the journal when the run began: a rebuild writes every event day that an older commit wrote.
    began_at: Option<u64>,
    /// The delivery days of the month, as the newest plan found them.
    source: MonthSource,
    pace: Pace,
}

/// The work of one commit.
struct Work {
    plan: MonthPlan,
    /// Parts that a commit names and that do not exist.
    missing: Vec<String>,
}

impl MonthlyAggregator {
    /// Brings one month of one table up to date. Safe to run at any time, any number of times, on any number of machines.
    ///
    /// # Errors
    /// Fails if days of the month are missing, if the lake fails, or if daily parts are not what their journal says.
    pub async fn run(
        &self,
        table: Table,
        month: Month,
        request: Request,
    ) -> Result<MonthReport, MonthlyError> {
        let partition = Partition::month(table, month);
        let source = MonthSource::default();
        let pace = Pace::new(request.until);
        let mut run = MonthRun { stage: self, table, month, request, began_at: None, source, pace };
        let RunEnd { outcome, foreign } =
            Box::pin(bring_up_to_date(&self.lake, partition, self.stamp, &mut run)).await?;
        Ok(MonthReport { partition, outcome, source: run.source, foreign })
    }

    /// Brings tables of one month up to date, one after the other, so that memory is that of one. Gives how each ended.
    pub fn run_tables(
        &self,
        tables: impl IntoIterator<Item = Table>,
        month: Month,
        request: Request,
    ) -> impl Stream<Item = (Table, Result<MonthReport, MonthlyError>)> + Unpin {
        let runs = futures::stream::iter(tables.into_iter().collect::<Vec<_>>());
        Box::pin(runs.then(move |table| async move { (table, self.run(table, month, request).await) }))
    }
}

#[async_trait]
impl StageRun for MonthRun<'_> {
    type Plan = Work;
    type Error = MonthlyError;

    async fn plan(&mut self, state: &PartitionState) -> Result<Next<Work>, MonthlyError> {
        let began_at = *self.began_at.get_or_insert(state.last_seq);
        let plan = self.daily_parts().await?;
        self.source = plan.source.clone();
        if plan.is_nothing(state) {
            return Ok(Next::Empty);
        }
        if plan.waits_for_days(self.month, self.request.allow_gaps) {
            let partition = Partition::month(self.table, self.month);
            return Err(MonthlyError::MissingDays { partition, days: plan.source.missing_days });
        }
        let rewrites = state.event_days.iter().any(|(_, written)| written.seq <= began_at);
        let is_done = plan.is_done(state) && !(self.request.rebuild && rewrites);
        let work = Work { plan, missing: Vec::new() };
        Ok(if is_done { Next::UpToDate(work) } else { Next::Commit(work) })
    }

    async fn stage(
        &mut self,
        work: Work,
        state: &PartitionState,
        parts: &mut PartSink<'_>,
    ) -> Result<Step, MonthlyError> {
        let Work { plan, missing } = work;
        let began_at = self.began_at.unwrap_or_default();
        let is_rewritten = |day| {
            self.request.rebuild && state.event_days.get(day).is_some_and(|written| written.seq <= began_at)
        };
        let stale = StaleDays::of(&plan, self.month, state, &missing, is_rewritten);
        let options = self.stage.options;
        let Some(days) = stale.next_slice(&options) else {
            // only the delivery days have changed
            return Ok(Step::Commit(Box::new(Staged { month: Some(plan.source), ..Staged::default() })));
        };
        let written = match self.write(&plan, &stale, days, parts).await {
            Ok(written) => written,
            // a day was rebuilt while it was read: its new parts are planned
            Err(MonthlyError::DailyPart { .. }) if self.daily_parts().await? != plan => {
                return Ok(Step::PlanAgain);
            }
            Err(error) => return Err(error),
        };
        if self.pace.is_over() {
            return Err(MonthlyError::NoTimeLeft { partition: Partition::month(self.table, self.month) });
        }
        let SliceWritten { days, gathered } = written;
        let retired = stale.replaced(&days);
        let rest = stale.after(&days);
        let more = rest.next_slice(&options).is_some_and(|next| {
            let windows = windows(&plan, &next, &options);
            self.pace.has_time_for(records_to_next_end(&windows, &rest))
        });
        let inputs = gathered.inputs(|day| days.contains(day))?;
        let slice = stated(&plan, &days, &gathered, parts);
        Ok(Step::Commit(Box::new(Staged {
            inputs,
            conflicts: slice.days.values().map(|day| day.conflicts).sum(),
            retired,
            month: Some(plan.source.clone()),
            slice: Some(slice),
            left: rest.len(),
            index_bytes: gathered.index_bytes,
            more,
            ..Staged::default()
        })))
    }

    /// Outlines tell what a month was written from.
    fn reads_inputs(&self) -> bool {
        false
    }

    /// Parts that somebody deleted are written again: the daily parts that they were made from are in the lake.
    fn with_missing(&self, work: Work, missing: Vec<String>) -> Result<Work, MonthlyError> {
        Ok(Work { missing, ..work })
    }
}

/// A slice whose parts are sealed.
struct SliceWritten {
    /// Its event days: fewer than planned if there was no time for the others.
    days: SliceDays,
    gathered: Gathered,
}

impl MonthRun<'_> {
    /// The daily parts that hold events of the month now.
    async fn daily_parts(&self) -> Result<MonthPlan, JournalError> {
        plan(&self.stage.lake, &self.stage.days_there, self.table, self.month).await
    }

    /// Writes the parts of a slice, window by window. One row group is encoded while the next is read. Ends early, between two parts
    /// that are there, if the time until the soft deadline is not enough for the next window; the first is always written.
    async fn write(
        &mut self,
        plan: &MonthPlan,
        stale: &StaleDays<'_>,
        days: SliceDays,
        parts: &mut PartSink<'_>,
    ) -> Result<SliceWritten, MonthlyError> {
        let MonthlyAggregator { lake, options, progress, .. } = self.stage;
        let threads = options.threads.max(1);
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().map_err(MonthlyError::Threads)?;
        let (encoder, spare) = (Encoder::new(self.table, options)?, SparePieces::default());
        let mut writer = PartWriter::new(parts, encoder.clone(), options);
        let cpu = Cpu { pool: Arc::new(pool), encoder, spare: spare.clone() };
        let windows = windows(plan, &days, options);
        progress.plan(windows.iter().map(|window| window.size.records).sum());
        let reads: Vec<PartRead> = windows.iter().flat_map(|window| window.reads.iter().cloned()).collect();
        let mut read = read(lake.clone(), reads, self.table, threads, spare);
        let mut gatherer = Gatherer::new(&windows, *options);
        let mut encoding: Option<Encoding> = None;
        let mut done = 0;
        let mut last = days.last;
        while let Some(from_part) = read.next().await {
            let end = match from_part? {
                FromPart::Records(records) => {
                    gatherer.add(records);
                    ReadEnd::Within
                }
                FromPart::End => gatherer.end_read(),
            };
            while let Some(group) = gatherer.next_full() {
                progress.read(group.rows as u64);
                let encoded = match encoding.take() {
                    Some(encoding) => Some(encoded(encoding).await?),
                    None => None,
                };
                // the threads have the next before the last is written
                encoding = Some(cpu.start(group));
                if let Some(encoded) = encoded {
                    writer.write(encoded).await?;
                }
            }
            if let ReadEnd::Window(window_end) = end {
                self.pace.wrote(windows[done].size.records);
                done += 1;
                let rest = &windows[done..];
                let next = records_to_next_end(rest, stale);
                if !rest.is_empty() && stale.may_end(window_end) && !self.pace.has_time_for(next) {
                    last = window_end;
                    break;
                }
            }
        }
        if let Some(encoding) = encoding {
            writer.write(encoded(encoding).await?).await?;
        }
        writer.finish().await?;
        Ok(SliceWritten { days: SliceDays { first: days.first, last }, gathered: gatherer.finish() })
    }
}

/// The number of records of the windows up to the first one with which a slice may end.
fn records_to_next_end(windows: &[Window], stale: &StaleDays<'_>) -> u64 {
    let end = windows.iter().position(|window| stale.may_end(window.last)).map_or(windows.len(), |at| at + 1);
    windows[..end].iter().map(|window| window.size.records).sum()
}

/// What the commit states about a slice whose parts are sealed.
fn stated(plan: &MonthPlan, days: &SliceDays, gathered: &Gathered, parts: &PartSink<'_>) -> Slice {
    let mut records = EventDays::default();
    parts.sealed().for_each(|part| records.merge(part.event_days.clone()));
    let stated = plan.inputs.range(days.first..=days.last).map(|(day, inputs)| {
        let DayCounts { duplicates, conflicts } = gathered.days.get(day).copied().unwrap_or_default();
        let records = records.days.get(day).copied().unwrap_or_default();
        (*day, SliceDay { inputs: inputs.clone(), records, duplicates, conflicts })
    });
    Slice { first: days.first, last: days.last, days: stated.collect() }
}

type Encoding = JoinHandle<parquet::errors::Result<EncodedRowGroup>>;

/// The threads that encode.
struct Cpu {
    pool: Arc<ThreadPool>,
    encoder: Encoder,
    spare: SparePieces,
}

impl Cpu {
    fn start(&self, group: RowGroup) -> Encoding {
        let (pool, encoder, spare) = (self.pool.clone(), self.encoder.clone(), self.spare.clone());
        tokio::task::spawn_blocking(move || {
            let encoded = pool.install(|| encoder.encode(&group));
            group.give_back(&spare);
            encoded
        })
    }
}

async fn encoded(encoding: Encoding) -> Result<EncodedRowGroup, MonthlyError> {
    match encoding.await {
        Ok(encoded) => Ok(encoded?),
        Err(failed) => std::panic::resume_unwind(failed.into_panic()),
    }
}

#[cfg(test)]
#[path = "aggregate_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "aggregate_crash_tests.rs"]
mod crash_tests;

#[cfg(test)]
#[path = "aggregate_race_tests.rs"]
mod race_tests;

#[cfg(test)]
#[path = "aggregate_oracle_tests.rs"]
mod oracle_tests;

#[cfg(test)]
#[path = "aggregate_slice_tests.rs"]
mod slice_tests;

#[cfg(test)]
#[path = "aggregate_size_tests.rs"]
mod size_tests;
