//! Brings one day up to date: lists and plans, reads parts back, runs the pipeline. [`lake::bring_up_to_date`] claims and
//! commits.

use std::sync::Arc;

use async_trait::async_trait;
use cloudtrail_model::{Day, Table};
use lake::{
    DayState, Next, PartSink, Partition, PartitionState, Proof, ProofState, RunEnd, StageRun, Staged, Stamp,
    Step, WrittenInputs, bring_up_to_date,
};
use lake_store::{ErrorKind, Store};

use crate::pack::earlier_records::EarlierRecords;
use crate::pack::packer::{Before, Packed};
use crate::pack::part_fingerprints::CommittedParts;
use crate::pack::rebuild_loss::RebuildLoss;
use crate::pipeline::{self, DayWork};
use crate::plan::left_out_files::LeftOutFiles;
use crate::plan::new_files::{Plan, plan};
use crate::plan::source::Listing;
use crate::prove::{LogFilesOf, is_due};
use crate::{
    DailyError, DayReport, LeftOutFile, Options, Progress, ProofMode, Proving, Request, Source,
    UnreadableFiles,
};

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
///     proving: None,
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
    /// How digest files prove the log files; `None` to leave them alone.
    pub proving: Option<Proving>,
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
    /// Log files that earlier runs quarantined, in the order of the journal's inputs.
    quarantined_earlier: Vec<LeftOutFile>,
    /// Log files that this run quarantined, in the order in which they were read.
    quarantined: Vec<LeftOutFile>,
    /// Unreadable log files of the day, those of earlier runs included.
    unreadable: UnreadableFiles,
    /// What digest files prove about the day.
    proof: Option<Proof>,
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
            unreadable: UnreadableFiles::default(),
            proof: None,
        };
        let RunEnd { outcome, foreign } =
            Box::pin(bring_up_to_date(&self.lake, partition, self.stamp, &mut run)).await?;
        let DayRun { listed: Listed { files, others, other_example }, .. } = run;
        let (mut quarantined, mut quarantined_earlier) = (run.quarantined, run.quarantined_earlier);
        let (mut unreadable, mut proof) = (run.unreadable, run.proof);
        if outcome.is_superseded() {
            // the run that superseded this one reports them
            (quarantined, quarantined_earlier) = (Vec::new(), Vec::new());
            unreadable = UnreadableFiles::default();
            proof = None;
        }
        self.require_proof(partition, proof.as_ref())?;
        Ok(DayReport {
            partition,
            outcome,
            listed: files,
            others,
            other_example,
            quarantined,
            quarantined_earlier,
            unreadable,
            proof,
            foreign,
        })
    }

    /// Fails if a day must be proven and is not, though no digest file is still to come.
    fn require_proof(&self, partition: Partition, proof: Option<&Proof>) -> Result<(), DailyError> {
        let is_required = self.proving.as_ref().is_some_and(|proving| proving.mode == ProofMode::Require);
        match proof {
            Some(proof) if is_required && proof.state() >= ProofState::Unproven => {
                Err(DailyError::NotProven {
                    partition,
                    count: proof.broken + proof.unproven,
                    example: proof.examples.first().cloned().unwrap_or_default(),
                })
            }
            _ => Ok(()),
        }
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
        self.quarantined_earlier = LeftOutFile::quarantined_among(&state.inputs);
        let mut plan = plan(state, files, self.request)?;
        self.unreadable = self.try_left_out(&mut plan, state).await?;
        if plan.files.is_empty() && plan.is_work(state) {
            plan.empty = self.state_without_log_files().await?;
        }
        self.proof = state.proof.clone();
        if !plan.is_work(state) {
            plan.proof = self.proof_again(state).await;
        }
        Ok(if plan.is_work(state) { Next::Commit(plan) } else { Next::UpToDate(plan) })
    }

    /// Writes new parts from the log files, without the records that the partition has.
    async fn stage(
        &mut self,
        plan: Plan,
        state: &PartitionState,
        parts: &mut PartSink<'_>,
    ) -> Result<Step, DailyError> {
        let Plan { files, replaces, may_lose, retired, until, empty, proof, .. } = plan;
        if let Some(proof) = proof {
            self.proof = Some(proof.clone());
            let (day, proof) = (state.day.unwrap_or_default(), Some(proof));
            return Ok(Step::Commit(Box::new(Staged { state: day, proof, ..Staged::default() })));
        }
        let planned = files.len() as u64;
        self.stage.progress.plan(files.len());
        let DailyAggregator { source, options, progress, .. } = self.stage;
        let committed = self.committed_parts();
        let before = match (replaces, may_lose) {
            (false, _) => Before::Kept {
                records: EarlierRecords::new(state.parts.values(), committed),
                inputs: &state.inputs,
            },
            (true, may_lose) => {
                let loss = (!may_lose).then(|| RebuildLoss::new(state.parts.values(), committed));
                Before::Replaced { loss, inputs: &state.inputs }
            }
        };
        let options = &Options { hashes: options.hashes && !source.digest_folders().is_empty(), ..*options };
        let work = DayWork { source: source.store().clone(), delivered: self.day, files, until, before };
        let packed = match pipeline::run(work, parts, options, progress).await {
            Ok(packed) => packed,
            // replaced or deleted since it was listed: list again
            Err(DailyError::Fetch(error))
                if matches!(error.kind, ErrorKind::Changed | ErrorKind::NotFound) =>
            {
                return Ok(Step::PlanAgain);
            }
            Err(error) => return Err(error),
        };
        let Packed { inputs, quarantined, quarantined_earlier, unreadable, conflicts, loss, .. } = packed;
        if let Some(LeftOutFile { key, detail, .. }) = packed.broken {
            return Err(DailyError::RebuildBreaks { key, detail });
        }
        let index_bytes = packed.index_bytes;
        if let Some(refused) = packed.refused
            && reads_nothing(state, replaces, &inputs)
        {
            return Err(DailyError::Fetch(refused));
        }
        let lost = loss.map_or(0, |loss| loss.finish(parts.sealed().map(|part| part.records).sum()));
        if lost > 0 {
            return Err(DailyError::RebuildLosesEvents { count: lost });
        }
        self.quarantined_earlier = quarantined_earlier;
        self.quarantined = quarantined;
        self.unreadable.add(unreadable);
        let left = planned - inputs.len();
        let day = if inputs.is_empty() { empty } else { DayState::Committed };
        let read = LogFilesOf { state, keeps_state: !replaces, written: Some(&inputs) };
        self.proof = match left {
            0 if day != DayState::BeforeSource => self.prove(read).await,
            _ => None,
        };
        let staged = Staged {
            replaces,
            state: day,
            inputs,
            conflicts,
            retired,
            left,
            proof: self.proof.clone(),
            index_bytes,
            ..Staged::default()
        };
        Ok(Step::Commit(Box::new(staged)))
    }

    fn with_missing(&self, _: Self::Plan, missing: Vec<String>) -> Result<Self::Plan, DailyError> {
        let key = missing.into_iter().next().unwrap_or_default();
        Err(DailyError::PartMissing { key, partition: self.partition() })
    }
}

impl DayRun<'_> {
    fn partition(&self) -> Partition {
        Partition::day(self.table, self.day)
    }

    fn committed_parts(&self) -> CommittedParts<'_> {
        let DailyAggregator { lake, options, .. } = self.stage;
        CommittedParts { lake: &**lake, partition: self.partition(), at_once: options.threads }
    }

    /// Tries the log files again that earlier runs left out, and adds those with another verdict to the plan. Returns the unreadable
    /// ones that are not in the plan.
    async fn try_left_out(
        &self,
        plan: &mut Plan,
        state: &PartitionState,
    ) -> Result<UnreadableFiles, DailyError> {
        if plan.replaces {
            return Ok(UnreadableFiles::default());
        }
        let DailyAggregator { source, options, .. } = self.stage;
        let left_out = LeftOutFiles { source: source.store(), delivered: self.day, inputs: &state.inputs };
        let changed = left_out.changed(plan.files.left_out(), plan.until, options).await?;
        let read = plan.files.read_left_out(&changed);
        Ok(UnreadableFiles::among(&state.inputs, |key| !read.contains(key)))
    }

    /// What digest files prove about some log files of the day.
    async fn prove(&self, log_files: LogFilesOf<'_>) -> Option<Proof> {
        let DailyAggregator { source, proving, stamp, .. } = self.stage;
        let now = (stamp.now)();
        let proving = proving.as_ref()?;
        proving.prove(source, self.table, self.day, &now, log_files, self.request.until).await
    }

    /// What digest files prove about a day that is up to date, if that is not what its newest commit states.
    async fn proof_again(&self, state: &PartitionState) -> Option<Proof> {
        let proving = self.stage.proving.as_ref()?;
        if !is_due(proving, self.table, state) {
            return None;
        }
        let proof = self.prove(LogFilesOf { state, keeps_state: true, written: None }).await?;
        let is_known = state.proof.as_ref().is_some_and(|known| known.says_the_same(&proof));
        (!is_known).then_some(proof)
    }

    /// The state of a day without log files.
    async fn state_without_log_files(&self) -> Result<DayState, DailyError> {
        let first = self.stage.source.first_day().await.map_err(DailyError::List)?;
        let is_recorded = first.is_some_and(|first| first <= self.day);
        Ok(if is_recorded { DayState::Empty } else { DayState::BeforeSource })
    }
}

/// Whether the source has given out no log file of the day: then it is more likely that a policy or a key of the whole source is
/// wrong than that of one object.
fn reads_nothing(state: &PartitionState, replaces: bool, inputs: &WrittenInputs) -> bool {
    let before = state.input_counts;
    let totals = inputs.totals();
    totals.files_unreadable == totals.files_in && (replaces || before.unreadable == before.files)
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
#[path = "aggregate_identity_tests.rs"]
mod identity_tests;

#[cfg(test)]
#[path = "aggregate_proof_tests.rs"]
mod proof_tests;

#[cfg(test)]
#[path = "aggregate_quarantine_tests.rs"]
mod quarantine_tests;

#[cfg(test)]
#[path = "aggregate_race_tests.rs"]
mod race_tests;

#[cfg(test)]
#[path = "aggregate_rebuild_tests.rs"]
mod rebuild_tests;

#[cfg(test)]
#[path = "aggregate_size_tests.rs"]
mod size_tests;

#[cfg(test)]
#[path = "aggregate_unreadable_tests.rs"]
mod unreadable_tests;
