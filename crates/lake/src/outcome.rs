//! How a run at a partition ended: the words that the command, the jobs and their metrics share.

use serde::Serialize;

use crate::{Part, Totals};

/// How a run at a partition ended, if it did not fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Neither the partition nor what it is made from holds anything.
    Empty,
    /// Nothing has changed, and nothing was written.
    UpToDate,
    /// At least one commit was made.
    Committed(Box<Committed>),
    /// Another run claimed the partition after this one, so this one stopped. Nothing of its last attempt counts.
    Superseded {
        /// What the commits before that attempt did, if there were any.
        before: Option<Box<Committed>>,
    },
}

/// What the commits of a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Committed {
    /// Their sums.
    pub totals: Totals,
    /// The parts they wrote.
    pub parts: Vec<Part>,
    /// Inputs that were left to a later run, because the soft deadline had passed.
    #[serde(skip_serializing_if = "is_zero")]
    pub left: u64,
    /// Parts that were replaced and deleted.
    pub retired: u64,
    /// Orphans that were deleted: parts that no commit names.
    pub swept: u64,
    /// Bytes of memory of the deduplication index, at most.
    pub index_bytes: u64,
}

impl Outcome {
    /// Its name in JSON and logs.
    pub fn name(&self) -> &'static str {
        match self {
            Outcome::Empty => "empty",
            Outcome::UpToDate => "up_to_date",
            Outcome::Committed(_) => "committed",
            Outcome::Superseded { .. } => "superseded",
        }
    }

    /// What was committed, if anything was.
    pub fn committed(&self) -> Option<&Committed> {
        match self {
            Outcome::Committed(committed) => Some(committed),
            Outcome::Superseded { before } => before.as_deref(),
            Outcome::Empty | Outcome::UpToDate => None,
        }
    }

    /// Whether another run took the partition over.
    pub fn is_superseded(&self) -> bool {
        matches!(self, Outcome::Superseded { .. })
    }
}

impl Committed {
    /// Adds what the next commit of the same run did.
    pub fn add(&mut self, next: Committed) {
        let Committed { totals, parts, left, retired, swept, index_bytes } = next;
        self.totals.add(&totals);
        self.parts.extend(parts);
        // what the newest plan leaves is all that is left
        self.left = left;
        self.retired += retired;
        self.swept += swept;
        self.index_bytes = self.index_bytes.max(index_bytes);
    }

    /// Whether the partition was up to date, apart from orphans that were deleted.
    pub fn only_swept(&self) -> bool {
        self.swept > 0 && self.retired == 0 && self.parts.is_empty() && self.totals == Totals::default()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[cfg(test)]
#[path = "outcome_tests.rs"]
mod tests;
