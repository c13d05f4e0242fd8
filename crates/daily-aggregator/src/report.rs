//! What came of a run at one partition.

use lake::{Input, Part, Partition, PartitionState, SealedPart, Totals, Verdict};
use serde::Serialize;

use crate::pipeline::Staged;

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
    /// Objects in the partition that are not parts of ours, left alone: see [`lake::Differences::foreign`].
    pub foreign: Vec<String>,
}

/// What happened to a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing to do, nothing written.
    UpToDate {
        /// Log files that are quarantined from earlier, in key order.
        quarantined: Vec<QuarantinedFile>,
    },
    /// A commit was made.
    Committed(Box<Committed>),
    /// A later attempt, somewhere else, took the partition over: nothing of this one counts.
    Superseded,
}

/// What a commit did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Committed {
    /// Its sums.
    pub totals: Totals,
    /// Its parts.
    pub parts: Vec<Part>,
    /// Log files that were left for a later run, since there was no time.
    #[serde(skip_serializing_if = "is_zero")]
    pub left: u64,
    /// Log files it quarantined, in key order.
    #[serde(skip)]
    pub quarantined: Vec<QuarantinedFile>,
    /// Log files that earlier commits quarantined and that still are, in key order.
    #[serde(skip)]
    pub quarantined_earlier: Vec<QuarantinedFile>,
    /// Parts that were replaced and deleted.
    pub retired: u64,
    /// Orphans that were deleted: parts that no commit names.
    pub swept: u64,
    /// Bytes of memory of the dedupe index.
    pub index_bytes: u64,
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

impl Committed {
    /// What an attempt commits, once its parts are staged.
    pub(crate) fn new(
        state: &PartitionState,
        replaces: bool,
        retired: u64,
        staged: &Staged,
        swept: u64,
    ) -> Self {
        let parts: Vec<Part> = staged.parts.iter().map(|sealed: &SealedPart| sealed.part.clone()).collect();
        let mut totals = staged.totals;
        for part in &parts {
            totals.records_out += part.records;
            totals.bytes_out += part.bytes;
            totals.raw_bytes_out += part.raw_bytes;
        }
        let read_now = |key: &String| staged.inputs.binary_search_by(|input| input.key.cmp(key)).is_ok();
        let earlier = state.inputs.values().filter(|input| !replaces && !read_now(&input.key));
        Committed {
            totals,
            parts,
            left: 0,
            quarantined: QuarantinedFile::among(&staged.inputs),
            quarantined_earlier: QuarantinedFile::among(earlier),
            retired,
            swept,
            index_bytes: staged.index.memory(),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Outcome {
    /// Its name in JSON and logs.
    pub fn name(&self) -> &'static str {
        match self {
            Outcome::UpToDate { .. } => "up_to_date",
            Outcome::Committed(_) => "committed",
            Outcome::Superseded => "superseded",
        }
    }

    /// What was committed, if anything was.
    pub fn committed(&self) -> Option<&Committed> {
        match self {
            Outcome::Committed(committed) => Some(committed),
            Outcome::UpToDate { .. } | Outcome::Superseded => None,
        }
    }

    /// The partition's quarantined log files: those that this run quarantined, and those of earlier runs.
    pub fn quarantined(&self) -> (&[QuarantinedFile], &[QuarantinedFile]) {
        match self {
            Outcome::UpToDate { quarantined } => (&[], quarantined),
            Outcome::Committed(committed) => (&committed.quarantined, &committed.quarantined_earlier),
            Outcome::Superseded => (&[], &[]),
        }
    }
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
