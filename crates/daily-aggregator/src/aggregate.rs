//! One day brought up to date: list and plan, read back, run the pipeline. [`lake::bring_up_to_date`] claims and commits.

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

/// The daily stage over one source and one lake.
#[derive(Debug, Clone)]
pub struct DailyAggregator {
    /// Where log files come from.
    pub source: Source,
    /// Where parts and journals go.
    pub lake: Arc<dyn Store>,
    /// How.
    pub options: Options,
    /// What attempts write about themselves.
    pub stamp: Stamp,
    /// How far it is.
    pub progress: Arc<Progress>,
}

/// One run at one day of one table.
struct DayRun<'a> {
    stage: &'a DailyAggregator,
    table: Table,
    day: Day,
    request: Request,
    /// What the source had when it was listed last.
    listed: Listed,
    /// Log files that are quarantined from earlier runs, in key order.
    quarantined_earlier: Vec<QuarantinedFile>,
    /// Log files that this run quarantined, in key order.
    quarantined: Vec<QuarantinedFile>,
}

/// What a listing of a day had.
#[derive(Debug, Default)]
struct Listed {
    files: u64,
    others: u64,
    other_example: Option<String>,
}

impl DailyAggregator {
    /// Brings one day of one table up to date. Safe to run at any time, any number of times, on any number of machines.
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
            // the run that took the day over reports them
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

    /// Brings tables of one day up to date, all at once: most have few log files next to the main one, and wait for storage
    /// all the same. `commit_empty` is for the main table only. Returns how each ended, in the order of the tables.
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

    /// Reads back what is there, unless it is to be replaced, and makes new parts of the log files.
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
            // replaced or deleted since it was listed: what is there now is listed again
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

    /// The records that are in the partition already.
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

    /// Fails if a rebuild would take events out of the lake. Parts that cannot be read are what rebuilds are for; of them
    /// only the number of records counts.
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

    /// The parts a commit named before this attempt, each with what it holds.
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

/// A part's content, and the fingerprints of its records.
type ReadPart = Result<(PartContent, Vec<Fingerprint>), PartError>;

/// A file that a rebuild read before and cannot read now: its events would be lost.
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
