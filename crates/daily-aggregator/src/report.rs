//! The report of a run at one day of one table.

use lake::{Input, Outcome, Partition, Verdict};
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
    /// Log files that this run quarantined, in key order.
    pub quarantined: Vec<QuarantinedFile>,
    /// Log files that earlier runs quarantined and no later one has read, in key order.
    pub quarantined_earlier: Vec<QuarantinedFile>,
    /// Keys in the partition that Trailmill did not write: see [`lake::Differences::foreign`].
    pub foreign: Vec<String>,
}

/// A quarantined log file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuarantinedFile {
    /// The key.
    pub key: String,
    /// A stable code: see [`DecodeError`](crate::DecodeError).
    pub reason: String,
    /// A description for people.
    pub detail: String,
}

impl QuarantinedFile {
    /// The quarantined files among some inputs.
    pub fn among<'a>(inputs: impl IntoIterator<Item = &'a Input>) -> Vec<Self> {
        let quarantined = |input: &Input| match &input.verdict {
            Verdict::Ok => None,
            Verdict::Quarantined { reason, detail } => {
                let (key, reason, detail) = (input.key.clone(), reason.clone(), detail.clone());
                Some(QuarantinedFile { key, reason, detail })
            }
        };
        inputs.into_iter().filter_map(quarantined).collect()
    }
}
