//! One partition brought up to date: plan, claim, read back, run the pipeline, publish, commit.

use std::sync::Arc;

use cloudtrail_model::{Day, DedupeIndex, Fingerprint, Record, Table};
use futures::{Stream, StreamExt};
use lake::{
    Attempt, AttemptError, Changes, CommitOutcome, Input, Journal, Part, PartContent, PartError, Partition,
    PartitionState, Stamp, Verdict, differences, read_part,
};
use lake_store::{ErrorKind, ObjectMeta, Store};
use tokio::time::Instant;

use crate::pipeline::{self, Staged};
use crate::plan::{Plan, is_quarantined, plan};
use crate::source::Listing;
use crate::{Committed, DailyError, DayReport, Options, Outcome, Progress, QuarantinedFile, Request, Source};

/// Plans that may come to nothing because somebody else moved, before a run gives up.
const MAX_PLANS: usize = 8;

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

/// An attempt that came to an end.
enum Ended {
    /// With the objects in the partition that somebody else put there.
    Done(Outcome, Vec<String>),
    PlanAgain,
}

impl DailyAggregator {
    /// Brings one day of one table up to date. Run it as often as you like, wherever you like.
    pub async fn run(&self, table: Table, day: Day, request: Request) -> Result<DayReport, DailyError> {
        let partition = Partition::day(table, day);
        for _ in 0..MAX_PLANS {
            // the journal before the source: a file that another run reads later than this is met at the claim, and is
            // not taken for one that has gone
            let journal = Journal::new(self.lake.clone(), partition);
            let state = journal.read().await.map_err(AttemptError::from)?;
            let listing = self.source.list(table, day).await.map_err(DailyError::List)?;
            let Listing { files, others, other_example } = listing;
            let listed = files.len() as u64;
            let plan = plan(&state, files, request)?;
            if let Ended::Done(outcome, foreign) = self.attempt(journal, &state, plan).await? {
                return Ok(DayReport { partition, outcome, listed, others, other_example, foreign });
            }
        }
        Err(DailyError::Contended { partition })
    }

    async fn attempt(
        &self,
        journal: Journal,
        state: &PartitionState,
        plan: Plan,
    ) -> Result<Ended, DailyError> {
        let Plan { files, replaces, may_lose, retired, commits_empty, until } = plan;
        let forgets = replaces && !state.inputs.is_empty();
        if files.is_empty() && retired.is_empty() && !forgets && !commits_empty {
            let found = differences(&*self.lake, &journal, state).await.map_err(AttemptError::from)?;
            if let Some(key) = found.missing.into_iter().next() {
                // a rebuild that has committed meanwhile deletes the parts of the commits before
                if journal.read().await.map_err(AttemptError::from)?.last_seq > state.last_seq {
                    return Ok(Ended::PlanAgain);
                }
                return Err(DailyError::PartMissing { key, partition: journal.partition() });
            }
            if found.orphans.is_empty() {
                let quarantined = QuarantinedFile::among(state.inputs.values());
                return Ok(Ended::Done(Outcome::UpToDate { quarantined }, found.foreign));
            }
        }
        let planned = files.len();
        self.progress.plan(planned);
        let Some(attempt) = Attempt::begin(self.lake.clone(), journal.clone(), state, self.stamp).await?
        else {
            return Ok(Ended::PlanAgain);
        };
        let foreign = attempt.foreign().to_vec();
        let staged = match self.stage(state, files, until, replaces, &attempt).await {
            Ok(staged) => staged,
            // replaced or deleted since it was listed: what is there now is listed again
            Err(DailyError::Fetch(error))
                if matches!(error.kind, ErrorKind::Changed | ErrorKind::NotFound) =>
            {
                return Ok(Ended::PlanAgain);
            }
            // a later attempt throws away what this one staged, and may retire the parts it reads
            Err(DailyError::Stage(_) | DailyError::Part { .. } | DailyError::PartMissing { .. })
                if is_fenced(&journal, state).await =>
            {
                return Ok(Ended::Done(Outcome::Superseded, foreign));
            }
            Err(error) => return Err(error),
        };
        let loss = if replaces { self.loss(state, &staged, may_lose).await? } else { None };
        if let Some(loss) = loss {
            staged.abort().await;
            return Err(loss);
        }
        let left = (planned - staged.inputs.len()) as u64;
        let committed = Committed {
            left,
            ..Committed::new(state, replaces, retired.len() as u64, &staged, attempt.swept())
        };
        let changes = Changes {
            replaces,
            inputs: staged.inputs,
            parts: staged.parts,
            retired,
            totals: staged.totals,
            month: None,
        };
        let outcome = match attempt.finish(changes).await? {
            CommitOutcome::Committed => Outcome::Committed(Box::new(committed)),
            CommitOutcome::Superseded => Outcome::Superseded,
        };
        Ok(Ended::Done(outcome, foreign))
    }

    /// Reads back what is there, unless it is to be replaced, and makes new parts of the files.
    async fn stage(
        &self,
        state: &PartitionState,
        files: Vec<ObjectMeta>,
        until: Option<Instant>,
        replaces: bool,
        attempt: &Attempt,
    ) -> Result<Staged, DailyError> {
        let index = match replaces {
            true => DedupeIndex::default(),
            false => self.read_back(state, attempt.partition()).await?,
        };
        let source = self.source.store().clone();
        pipeline::run(source, files, until, index, attempt, &self.options, &self.progress).await
    }

    /// The records that are in the partition already.
    async fn read_back(
        &self,
        state: &PartitionState,
        partition: Partition,
    ) -> Result<DedupeIndex, DailyError> {
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

    /// What a rebuild would take out of the lake, if anything. Parts that cannot be read are what rebuilds are for; of
    /// them only the number of records counts.
    async fn loss(
        &self,
        state: &PartitionState,
        staged: &Staged,
        may_lose: bool,
    ) -> Result<Option<DailyError>, DailyError> {
        if let Some(broken) = newly_broken(state, &staged.inputs) {
            return Ok(Some(broken));
        }
        if may_lose {
            return Ok(None);
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
                seen.into_iter().filter(|fingerprint| !staged.index.contains(*fingerprint)).count() as u64;
        }
        let before = state.parts.values().fold(0, |sum: u64, part| sum.saturating_add(part.records));
        let after: u64 = staged.parts.iter().map(|sealed| sealed.part.records).sum();
        let count = gone.max(before.saturating_sub(after));
        Ok((count > 0).then_some(DailyError::RebuildLosesEvents { count }))
    }

    /// The parts a commit named before this attempt, each with what it holds.
    fn old_parts<'a>(
        &'a self,
        state: &'a PartitionState,
    ) -> impl Stream<Item = (Part, ReadPart)> + Unpin + 'a {
        let reads = futures::stream::iter(state.parts.values().cloned()).map(move |part| async move {
            let each =
                |seen: &mut Vec<Fingerprint>, record: &Record<'_>| seen.extend(Fingerprint::of(record));
            let read = read_part(&*self.lake, &part.key, part.bytes, Vec::new(), each).await;
            (part, read)
        });
        Box::pin(reads.buffer_unordered(self.options.threads.max(1)))
    }
}

/// A part's content, and the fingerprints of its records.
type ReadPart = Result<(PartContent, Vec<Fingerprint>), PartError>;

/// Whether somebody claimed after the attempt that claimed on top of `state`.
async fn is_fenced(journal: &Journal, state: &PartitionState) -> bool {
    journal.read().await.is_ok_and(|now| now.last_seq > state.last_seq + 1)
}

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
