//! Selects the log files of a partition that a run must read.

use std::collections::HashSet;

use lake::{DayState, Input, InputsWalk, PartitionState, Proof, Verdict};
use tokio::time::Instant;

use crate::{DailyError, ListedFile, ListedFiles, Listing, LogFileToRead};

/// The options of a run at a partition.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Request {
    /// Read every log file again and replace all parts.
    pub rebuild: bool,
    /// With `rebuild`: drop the events of log files that are no longer in the source, rather than fail.
    pub drop_missing: bool,
    /// Try quarantined files again although they have not changed. A file with the same verdict as before is not committed
    /// again.
    pub retry_quarantined: bool,
    /// Commit the day even if no log file was delivered, so that it does not count as missing.
    pub commit_empty: bool,
    /// The soft deadline: start on no further log file, and commit those that were read, at least one. A rebuild ignores it.
    pub until: Option<Instant>,
}

/// The plan of an attempt.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) files: FilesToRead,
    pub(crate) replaces: bool,
    /// Whether events may be dropped with log files that are no longer in the source.
    pub(crate) may_lose: bool,
    /// Keys of the parts that the commit replaces.
    pub(crate) retired: Vec<String>,
    /// Whether to commit even without log files to read.
    pub(crate) commits_empty: bool,
    /// The state of the day if no log file is read.
    pub(crate) empty: DayState,
    /// What digest files prove about the day now, if that differs from what its newest commit states. Only if there is nothing else to
    /// do.
    pub(crate) proof: Option<Proof>,
    /// See [`Request::until`].
    pub(crate) until: Option<Instant>,
}

/// The log files to read, in the order of (account, identity).
#[derive(Debug, Default)]
pub(crate) struct FilesToRead {
    listing: ListedFiles,
    /// Their positions in the listing.
    positions: Vec<u32>,
    /// Positions of log files that earlier runs left out, which are to be tried again before they are read.
    left_out: Vec<u32>,
}

impl Plan {
    /// Whether the plan changes the partition.
    pub(crate) fn is_work(&self, state: &PartitionState) -> bool {
        let forgets = self.replaces && !state.inputs.is_empty();
        let is_proven_anew = self.proof.is_some();
        !self.files.is_empty() || !self.retired.is_empty() || forgets || self.commits_empty || is_proven_anew
    }
}

impl FilesToRead {
    fn select(listing: ListedFiles, mut is_work: impl FnMut(ListedFile<'_>) -> bool) -> Self {
        let numbered = (0_u32..).zip(listing.iter());
        let positions = numbered.filter(|(_, file)| is_work(*file)).map(|(position, _)| position).collect();
        FilesToRead { listing, positions, left_out: Vec::new() }
    }

    /// The log files that earlier runs left out, to be tried again.
    pub(crate) fn left_out(&self) -> Vec<LogFileToRead> {
        let file = |position: &u32| Some(self.listing.get(*position as usize)?.to_read());
        self.left_out.iter().filter_map(file).collect()
    }

    /// Reads those of [`FilesToRead::left_out`], too, whose index in it is given. Returns their identities.
    pub(crate) fn read_left_out(&mut self, indexes: &[usize]) -> HashSet<String> {
        let positions = indexes.iter().filter_map(|index| self.left_out.get(*index).copied());
        let before = self.positions.len();
        self.positions.extend(positions);
        let file = |position: &u32| Some(self.listing.get(*position as usize)?.identity());
        let identities = self.positions[before..].iter().filter_map(file).collect();
        self.positions.sort_unstable();
        identities
    }

    pub(crate) fn len(&self) -> usize {
        self.positions.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.positions.is_empty()
    }
}

impl IntoIterator for FilesToRead {
    type Item = LogFileToRead;
    type IntoIter = Box<dyn Iterator<Item = LogFileToRead> + Send>;

    /// Each log file is copied out of the listing when it is its turn.
    fn into_iter(self) -> Self::IntoIter {
        let FilesToRead { listing, positions, .. } = self;
        let file = move |position: u32| Some(listing.get(position as usize)?.to_read());
        Box::new(positions.into_iter().filter_map(file))
    }
}

/// Compares the delivered log files with the partition, and plans to read those that are new or have changed.
pub(crate) fn plan(
    state: &PartitionState,
    delivered: ListedFiles,
    request: Request,
) -> Result<Plan, DailyError> {
    if request.rebuild {
        let mut missing = state.inputs.iter().filter(|input| delivered.position(&input.key).is_none());
        if let (Some(example), false) = (missing.next(), request.drop_missing) {
            return Err(DailyError::RebuildLoses { count: 1 + missing.count(), example: example.key });
        }
        let retired = state.parts.keys().cloned().collect();
        let (files, may_lose) = (FilesToRead::select(delivered, |_| true), request.drop_missing);
        return Ok(Plan { files, replaces: true, may_lose, retired, ..Plan::default() });
    }
    let mut walk = state.inputs.walk();
    let mut left_out = Vec::new();
    let mut position = 0..;
    let is_work = |file: ListedFile<'_>| {
        let position = position.next().unwrap_or_default();
        match known(&mut walk, file).map(|input| input.verdict) {
            None => return true,
            Some(Verdict::Unreadable(_)) => left_out.push(position),
            Some(Verdict::Quarantined(_)) if request.retry_quarantined => left_out.push(position),
            Some(Verdict::Ok | Verdict::Quarantined(_)) => {}
        }
        false
    };
    let mut files = FilesToRead::select(delivered, is_work);
    files.left_out = left_out;
    Ok(Plan {
        files,
        commits_empty: request.commit_empty && state.commits == 0,
        until: request.until,
        ..Plan::default()
    })
}

/// The number of listed log files that the partition does not hold in their present version.
pub fn new_files(state: &PartitionState, listing: &Listing) -> u64 {
    let mut walk = state.inputs.walk();
    listing.files.iter().filter(|file| known(&mut walk, *file).is_none()).count() as u64
}

/// The committed input of a log file, if it has the same version. Log files come in their order.
fn known(inputs: &mut InputsWalk<'_>, file: ListedFile<'_>) -> Option<Input> {
    if inputs.is_at_end() {
        return None;
    }
    inputs.get(&file.identity()).filter(|input| file.has_etag(&input.etag))
}

#[cfg(test)]
#[path = "new_files_tests.rs"]
mod tests;
