//! The outcome of a run at a partition, with the names that the command, the jobs and their metrics share.

use serde::Serialize;

use crate::input::is_default;
use crate::{DayState, Part, Totals};

/// The outcome of a run at a partition that did not fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The partition is empty and has no inputs.
    Empty,
    /// The partition was up to date. Nothing was written.
    UpToDate,
    /// The run made at least one commit.
    Committed(Box<Committed>),
    /// A later claim of another run fenced this one, which stopped. Its last attempt has no effect.
    Superseded {
        /// The commits before that attempt, if any.
        before: Option<Box<Committed>>,
    },
}

/// The sums over the commits of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Committed {
    /// The state of the day after the newest commit.
    #[serde(skip_serializing_if = "is_default")]
    pub state: DayState,
    /// The totals.
    pub totals: Totals,
    /// The parts that were written.
    pub parts: Vec<Part>,
    /// Number of inputs left to a later run because the soft deadline had passed.
    #[serde(skip_serializing_if = "is_default")]
    pub left: u64,
    /// Number of parts that were replaced and deleted.
    pub retired: u64,
    /// Number of orphans deleted.
    pub swept: u64,
    /// Peak memory of the deduplication index, in bytes.
    pub index_bytes: u64,
}

impl Outcome {
    /// The name in JSON and logs.
    pub fn name(&self) -> &'static str {
        match self {
            Outcome::Empty => "empty",
            Outcome::UpToDate => "up_to_date",
            Outcome::Committed(_) => "committed",
            Outcome::Superseded { .. } => "superseded",
        }
    }

    /// The commits, if any.
    pub fn committed(&self) -> Option<&Committed> {
        match self {
            Outcome::Committed(committed) => Some(committed),
            Outcome::Superseded { before } => before.as_deref(),
            Outcome::Empty | Outcome::UpToDate => None,
        }
    }

    /// Whether another run superseded this one.
    pub fn is_superseded(&self) -> bool {
        matches!(self, Outcome::Superseded { .. })
    }
}

impl Committed {
    /// Adds the next commit of the same run.
    pub fn add(&mut self, next: Committed) {
        let Committed { state, totals, parts, left, retired, swept, index_bytes } = next;
        self.state = state;
        self.totals.add(&totals);
        self.parts.extend(parts);
        // the newest plan counts every input that is left
        self.left = left;
        self.retired += retired;
        self.swept += swept;
        self.index_bytes = self.index_bytes.max(index_bytes);
    }

    /// Whether the run did nothing but delete orphans.
    pub fn only_swept(&self) -> bool {
        self.swept > 0 && self.retired == 0 && self.parts.is_empty() && self.totals == Totals::default()
    }
}

#[cfg(test)]
#[path = "outcome_tests.rs"]
mod tests;
