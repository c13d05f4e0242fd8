//! Brings one day up to date: lists and plans, reads parts back, runs the pipeline. [`lake::bring_up_to_date`] claims and
//! commits.

use std::sync::Arc;

use async_trait::async_trait;
use cloudtrail_model::{Day, DedupeIndex, Fingerprint, Record, Table};
use futures::{Stream, StreamExt};
use lake::{
    AttemptError, Input, Next, Part, PartContent, PartError, PartSink, Partition, PartitionState, RunEnd,
    StageRun, Staged, Stamp, Step, Verdict, bring_up_to_date, read_part,
};
use lake_store::{ErrorKind, Store};

use crate::pack::packer::Packed;
use crate::pipeline;
use crate::plan::new_files::{Plan, is_quarantined, plan};
use crate::plan::source::Listing;
use crate::{DailyError, DayReport, Options, Progress, QuarantinedFile, Request, Source};

/// The daily stage of one source and one lake.
///
/// ```
/// use std::sync::Arc;
///
/// use cloudtrail_model::Table;
/// use daily_aggregator::{DailyAggregator, Options, Request, Source};
/// use lake::{AttemptId, Stamp};
/// use lake_store::{MemoryStore, Store};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// // a source with one log file of one record
/// let source = MemoryStore::new();
/// let key = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/22/\
///     111122223333_CloudTrail_us-east-1_20261122T1015Z_0123456789abcdef.json";
/// source.create_new(key, r#"{"Records": [{"eventID": "1", "eventTime": "2026-11-22T10:11:12Z"}]}"#.into()).await?;
///
/// let stage = DailyAggregator {
///     source: Source::survey(Arc::new(source), "").await?,
///     lake: Arc::new(MemoryStore::new()),
///     options: Options::default(),
///     stamp: Stamp {
///         new_attempt: || AttemptId("3f2a".to_owned()),
///         now: || "2026-11-23T00:05:00Z".to_owned(),
///         tool: "example 1.0",
///     },
///     progress: Arc::default(),
/// };
/// let report = stage.run(Table::CloudTrail, "2026-11-22".parse()?, Request::default()).await?;
///
/// let part = &report.outcome.committed().expect("a new log file is committed").parts[0];
/// assert_eq!(part.key, "cloudtrail_daily/year=2026/month=11/day=22/part-000001-0000.ndjson.gz");
/// let keep = |lines: &mut Vec<Vec<u8>>, line: &[u8]| Ok(lines.push(line.to_vec()));
/// let (_, lines) = lake::read_lines(&*stage.lake, &part.key, part.bytes, Vec::new(), keep).await?;
/// assert_eq!(lines, [br#"{"eventID":"1","eventTime":"2026-11-22T10:11:12Z"}"#]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct DailyAggregator {
    /// The source of log files.
    pub source: Source,
    /// The store of parts and journals.
    pub lake: Arc<dyn Store>,
    /// The settings.
    pub options: Options,
    /// The ID, time and tool that attempts write into journals.
    pub stamp: Stamp,
    /// Counters of the work done, for a progress bar.
    pub progress: Arc<Progress>,
}

/// One run at a day of a table.
struct DayRun<'a> {
    stage: &'a DailyAggregator,
    table: Table,
    day: Day,
    request: Request,
    /// Counts of the last listing of the source.
    listed: Listed,
    /// Log files that earlier runs quarantined, in key order.
    quarantined_earlier: Vec<QuarantinedFile>,
    /// Log files that this run quarantined, in key order.
    quarantined: Vec<QuarantinedFile>,
}

/// Counts of a listing of a day.
#[derive(Debug, Default)]
struct Listed {
    files: u64,
    others: u64,
    other_example: Option<String>,
}

impl DailyAggregator {
    /// Brings a day of a table up to date. Idempotent, and safe to run concurrently on any number of machines.
    ///
    /// # Errors
    /// Fails if the source or the lake fails, or if a rebuild would lose events.
    pub async fn run(&self, table: Table, day: Day, request: Request) -> Result<DayReport, DailyError> {
        let partition = Partition::day(table, day);
        let mut run = DayRun {
            stage: self,
            table,
            day,
            request,
            listed: Listed::default(),
            quarantined_earlier: Vec::new(),
            quarantined: Vec::new(),
        };
        let RunEnd { outcome, foreign } =
            bring_up_to_date(&self.lake, partition, self.stamp, &mut run).await?;
        let DayRun { listed: Listed { files, others, other_example }, .. } = run;
        let (mut quarantined, mut quarantined_earlier) = (run.quarantined, run.quarantined_earlier);
        if outcome.is_superseded() {
            // the run that superseded this one reports them
            (quarantined, quarantined_earlier) = (Vec::new(), Vec::new());
        }
        Ok(DayReport {
            partition,
            outcome,
            listed: files,
            others,
            other_example,
            quarantined,
            quarantined_earlier,
            foreign,
        })
    }

    /// Brings tables of one day up to date, concurrently: most of their time small tables wait for storage.
    /// [`Request::commit_empty`] applies to the main table only. Returns a result for each table, in the given order.
    pub async fn run_tables(
        &self,
        tables: impl IntoIterator<Item = Table>,
        day: Day,
        request: Request,
    ) -> Vec<(Table, Result<DayReport, DailyError>)> {
        let runs = tables.into_iter().map(|table| async move {
            let commit_empty = request.commit_empty && table == Table::CloudTrail;
            (table, self.run(table, day, Request { commit_empty, ..request }).await)
        });
        futures::future::join_all(runs).await
    }
}

#[async_trait]
impl StageRun for DayRun<'_> {
    type Plan = Plan;
    type Error = DailyError;

    async fn plan(&mut self, state: &PartitionState) -> Result<Next<Plan>, DailyError> {
        let listing = self.stage.source.list(self.table, self.day).await.map_err(DailyError::List)?;
        let Listing { files, others, other_example } = listing;
        self.listed = Listed { files: files.len() as u64, others, other_example };
        self.quarantined = Vec::new();
        self.quarantined_earlier = QuarantinedFile::among(state.inputs.values());
        let plan = plan(state, files, self.request)?;
        Ok(if plan.is_work(state) { Next::Commit(plan) } else { Next::UpToDate(plan) })
    }

    /// Reads the existing parts back, unless the plan replaces them, and writes new parts from the log files.
    async fn stage(
        &mut self,
        plan: Plan,
        state: &PartitionState,
        parts: &mut PartSink<'_>,
    ) -> Result<Step, DailyError> {
        let Plan { files, replaces, may_lose, retired, until, .. } = plan;
        let planned = files.len();
        self.stage.progress.plan(planned);
        let index = match replaces {
            true => DedupeIndex::default(),
            false => self.read_back(state).await?,
        };
        let DailyAggregator { source, options, progress, .. } = self.stage;
        let packed = match pipeline::run(
            source.store().clone(),
            files,
            until,
            index,
            parts,
            options,
            progress,
        )
        .await
        {
            Ok(packed) => packed,
            // replaced or deleted since it was listed: list again
            Err(DailyError::Fetch(error))
                if matches!(error.kind, ErrorKind::Changed | ErrorKind::NotFound) =>
            {
                return Ok(Step::PlanAgain);
            }
            Err(error) => return Err(error),
        };
        if replaces {
            let written = parts.sealed().map(|part| part.records).sum();
            self.check_loss(state, &packed, written, may_lose).await?;
        }
        let Packed { inputs, conflicts, index } = packed;
        let read_now = |key: &String| inputs.binary_search_by(|input| input.key.cmp(key)).is_ok();
        let earlier = state.inputs.values().filter(|input| !replaces && !read_now(&input.key));
        self.quarantined_earlier = QuarantinedFile::among(earlier);
        self.quarantined = QuarantinedFile::among(&inputs);
        let left = (planned - inputs.len()) as u64;
        let index_bytes = index.memory();
        let staged = Staged { replaces, inputs, conflicts, retired, left, index_bytes, ..Staged::default() };
        Ok(Step::Commit(Box::new(staged)))
    }

    fn part_missing(&self, key: String) -> Option<DailyError> {
        Some(DailyError::PartMissing { key, partition: self.partition() })
    }
}

impl DayRun<'_> {
    fn partition(&self) -> Partition {
        Partition::day(self.table, self.day)
    }

    /// The deduplication index of the records in the partition.
    async fn read_back(&self, state: &PartitionState) -> Result<DedupeIndex, DailyError> {
        let partition = self.partition();
        let mut parts = self.old_parts(state);
        let mut index = DedupeIndex::default();
        while let Some((part, read)) = parts.next().await {
            let unreadable = |source| DailyError::Part { key: part.key.clone(), partition, source };
            let (content, seen) = read.map_err(|error| match error {
                PartError::Store(error) if error.kind == ErrorKind::NotFound => {
                    DailyError::PartMissing { key: part.key.clone(), partition }
                }
                error => unreadable(error.into()),
            })?;
            if let Some(difference) = content.difference(&part) {
                return Err(unreadable(difference.into()));
            }
            for fingerprint in seen {
                index.insert(fingerprint);
            }
        }
        Ok(index)
    }

    /// Fails if a rebuild would remove events from the lake. A rebuild may replace unreadable parts; of those it compares only
    /// the number of records.
    async fn check_loss(
        &self,
        state: &PartitionState,
        packed: &Packed,
        written: u64,
        may_lose: bool,
    ) -> Result<(), DailyError> {
        if let Some(broken) = newly_broken(state, &packed.inputs) {
            return Err(broken);
        }
        if may_lose {
            return Ok(());
        }
        let mut gone: u64 = 0;
        let mut parts = self.old_parts(state);
        while let Some((_, read)) = parts.next().await {
            let seen = match read {
                Ok((_, seen)) => seen,
                Err(PartError::Store(error)) if error.kind != ErrorKind::NotFound => {
                    return Err(AttemptError::Store(error).into());
                }
                Err(_) => continue,
            };
            gone +=
                seen.into_iter().filter(|fingerprint| !packed.index.contains(*fingerprint)).count() as u64;
        }
        let before = state.parts.values().fold(0, |sum: u64, part| sum.saturating_add(part.records));
        match gone.max(before.saturating_sub(written)) {
            0 => Ok(()),
            count => Err(DailyError::RebuildLosesEvents { count }),
        }
    }

    /// The parts committed before this attempt, each with its content.
    fn old_parts<'a>(
        &'a self,
        state: &'a PartitionState,
    ) -> impl Stream<Item = (Part, ReadPart)> + Unpin + 'a {
        let reads = futures::stream::iter(state.parts.values().cloned()).map(move |part| async move {
            let each =
                |seen: &mut Vec<Fingerprint>, record: &Record<'_>| seen.extend(Fingerprint::of(record));
            let read = read_part(&*self.stage.lake, &part.key, part.bytes, Vec::new(), each).await;
            (part, read)
        });
        Box::pin(reads.buffer_unordered(self.stage.options.threads.max(1)))
    }
}

/// The content of a part, and the fingerprints of its records.
type ReadPart = Result<(PartContent, Vec<Fingerprint>), PartError>;

/// The error for a log file that was read before and cannot be read now: a rebuild would lose its events.
fn newly_broken(state: &PartitionState, inputs: &[Input]) -> Option<DailyError> {
    inputs.iter().find_map(|input| match (&input.verdict, state.inputs.get(&input.key)?) {
        (Verdict::Quarantined { detail, .. }, before) if !is_quarantined(before) => {
            Some(DailyError::RebuildBreaks { key: input.key.clone(), detail: detail.clone() })
        }
        _ => None,
    })
}

#[cfg(test)]
#[path = "aggregate_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "aggregate_crash_tests.rs"]
mod crash_tests;

#[cfg(test)]
#[path = "aggregate_determinism_tests.rs"]
mod determinism_tests;

#[cfg(test)]
#[path = "aggregate_quarantine_tests.rs"]
mod quarantine_tests;

#[cfg(test)]
#[path = "aggregate_race_tests.rs"]
mod race_tests;

#[cfg(test)]
#[path = "aggregate_rebuild_tests.rs"]
mod rebuild_tests;
