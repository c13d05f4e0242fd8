//! The driver of both stages: plan, claim, stage and commit, until nothing is left to do or another run supersedes this one.

use std::sync::Arc;

use async_trait::async_trait;
use lake_store::Store;

use crate::lake_file::{check_format, read_settings};
use crate::{
    Attempt, AttemptError, Changes, CommitOutcome, Committed, DayState, Journal, MonthSource, Outcome,
    PartSink, Partition, PartitionState, Proof, Slice, Stamp, WrittenInputs, differences,
};

/// A run fails after this many plans in a row that end without a commit because another run changed the partition.
const MAX_PLANS: usize = 8;

/// One run of a stage at one partition: the steps that differ between the stages. [`bring_up_to_date`] drives it.
///
/// A plan is the work of one commit. A run may make several: see [`Staged::more`].
#[async_trait]
pub trait StageRun: Send {
    /// The work of one commit.
    type Plan: Send + Sync;
    /// The error of the stage.
    type Error: From<AttemptError> + Send;

    /// Compares the partition with its inputs. Called again whenever another run has changed the partition, so it must not
    /// keep anything from an earlier call.
    ///
    /// # Errors
    /// Fails if the inputs cannot be listed, or must not be committed as they are.
    async fn plan(&mut self, state: &PartitionState) -> Result<Next<Self::Plan>, Self::Error>;

    /// Writes new parts, not yet visible, and seals them. After an error or [`Step::PlanAgain`] they are aborted.
    ///
    /// # Errors
    /// Fails if inputs cannot be read, if parts cannot be written, or if the result must not be committed.
    async fn stage(
        &mut self,
        plan: Self::Plan,
        state: &PartitionState,
        parts: &mut PartSink<'_>,
    ) -> Result<Step, Self::Error>;

    /// Whether planning needs [`PartitionState::inputs`]. If not, only outlines are read.
    fn reads_inputs(&self) -> bool {
        true
    }

    /// The plan that also writes parts again that a commit names and that do not exist. `missing` is never empty.
    ///
    /// # Errors
    /// Fails if the stage cannot write them again.
    fn with_missing(&self, plan: Self::Plan, missing: Vec<String>) -> Result<Self::Plan, Self::Error>;
}

/// The work to do at a partition.
#[derive(Debug)]
pub enum Next<P> {
    /// Nothing: the partition is empty and has no inputs.
    Empty,
    /// Nothing, if every part exists. Otherwise the plan writes them again, if the stage does so.
    UpToDate(P),
    /// One commit.
    Commit(P),
}

/// The result of staging.
#[derive(Debug)]
pub enum Step {
    /// The parts are sealed.
    Commit(Box<Staged>),
    /// Inputs have changed since the plan.
    PlanAgain,
}

/// The content of a commit, without its parts.
#[derive(Debug, Default)]
pub struct Staged {
    /// See [`Commit::replaces`](crate::Commit::replaces).
    pub replaces: bool,
    /// See [`Commit::state`](crate::Commit::state).
    pub state: DayState,
    /// The inputs that were read.
    pub inputs: WrittenInputs,
    /// Records kept although the partition has one with the same eventID and other bytes.
    pub conflicts: u64,
    /// Keys of parts that the new ones replace.
    pub retired: Vec<String>,
    /// See [`Commit::month`](crate::Commit::month).
    pub month: Option<MonthSource>,
    /// See [`Commit::slice`](crate::Commit::slice).
    pub slice: Option<Slice>,
    /// See [`Commit::proof`](crate::Commit::proof).
    pub proof: Option<Proof>,
    /// Number of planned inputs, or of a month event days, that were left to a later run.
    pub left: u64,
    /// Memory of the deduplication index, in bytes.
    pub index_bytes: u64,
    /// Whether the run continues with a new plan after this commit.
    pub more: bool,
}

/// The outcome of a run, and the foreign objects in the partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunEnd {
    /// The outcome.
    pub outcome: Outcome,
    /// Keys in the partition that Trailmill did not write: see [`Differences::foreign`](crate::Differences::foreign).
    pub foreign: Vec<String>,
}

/// The result of one attempt.
enum AttemptEnd {
    Nothing(Outcome),
    PlanAgain,
    Committed { committed: Committed, more: bool },
    Superseded,
}

/// Brings a partition up to date. Idempotent, and safe to run concurrently on any number of machines: one run commits, the
/// others are superseded or have nothing left to do.
///
/// # Errors
/// Fails if the stage or the lake fails, or if other runs make eight plans in a row stale ([`AttemptError::Contended`]).
pub async fn bring_up_to_date<R: StageRun>(
    lake: &Arc<dyn Store>,
    partition: Partition,
    stamp: Stamp,
    run: &mut R,
) -> Result<RunEnd, R::Error> {
    let journal = Journal::new(lake.clone(), partition);
    let mut driver = Driver { lake, journal, stamp, foreign: Vec::new() };
    let mut before: Option<Box<Committed>> = None;
    let mut plans = 0;
    while plans < MAX_PLANS {
        // Read the journal before the inputs: a commit of another run after this read makes the claim fail, so a plan is never
        // based on inputs older than the state.
        let state = driver.read(run.reads_inputs()).await?;
        let next = run.plan(&state).await?;
        let outcome = match driver.attempt(&state, next, run).await? {
            AttemptEnd::PlanAgain => {
                plans += 1;
                continue;
            }
            AttemptEnd::Nothing(outcome) => before.map_or(outcome, Outcome::Committed),
            AttemptEnd::Superseded => Outcome::Superseded { before },
            AttemptEnd::Committed { committed, more } => {
                let sum = before.get_or_insert_default();
                sum.add(committed);
                if more {
                    plans = 0;
                    continue;
                }
                Outcome::Committed(std::mem::take(sum))
            }
        };
        return Ok(RunEnd { outcome, foreign: driver.foreign });
    }
    Err(AttemptError::Contended { partition, conflicts: plans }.into())
}

struct Driver<'a> {
    lake: &'a Arc<dyn Store>,
    journal: Journal,
    stamp: Stamp,
    foreign: Vec<String>,
}

impl Driver<'_> {
    /// Reads the settings of the lake and the journal of the partition. The first claim of a partition creates the settings.
    async fn read(&self, inputs: bool) -> Result<PartitionState, AttemptError> {
        let settings = async { read_settings(&**self.lake).await.map_err(AttemptError::from) };
        let journal = async {
            let state = if inputs { self.journal.read().await } else { self.journal.read_outline().await };
            state.map_err(AttemptError::from)
        };
        let (settings, state) = futures::try_join!(settings, journal)?;
        if settings.is_none() && state.last_seq > 0 {
            check_format(&**self.lake).await?;
        }
        Ok(state)
    }

    async fn attempt<R: StageRun>(
        &mut self,
        state: &PartitionState,
        next: Next<R::Plan>,
        run: &mut R,
    ) -> Result<AttemptEnd, R::Error> {
        let plan = match next {
            Next::Empty => return Ok(AttemptEnd::Nothing(Outcome::Empty)),
            Next::Commit(plan) => Some(plan),
            Next::UpToDate(plan) => {
                let found =
                    differences(&**self.lake, &self.journal, state).await.map_err(AttemptError::from)?;
                self.foreign = found.foreign;
                match (found.missing.is_empty(), found.orphans.is_empty()) {
                    (false, _) if self.has_moved(state).await? => return Ok(AttemptEnd::PlanAgain),
                    (false, _) => Some(run.with_missing(plan, found.missing)?),
                    (true, true) => return Ok(AttemptEnd::Nothing(Outcome::UpToDate)),
                    (true, false) => None,
                }
            }
        };
        let begun = Attempt::begin(self.lake.clone(), self.journal.clone(), state, self.stamp).await?;
        let Some(attempt) = begun else { return Ok(AttemptEnd::PlanAgain) };
        self.foreign = attempt.foreign().to_vec();
        match plan {
            Some(plan) => stage_and_commit(attempt, plan, state, run).await,
            // the claim has deleted the orphans; an empty commit ends the attempt
            None => {
                let (day, left, proof) = (state.day.unwrap_or_default(), state.left, state.proof.clone());
                let unchanged = Staged { state: day, left, proof, ..Staged::default() };
                Ok(commit(attempt, unchanged, Vec::new()).await?)
            }
        }
    }

    /// Whether another run has changed the journal since `state` was read.
    async fn has_moved(&self, state: &PartitionState) -> Result<bool, AttemptError> {
        Ok(self.journal.read_outline().await?.last_seq > state.last_seq)
    }
}

async fn stage_and_commit<R: StageRun>(
    attempt: Attempt,
    plan: R::Plan,
    state: &PartitionState,
    run: &mut R,
) -> Result<AttemptEnd, R::Error> {
    let mut parts = PartSink::new(&attempt);
    match run.stage(plan, state, &mut parts).await {
        Ok(Step::Commit(staged)) => {
            let parts = parts.into_sealed();
            Ok(commit(attempt, *staged, parts).await?)
        }
        Ok(Step::PlanAgain) => {
            parts.abort().await;
            Ok(AttemptEnd::PlanAgain)
        }
        Err(error) => {
            parts.abort().await;
            // a later attempt abandons the uploads of this one, and may retire the parts that it reads
            match attempt.is_fenced().await {
                Ok(true) => Ok(AttemptEnd::Superseded),
                _ => Err(error),
            }
        }
    }
}

async fn commit(
    attempt: Attempt,
    staged: Staged,
    parts: Vec<crate::SealedPart>,
) -> Result<AttemptEnd, AttemptError> {
    let Staged { replaces, state, inputs, conflicts, retired, month, slice, proof, left, index_bytes, more } =
        staged;
    let (swept, retired_count) = (attempt.swept(), retired.len() as u64);
    let changes = Changes { replaces, state, left, inputs, conflicts, parts, retired, month, slice, proof };
    let totals = changes.totals();
    let parts = changes.parts.iter().map(|sealed| sealed.part.clone()).collect();
    let committed = Committed { state, totals, parts, left, retired: retired_count, swept, index_bytes };
    Ok(match attempt.finish(changes).await? {
        CommitOutcome::Committed => AttemptEnd::Committed { committed, more },
        CommitOutcome::Superseded => AttemptEnd::Superseded,
    })
}

#[cfg(test)]
#[path = "stage_run_tests.rs"]
mod tests;
