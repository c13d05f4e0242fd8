//! One month brought up to date: plan, claim, read, gather, encode, publish, commit.

use std::sync::Arc;

use cloudtrail_model::{Month, Table};
use futures::StreamExt;
use lake::{
    Attempt, AttemptError, Changes, CommitOutcome, Journal, Partition, PartitionState, SealedPart, Stamp,
    differences,
};
use lake_store::Store;
use rayon::{ThreadPool, ThreadPoolBuilder};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::gather::{Gathered, Gatherer, RowGroup};
use crate::part_writer::PartWriter;
use crate::piece::SparePieces;
use crate::plan::{MonthPlan, plan};
use crate::read::{FromPart, read};
use crate::row_group::{EncodedRowGroup, Encoder};
use crate::{Committed, DaysThere, MonthReport, MonthlyError, Options, Outcome, Progress};

/// Plans that may come to nothing because somebody else moved, before a run gives up.
const MAX_PLANS: usize = 8;

/// The monthly stage over one lake.
#[derive(Debug, Clone)]
pub struct MonthlyAggregator {
    /// Where the daily table is, and the monthly one goes.
    pub lake: Arc<dyn Store>,
    /// How.
    pub options: Options,
    /// What attempts write about themselves.
    pub stamp: Stamp,
    /// How far it is.
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

/// An attempt that came to an end.
enum Ended {
    /// With the objects in the partition that somebody else put there.
    Done(Outcome, Vec<String>),
    PlanAgain,
}

/// What an attempt is about to publish.
struct Staged {
    gathered: Gathered,
    parts: Vec<SealedPart>,
}

impl MonthlyAggregator {
    /// Brings one month of one table up to date. Run it as often as you like, wherever you like.
    pub async fn run(
        &self,
        table: Table,
        month: Month,
        request: Request,
    ) -> Result<MonthReport, MonthlyError> {
        let partition = Partition::month(table, month);
        for _ in 0..MAX_PLANS {
            // the month before its days: whoever commits it later than this is met at the claim, so that what is planned
            // is never older than what is replaced
            let journal = Journal::new(self.lake.clone(), partition);
            let state = journal.read().await?;
            let plan = plan(&self.lake, &self.days_there, table, month).await?;
            if plan.parts.is_empty() && state.last_seq == 0 {
                let (source, foreign) = (plan.source, Vec::new());
                return Ok(MonthReport { partition, outcome: Outcome::Empty, source, foreign });
            }
            if !plan.source.missing_days.is_empty() && !request.allow_gaps {
                return Err(MonthlyError::MissingDays { partition, days: plan.source.missing_days });
            }
            let source = plan.source.clone();
            if let Ended::Done(outcome, foreign) = self.attempt(journal, &state, plan, month, request).await?
            {
                return Ok(MonthReport { partition, outcome, source, foreign });
            }
        }
        Err(MonthlyError::Contended { partition })
    }

    async fn attempt(
        &self,
        journal: Journal,
        state: &PartitionState,
        plan: MonthPlan,
        month: Month,
        request: Request,
    ) -> Result<Ended, MonthlyError> {
        let mut sweep_only = false;
        if plan.is_done(state) && !request.rebuild {
            // a part that somebody deleted is made again: what it was made of is in the lake
            let found = differences(&*self.lake, &journal, state).await.map_err(AttemptError::from)?;
            sweep_only = found.missing.is_empty();
            if sweep_only && found.orphans.is_empty() {
                return Ok(Ended::Done(Outcome::UpToDate, found.foreign));
            }
        }
        let Some(attempt) = Attempt::begin(self.lake.clone(), journal.clone(), state, self.stamp).await?
        else {
            return Ok(Ended::PlanAgain);
        };
        let foreign = attempt.foreign().to_vec();
        if sweep_only {
            return Ok(Ended::Done(commit_sweep(attempt).await?, foreign));
        }
        let mut staged = match self.stage(&plan, month, &attempt).await {
            Ok(staged) => staged,
            // a later attempt throws away what this one staged
            Err(MonthlyError::Stage(_)) if is_fenced(&journal, state).await => {
                return Ok(Ended::Done(Outcome::Superseded, foreign));
            }
            // a day was rebuilt while it was read: its new parts are planned
            Err(MonthlyError::DailyPart { .. }) if self.has_moved(&plan, &journal, month).await? => {
                return Ok(Ended::PlanAgain);
            }
            Err(error) => return Err(error),
        };
        if request.until.is_some_and(|until| Instant::now() > until) {
            for sealed in &mut staged.parts {
                let _swept_later = sealed.upload.abort().await;
            }
            return Err(MonthlyError::NoTimeLeft { partition: journal.partition() });
        }
        let retired: Vec<String> = state.parts.keys().cloned().collect();
        let committed =
            Committed::new(&staged.gathered, &staged.parts, retired.len() as u64, attempt.swept());
        let Staged { gathered: Gathered { inputs, totals, .. }, parts } = staged;
        let month = Some(plan.source);
        let changes = Changes { replaces: true, inputs, parts, retired, totals, month };
        Ok(Ended::Done(outcome(attempt.finish(changes).await?, committed), foreign))
    }

    /// Whether the daily journals say something else by now.
    async fn has_moved(
        &self,
        before: &MonthPlan,
        journal: &Journal,
        month: Month,
    ) -> Result<bool, MonthlyError> {
        Ok(plan(&self.lake, &self.days_there, journal.partition().table, month).await? != *before)
    }

    async fn stage(&self, plan: &MonthPlan, month: Month, attempt: &Attempt) -> Result<Staged, MonthlyError> {
        let encoder = Encoder::new(attempt.partition().table, &self.options)?;
        let mut writer = PartWriter::new(attempt, encoder.clone(), &self.options);
        match self.pipeline(plan, (attempt.partition().table, month), encoder, &mut writer).await {
            Ok(staged) => Ok(staged),
            Err(error) => {
                writer.abort().await;
                Err(error)
            }
        }
    }

    /// One row group is encoded while the next is read.
    async fn pipeline(
        &self,
        plan: &MonthPlan,
        of: (Table, Month),
        encoder: Encoder,
        writer: &mut PartWriter<'_>,
    ) -> Result<Staged, MonthlyError> {
        let pool = ThreadPoolBuilder::new().num_threads(self.options.threads.max(1)).build();
        let spare = SparePieces::default();
        let pool = Arc::new(pool.map_err(MonthlyError::Threads)?);
        let cpu = Cpu { pool, encoder, spare: spare.clone() };
        let mut read = read(self.lake.clone(), plan.parts.clone(), of, self.options.threads, spare);
        self.progress.plan(plan.parts.iter().map(|(_, part)| part.records).sum());
        let mut gatherer = Gatherer::new(plan.parts.clone(), self.options);
        let mut under_way: Option<Encoding> = None;
        while let Some(from_part) = read.next().await {
            match from_part? {
                FromPart::Piece(piece) => {
                    self.progress.read(piece.other_months + piece.lines.len() as u64);
                    gatherer.add(piece);
                }
                FromPart::End => gatherer.end_part(),
            }
            while let Some(group) = gatherer.next_full() {
                let done = match under_way.take() {
                    Some(encoding) => Some(encoded(encoding).await?),
                    None => None,
                };
                // the threads have the next before the last is written
                under_way = Some(cpu.start(group));
                if let Some(done) = done {
                    writer.write(done).await?;
                }
            }
        }
        let (last, gathered) = gatherer.finish();
        for encoding in under_way.into_iter().chain(last.map(|group| cpu.start(group))) {
            writer.write(encoded(encoding).await?).await?;
        }
        Ok(Staged { gathered, parts: writer.finish().await? })
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

/// Ends an attempt at a month whose parts are all there, but with orphans next to them: of a run that died after its commit,
/// before it had deleted what it replaced. The claim has swept them; a commit of nothing closes it.
async fn commit_sweep(attempt: Attempt) -> Result<Outcome, AttemptError> {
    let committed = Committed { swept: attempt.swept(), ..Committed::default() };
    Ok(outcome(attempt.finish(Changes::default()).await?, committed))
}

fn outcome(of: CommitOutcome, committed: Committed) -> Outcome {
    match of {
        CommitOutcome::Committed => Outcome::Committed(Box::new(committed)),
        CommitOutcome::Superseded => Outcome::Superseded,
    }
}

/// Whether somebody claimed after the attempt that claimed on top of `state`.
async fn is_fenced(journal: &Journal, state: &PartitionState) -> bool {
    journal.read().await.is_ok_and(|now| now.last_seq > state.last_seq + 1)
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
