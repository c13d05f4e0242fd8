//! One month brought up to date: plan, read, gather, encode, write. [`lake::bring_up_to_date`] claims and commits.

use std::sync::Arc;

use async_trait::async_trait;
use cloudtrail_model::{Month, Table};
use futures::{Stream, StreamExt};
use lake::{
    JournalError, MonthSource, Next, PartSink, Partition, PartitionState, RunEnd, StageRun, Staged, Stamp,
    Step, bring_up_to_date,
};
use lake_store::Store;
use rayon::{ThreadPool, ThreadPoolBuilder};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::encode::part_writer::PartWriter;
use crate::encode::row_group::{EncodedRowGroup, Encoder};
use crate::gather::gatherer::{Gathered, Gatherer, RowGroup};
use crate::plan::daily_parts::{MonthPlan, plan};
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
    /// The soft deadline: nothing is published after it, since there might not be time left to commit.
    pub until: Option<Instant>,
}

/// One run at one month of one table.
struct MonthRun<'a> {
    stage: &'a MonthlyAggregator,
    table: Table,
    month: Month,
    request: Request,
    /// What the newest plan says of the month's days.
    source: MonthSource,
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
        let mut run = MonthRun { stage: self, table, month, request, source: MonthSource::default() };
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
    type Plan = MonthPlan;
    type Error = MonthlyError;

    async fn plan(&mut self, state: &PartitionState) -> Result<Next<MonthPlan>, MonthlyError> {
        let plan = self.daily_parts().await?;
        self.source = plan.source.clone();
        if plan.parts.is_empty() && state.last_seq == 0 {
            return Ok(Next::Empty);
        }
        if !plan.source.missing_days.is_empty() && !self.request.allow_gaps {
            let partition = Partition::month(self.table, self.month);
            return Err(MonthlyError::MissingDays { partition, days: plan.source.missing_days });
        }
        let is_done = plan.is_done(state) && !self.request.rebuild;
        Ok(if is_done { Next::UpToDate(plan) } else { Next::Commit(plan) })
    }

    async fn stage(
        &mut self,
        plan: MonthPlan,
        state: &PartitionState,
        parts: &mut PartSink<'_>,
    ) -> Result<Step, MonthlyError> {
        let gathered = match self.write(&plan, parts).await {
            Ok(gathered) => gathered,
            // a day was rebuilt while it was read: its new parts are planned
            Err(MonthlyError::DailyPart { .. }) if self.daily_parts().await? != plan => {
                return Ok(Step::PlanAgain);
            }
            Err(error) => return Err(error),
        };
        if self.request.until.is_some_and(|until| Instant::now() > until) {
            return Err(MonthlyError::NoTimeLeft { partition: Partition::month(self.table, self.month) });
        }
        let Gathered { inputs, conflicts, index_bytes } = gathered;
        Ok(Step::Commit(Box::new(Staged {
            replaces: true,
            inputs,
            conflicts,
            retired: state.parts.keys().cloned().collect(),
            month: Some(plan.source),
            index_bytes,
            ..Staged::default()
        })))
    }

    /// A part that somebody deleted is written again: the daily parts it was made of are in the lake.
    fn part_missing(&self, _: String) -> Option<MonthlyError> {
        None
    }
}

impl MonthRun<'_> {
    /// The daily parts that the month is made of now.
    async fn daily_parts(&self) -> Result<MonthPlan, JournalError> {
        plan(&self.stage.lake, &self.stage.days_there, self.table, self.month).await
    }

    /// One row group is encoded while the next is read.
    async fn write(&self, plan: &MonthPlan, parts: &mut PartSink<'_>) -> Result<Gathered, MonthlyError> {
        let MonthlyAggregator { lake, options, progress, .. } = self.stage;
        let threads = options.threads.max(1);
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().map_err(MonthlyError::Threads)?;
        let (encoder, spare) = (Encoder::new(self.table, options)?, SparePieces::default());
        let mut writer = PartWriter::new(parts, encoder.clone(), options);
        let cpu = Cpu { pool: Arc::new(pool), encoder, spare: spare.clone() };
        let mut read = read(lake.clone(), plan.parts.clone(), (self.table, self.month), threads, spare);
        progress.plan(plan.parts.iter().map(|(_, part)| part.records).sum());
        let mut gatherer = Gatherer::new(plan.parts.clone(), *options);
        let mut encoding: Option<Encoding> = None;
        while let Some(from_part) = read.next().await {
            match from_part? {
                FromPart::Piece(piece) => {
                    progress.read(piece.other_months + piece.lines.len() as u64);
                    gatherer.add(piece);
                }
                FromPart::End => gatherer.end_part(),
            }
            while let Some(group) = gatherer.next_full() {
                let done = match encoding.take() {
                    Some(encoding) => Some(encoded(encoding).await?),
                    None => None,
                };
                // the threads have the next before the last is written
                encoding = Some(cpu.start(group));
                if let Some(done) = done {
                    writer.write(done).await?;
                }
            }
        }
        let (last, gathered) = gatherer.finish();
        for encoding in encoding.into_iter().chain(last.map(|group| cpu.start(group))) {
            writer.write(encoded(encoding).await?).await?;
        }
        writer.finish().await?;
        Ok(gathered)
    }
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
