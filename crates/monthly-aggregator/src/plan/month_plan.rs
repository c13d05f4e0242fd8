//! Plan: which daily parts hold the events of a month. The daily journals say so; the daily table is never listed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cloudtrail_model::{Day, Month, Table};
use futures::{StreamExt, TryStreamExt};
use lake::{
    DayState, Input, Journal, JournalError, MonthSource, Part, Partition, PartitionState, days_feeding, hex,
};
use lake_store::Store;
use sha2::{Digest, Sha256};

use crate::DaysThere;

/// The maximum of journals read at once. Each read makes several calls at once.
const READS_AT_ONCE: usize = 8;

/// The maximum of unreadable log files that the commit of a month names.
const MAX_UNREADABLE_EXAMPLES: usize = 100;

/// A daily part with its delivery day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DailyPart {
    /// The delivery day.
    pub delivered: Day,
    /// The part, as the daily journal states it.
    pub part: Arc<Part>,
}

/// The daily parts that hold events of a month.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MonthPlan {
    /// The parts, in the order of delivery day and key.
    pub parts: Vec<DailyPart>,
    /// The delivery days of the month.
    pub source: MonthSource,
    /// For each event day of the month that has records, the SHA-256 of its inputs.
    pub inputs: BTreeMap<Day, String>,
}

impl MonthPlan {
    /// Whether a month with this state has exactly these records.
    pub fn is_done(&self, state: &PartitionState) -> bool {
        state.month.as_ref() == Some(&self.source) && self.changed_days(state).is_empty()
    }

    /// Whether a month with this state has never been written, and has nothing to write.
    pub fn is_nothing(&self, state: &PartitionState) -> bool {
        self.parts.is_empty() && state.last_seq == 0
    }

    /// Whether the month must not be written yet, since delivery days are missing. A month without any day of its own waits for none: it is
    /// written from the late events of other days.
    pub fn waits_for_days(&self, month: Month, allow_gaps: bool) -> bool {
        let missing = self.source.missing_days.len();
        missing > 0 && !allow_gaps && missing < month.days().count()
    }

    /// The event days whose planned inputs differ from those that the month was written from, in order.
    pub fn changed_days(&self, state: &PartitionState) -> Vec<Day> {
        let written = state.event_days.iter().map(|(day, _)| day);
        let days: BTreeSet<Day> = self.inputs.keys().copied().chain(written).collect();
        days.into_iter()
            .filter(|day| {
                let written = state.event_days.get(*day).map(|of| &of.stated.inputs);
                self.inputs.get(day) != written
            })
            .collect()
    }
}

/// Reads the outlines of the month's delivery days, and of the days that hold its events ([`lake::days_feeding`]).
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
    let own = async { outlines(lake, table, month.days().collect()).await };
    let feeding = async {
        let days = days_feeding(&**lake, table, month).await;
        let partition = Partition::month(table, month);
        let mut days = days.map_err(|source| JournalError::Store { partition, source })?;
        days.retain(|day| day.month() != month);
        outlines(lake, table, days).await
    };
    let (own, feeding) = futures::try_join!(own, feeding)?;
    let mut plan = MonthPlan::default();
    for (day, state) in &own {
        plan.source.daily.add(&state.totals);
        let is_committed = state.is_there();
        if is_committed && table == Table::CloudTrail {
            days_there.add(*day);
        }
        // most days bring nothing for another table, but what they bring must be read
        let is_there = is_committed
            || (table != Table::CloudTrail && state.left == 0 && days_there.has(lake, *day).await?);
        if !is_there {
            plan.source.missing_days.push(*day);
        }
        let has_log_files = state.day.is_none_or(|of| of == DayState::Committed);
        if !has_log_files && table == Table::CloudTrail {
            plan.source.days_without_log_files.push(*day);
        }
        if state.input_counts.unreadable > 0 {
            let journal = Journal::new(lake.clone(), Partition::day(table, *day));
            add_unreadable(&mut plan.source, &journal.read().await?);
        }
    }
    let mut days: Vec<(Day, PartitionState)> = own.into_iter().chain(feeding).collect();
    days.sort_by_key(|(day, _)| *day);
    for (delivered, state) in days {
        let parts = state.parts.into_values().filter(|part| part.event_days.months().contains(&month));
        plan.parts.extend(parts.map(|part| DailyPart { delivered, part: Arc::new(part) }));
    }
    plan.inputs = inputs_of_days(&plan.parts, month);
    Ok(plan)
}

/// Counts and names the log files of a day that the source does not give out.
fn add_unreadable(source: &mut MonthSource, day: &PartitionState) {
    source.unreadable += day.input_counts.unreadable;
    let room = MAX_UNREADABLE_EXAMPLES - source.unreadable_examples.len().min(MAX_UNREADABLE_EXAMPLES);
    let unreadable = day.inputs.iter().filter(Input::is_unreadable);
    source.unreadable_examples.extend(unreadable.take(room).map(|input| input.key));
}

/// The journals of some days of a table, without their inputs.
async fn outlines(
    lake: &Arc<dyn Store>,
    table: Table,
    days: Vec<Day>,
) -> Result<Vec<(Day, PartitionState)>, JournalError> {
    let lake = lake.clone();
    let at_once = (lake.calls_at_once() / 4).clamp(1, READS_AT_ONCE);
    let read = move |day| {
        let journal = Journal::new(lake.clone(), Partition::day(table, day));
        async move { Ok((day, journal.read_outline().await?)) }
    };
    futures::stream::iter(days).map(read).buffered(at_once).try_collect().await
}

/// The digest of the inputs of each event day: the parts, and how many records each has of the day.
fn inputs_of_days(parts: &[DailyPart], month: Month) -> BTreeMap<Day, String> {
    let mut days: BTreeMap<Day, Sha256> = BTreeMap::new();
    for DailyPart { part, .. } in parts {
        let of_month = part.event_days.days.iter().filter(|(day, _)| day.month() == month);
        for (day, records) in of_month {
            let input = format!("{}\n{}\n{records}\n", part.key, part.sha256);
            days.entry(*day).or_default().update(input);
        }
    }
    days.into_iter().map(|(day, digest)| (day, hex(&digest.finalize()))).collect()
}

#[cfg(test)]
#[path = "month_plan_tests.rs"]
mod tests;
