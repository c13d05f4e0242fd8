//! The report on a run at one month of one table.

use cloudtrail_model::Day;
use lake::{MonthSource, Outcome, Partition};

/// A month and what happened to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthReport {
    /// The partition.
    pub partition: Partition,
    /// How the run ended.
    pub outcome: Outcome,
    /// What the daily stage says of its days.
    pub source: MonthSource,
    /// Objects in the partition that are not parts of ours, left alone: see [`lake::Differences::foreign`].
    pub foreign: Vec<String>,
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
