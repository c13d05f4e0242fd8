//! Selects the log files of a partition that a run must read.

use std::collections::BTreeSet;

use lake::{Input, PartitionState, Verdict};
use lake_store::ObjectMeta;
use tokio::time::Instant;

use crate::{DailyError, Listing};

/// The options of a run at a partition.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Request {
    /// Read every log file again and replace all parts.
    pub rebuild: bool,
    /// With `rebuild`: drop the events of log files that are no longer in the source, rather than fail.
    pub drop_missing: bool,
    /// Try quarantined files again although they have not changed.
    pub retry_quarantined: bool,
    /// Commit the day even if no log file was delivered, so that it does not count as missing.
    pub commit_empty: bool,
    /// The soft deadline: start on no further log file, and commit those that were read, at least one. A rebuild ignores it.
    pub until: Option<Instant>,
}

/// The plan of an attempt.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// Log files to read, in key order.
    pub(crate) files: Vec<ObjectMeta>,
    pub(crate) replaces: bool,
    /// Whether events may be dropped with log files that are no longer in the source.
    pub(crate) may_lose: bool,
    /// Keys of the parts that the commit replaces.
    pub(crate) retired: Vec<String>,
    /// Whether to commit even without log files to read.
    pub(crate) commits_empty: bool,
    /// See [`Request::until`].
    pub(crate) until: Option<Instant>,
}

impl Plan {
    /// Whether the plan changes the partition.
    pub(crate) fn is_work(&self, state: &PartitionState) -> bool {
        let forgets = self.replaces && !state.inputs.is_empty();
        !self.files.is_empty() || !self.retired.is_empty() || forgets || self.commits_empty
    }
}

/// Compares the delivered log files with the partition, and plans to read those that are new or have changed.
pub(crate) fn plan(
    state: &PartitionState,
    delivered: Vec<ObjectMeta>,
    request: Request,
) -> Result<Plan, DailyError> {
    if request.rebuild {
        let keys: BTreeSet<&str> = delivered.iter().map(|file| file.key.as_str()).collect();
        let missing: Vec<&str> =
            state.inputs.keys().map(String::as_str).filter(|key| !keys.contains(key)).collect();
        if let (Some(example), false) = (missing.first(), request.drop_missing) {
            return Err(DailyError::RebuildLoses { count: missing.len(), example: (*example).to_owned() });
        }
        let retired = state.parts.keys().cloned().collect();
        let may_lose = request.drop_missing;
        return Ok(Plan { files: delivered, replaces: true, may_lose, retired, ..Plan::default() });
    }
    let is_work = |file: &ObjectMeta| match known(state, file) {
        None => true,
        Some(input) => request.retry_quarantined && is_quarantined(input),
    };
    Ok(Plan {
        files: delivered.into_iter().filter(is_work).collect(),
        commits_empty: request.commit_empty && state.commits == 0,
        until: request.until,
        ..Plan::default()
    })
}

/// The number of listed log files that the partition does not hold in their present version.
pub fn new_files(state: &PartitionState, listing: &Listing) -> u64 {
    listing.files.iter().filter(|file| known(state, file).is_none()).count() as u64
}

/// The committed input of a log file, if it has the same version.
fn known<'a>(state: &'a PartitionState, file: &ObjectMeta) -> Option<&'a Input> {
    state.inputs.get(&file.key).filter(|input| input.etag == file.etag)
}

pub(crate) fn is_quarantined(input: &Input) -> bool {
    matches!(input.verdict, Verdict::Quarantined { .. })
}

#[cfg(test)]
#[path = "new_files_tests.rs"]
mod tests;
