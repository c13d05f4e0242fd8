//! The report on a run at one day of one table.

use lake::{Input, Outcome, Partition, Verdict};
use serde::Serialize;

/// A partition and what happened to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayReport {
    /// Which.
    pub partition: Partition,
    /// What happened.
    pub outcome: Outcome,
    /// Log files that were delivered on the day.
    pub listed: u64,
    /// Objects in the day's folders that are no log files.
    pub others: u64,
    /// The key of one of those.
    pub other_example: Option<String>,
    /// Log files that this run quarantined, in key order.
    pub quarantined: Vec<QuarantinedFile>,
    /// Log files that earlier runs quarantined and that still are, in key order.
    pub quarantined_earlier: Vec<QuarantinedFile>,
    /// Objects in the partition that are not parts of ours, left alone: see [`lake::Differences::foreign`].
    pub foreign: Vec<String>,
}

/// A log file that could not be read whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuarantinedFile {
    /// Its key.
    pub key: String,
    /// A stable word for machines.
    pub reason: String,
    /// A sentence for people.
    pub detail: String,
}

impl QuarantinedFile {
    /// The quarantined ones of some inputs.
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
