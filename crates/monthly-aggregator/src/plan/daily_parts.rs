//! Plan: which daily parts hold the records of a month. The daily journals say so; the table is never listed.

use std::sync::Arc;

use cloudtrail_model::{Day, Month, Table, grace_days};
use futures::{StreamExt, TryStreamExt};
use lake::{DayState, Journal, JournalError, MonthSource, Part, Partition, PartitionState};
use lake_store::Store;

use crate::DaysThere;

/// Journals read at once, at most; each asks for several objects at once.
const READS_AT_ONCE: usize = 8;

/// What a month is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MonthPlan {
    /// The daily parts, in the order of days and keys, each with its delivery day.
    pub parts: Vec<(Day, Part)>,
    /// What the commit will say of them.
    pub source: MonthSource,
}

impl MonthPlan {
    /// Whether a month whose journal says `state` is made of just this.
    pub fn is_done(&self, state: &PartitionState) -> bool {
        let same_parts = || {
            self.parts
                .iter()
                .all(|(_, part)| state.inputs.get(&part.key).is_some_and(|input| input.etag == part.sha256))
        };
        let same_days = state.month.as_ref().is_some_and(|source| *source == self.source);
        same_days && state.inputs.len() == self.parts.len() && same_parts()
    }
}

/// Reads the journals of a month's days, and of the first three of the next.
///
/// A day counts as there once the daily stage has read all of its log files for the main table: the other tables are brought up to
/// date by the same run, and most days bring nothing for them. What `days_there` knows of the main table is not read again:
/// give the same to the plans of all tables, the main one first.
///
/// # Errors
/// Fails if a journal cannot be read.
pub async fn plan(
    lake: &Arc<dyn Store>,
    days_there: &DaysThere,
    table: Table,
    month: Month,
) -> Result<MonthPlan, JournalError> {
    let own = month.days().map(|day| (day, true));
    let next = grace_days(month).map(|day| (day, false));
    let days: Vec<(Day, bool)> = own.chain(next).collect();
    let mut journals = futures::stream::iter(days)
        .map(|(day, own)| async move {
            let state = Journal::new(lake.clone(), Partition::day(table, day)).read_outline().await?;
            let committed = state.is_there();
            if committed && table == Table::CloudTrail {
                days_there.add(day);
            }
            // most days bring nothing for another table, but what they bring must be read
            let is_there = committed
                || (table != Table::CloudTrail && state.left == 0 && days_there.has(lake, day).await?);
            Ok::<_, JournalError>((day, own, is_there, state))
        })
        .buffered((lake.calls_at_once() / 4).clamp(1, READS_AT_ONCE));
    let mut plan = MonthPlan::default();
    while let Some((day, own, is_there, state)) = journals.try_next().await? {
        match (is_there, own) {
            (true, _) => {}
            (false, true) => plan.source.missing_days.push(day),
            (false, false) => plan.source.awaited_days.push(day),
        }
        let has_log_files = state.day.is_none_or(|of| of == DayState::Committed);
        if own && !has_log_files && table == Table::CloudTrail {
            plan.source.days_without_log_files.push(day);
        }
        plan.source.daily.add(&state.totals);
        plan.parts.extend(state.parts.into_values().map(|part| (day, part)));
    }
    Ok(plan)
}

#[cfg(test)]
#[path = "daily_parts_tests.rs"]
mod tests;
