//! What came of a run at one month.

use cloudtrail_model::Day;
use lake::{MonthSource, Part, Partition, SealedPart, Totals};
use serde::Serialize;

use crate::gather::Gathered;

/// A month and what happened to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthReport {
    /// Which.
    pub partition: Partition,
    /// What happened.
    pub outcome: Outcome,
    /// What the daily stage says of its days.
    pub source: MonthSource,
    /// Objects in the partition that are not parts of ours, left alone: see [`lake::Differences::foreign`].
    pub foreign: Vec<String>,
}

/// What happened to a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The daily tables have nothing of the month, and neither has the monthly one.
    Empty,
    /// Nothing has changed, nothing written.
    UpToDate,
    /// A commit was made.
    Committed(Box<Committed>),
    /// A later attempt, somewhere else, took the month over: nothing of this one counts.
    Superseded,
}

/// What a commit did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Committed {
    /// Its sums.
    pub totals: Totals,
    /// Its parts.
    pub parts: Vec<Part>,
    /// Parts that were replaced and deleted.
    pub retired: u64,
    /// Orphans that were deleted: parts that no commit names.
    pub swept: u64,
    /// Bytes of memory of the dedupe index.
    pub index_bytes: u64,
}

impl Committed {
    /// What an attempt commits, once its parts are staged.
    pub(crate) fn new(gathered: &Gathered, sealed: &[SealedPart], retired: u64, swept: u64) -> Self {
        let parts: Vec<Part> = sealed.iter().map(|sealed| sealed.part.clone()).collect();
        let mut totals = gathered.totals;
        for part in &parts {
            totals.records_out += part.records;
            totals.bytes_out += part.bytes;
            totals.raw_bytes_out += part.raw_bytes;
        }
        Committed { totals, parts, retired, swept, index_bytes: gathered.index_bytes }
    }

    /// Whether the month was up to date but for orphans that were deleted.
    pub fn only_swept(&self) -> bool {
        self.swept > 0 && self.retired == 0 && self.parts.is_empty() && self.totals == Totals::default()
    }
}

impl Outcome {
    /// Its name in JSON and logs.
    pub fn name(&self) -> &'static str {
        match self {
            Outcome::Empty => "empty",
            Outcome::UpToDate => "up_to_date",
            Outcome::Committed(_) => "committed",
            Outcome::Superseded => "superseded",
        }
    }

    /// What was committed, if anything was.
    pub fn committed(&self) -> Option<&Committed> {
        match self {
            Outcome::Committed(committed) => Some(committed),
            Outcome::Empty | Outcome::UpToDate | Outcome::Superseded => None,
        }
    }
}

/// Days as a person would write them: `2026-11-03 to 2026-11-05, 2026-11-09`.
pub fn day_list(days: &[Day]) -> String {
    let mut runs: Vec<(Day, Day)> = Vec::new();
    for day in days {
        match runs.last_mut() {
            Some((_, last)) if last.next() == Some(*day) => *last = *day,
            _ => runs.push((*day, *day)),
        }
    }
    let texts = runs.into_iter().map(|(first, last)| match first == last {
        true => first.to_string(),
        false => format!("{first} to {last}"),
    });
    texts.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
