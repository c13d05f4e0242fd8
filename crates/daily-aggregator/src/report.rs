//! The report of a run at one day of one table.

use lake::{Inputs, Outcome, Partition, Verdict, Why};
use serde::Serialize;

/// The report of a run at one day of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayReport {
    /// The partition.
    pub partition: Partition,
    /// The outcome.
    pub outcome: Outcome,
    /// Number of log files delivered on the day.
    pub listed: u64,
    /// Number of other objects in the folders of the day.
    pub others: u64,
    /// The key of one of them.
    pub other_example: Option<String>,
    /// Log files that this run quarantined, in the order of (account, identity).
    pub quarantined: Vec<QuarantinedFile>,
    /// Log files that earlier runs quarantined and no later one has read, in the order of the journal's inputs.
    pub quarantined_earlier: Vec<QuarantinedFile>,
    /// Keys in the partition that Trailmill did not write: see [`lake::Differences::foreign`].
    pub foreign: Vec<String>,
}

/// A quarantined log file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuarantinedFile {
    /// The identity: see [`LogFileId::identity`](cloudtrail_model::LogFileId::identity).
    pub key: String,
    /// A stable code: see [`DecodeError`](crate::DecodeError).
    pub reason: String,
    /// A description for people.
    pub detail: String,
}

impl QuarantinedFile {
    pub(crate) fn new(key: &str, why: &Why) -> Self {
        let Why { reason, detail } = why.clone();
        QuarantinedFile { key: key.to_owned(), reason, detail }
    }

    /// The quarantined files among some inputs.
    pub fn among(inputs: &Inputs) -> Vec<Self> {
        let quarantined = |input: lake::Input| match &input.verdict {
            Verdict::Quarantined(why) => Some(QuarantinedFile::new(&input.key, why)),
            Verdict::Ok | Verdict::Unreadable(_) => None,
        };
        inputs.iter().filter_map(quarantined).collect()
    }
}
