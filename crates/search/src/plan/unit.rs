//! Plan: a month in units that can be searched one by one, in the order of time.
//!
//! A unit is some consecutive event days: those of Parquet files that have an event day in common, or one day that no Parquet has.
//! Each dated record counts at one event day, so no event is in two units.

use std::collections::BTreeSet;
use std::sync::Arc;

use cloudtrail_model::{Day, Month};
use lake::{Part, Partition, PartitionSpan, event_days_of};
use monthly_aggregator::{MonthContent, MonthPlan};

use crate::filter::span::Span;

/// Some event days of a month, and the parts that hold their records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Unit {
    /// The last event day.
    pub(crate) last: Option<Day>,
    /// The Parquet files.
    pub(crate) monthly: Vec<Arc<Part>>,
    /// The daily parts with records that no Parquet contains: first those with off-day records, then the others.
    pub(crate) daily: Vec<DailyRead>,
    /// Event days whose rows of Parquet do not count: they were made from daily parts that the lake has replaced since, and
    /// all their records are read from the daily parts that are there now.
    pub(crate) replaced: BTreeSet<Day>,
    /// Number of daily parts that are passed over, since the Parquet contains all of their records of these days.
    pub(crate) contained: u64,
}

/// A daily part, and which of its records are looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DailyRead {
    pub(crate) delivered: Day,
    pub(crate) part: Arc<Part>,
    /// The event days of the records. An undated record counts at its delivery day.
    pub(crate) days: BTreeSet<Day>,
}

impl DailyRead {
    /// Whether copies of its records may be in other parts of the unit that are read later: on-day records of a day that has no
    /// Parquet are unique.
    pub(crate) fn may_have_copies(&self, unit: &Unit) -> bool {
        self.part.off_day || self.days.iter().any(|day| unit.has_rows_of(*day))
    }
}

impl Unit {
    /// Whether a row of Parquet that is of this event day counts.
    fn has_rows_of(&self, day: Day) -> bool {
        let is_in = |part: &Arc<Part>| part.event_days.days.contains_key(&day);
        !self.replaced.contains(&day) && self.monthly.iter().any(is_in)
    }

    /// Bytes of its parts.
    pub(crate) fn bytes(&self) -> u64 {
        let daily = self.daily.iter().map(|read| read.part.bytes);
        self.monthly.iter().map(|part| part.bytes).chain(daily).fold(0, u64::saturating_add)
    }
}

/// The units of a month that may hold records of a span, in order.
pub(crate) fn units(plan: &MonthPlan, content: &MonthContent, month: Month, span: Span) -> Vec<Unit> {
    let changed: BTreeSet<Day> = plan.changed_days(content.state()).into_iter().collect();
    let replaced: BTreeSet<Day> =
        changed.iter().copied().filter(|day| is_replaced(plan, content, *day)).collect();
    let monthly: Vec<Arc<Part>> = content.state().parts.values().map(|part| Arc::new(part.clone())).collect();
    let mut days: BTreeSet<Day> = plan.inputs.keys().copied().collect();
    days.extend(monthly.iter().flat_map(|part| part.event_days.days.keys().copied()));
    days.retain(|day| day.month() == month);
    let mut units: Vec<Unit> = Vec::new();
    for days in day_groups(&days, &monthly) {
        let has_day = |day: &Day| days.contains(day);
        let is_wanted =
            |part: &Part| part.event_days.days.keys().any(|day| has_day(day) && span.has_day(*day));
        let mut unit = Unit {
            last: days.last().copied(),
            monthly: monthly.iter().filter(|part| is_wanted(part)).cloned().collect(),
            replaced: replaced.iter().copied().filter(has_day).collect(),
            ..Unit::default()
        };
        for of in plan.parts.iter().filter(|of| is_wanted(&of.part)) {
            let here =
                of.part.event_days.days.keys().copied().filter(|day| has_day(day) && span.has_day(*day));
            let pending =
                |day: &Day| replaced.contains(day) || (changed.contains(day) && !content.has(&of.part, *day));
            let days: BTreeSet<Day> = here.filter(pending).collect();
            match days.is_empty() {
                true => unit.contained += 1,
                false => {
                    unit.daily.push(DailyRead { delivered: of.delivered, part: of.part.clone(), days });
                }
            }
        }
        unit.daily.sort_by_key(|read| !read.part.off_day);
        if !unit.monthly.is_empty() || !unit.daily.is_empty() {
            units.push(unit);
        }
    }
    units
}

/// Whether an event day was written from a daily part that its delivery day has replaced by others. If the lake has nothing
/// of the delivery day any more, the rows of Parquet are all there is, and count.
fn is_replaced(plan: &MonthPlan, content: &MonthContent, day: Day) -> bool {
    let is_there = |key: &str| plan.parts.iter().any(|of| of.part.key == key);
    let has_day = |key: &str| {
        let span = Partition::of_key(key).map(|partition| partition.span);
        plan.parts.iter().any(|of| span == Some(PartitionSpan::Day(of.delivered)))
    };
    let is_gone = |key: &str| !is_there(key) && has_day(key);
    content.inputs_of(day).is_some_and(|inputs| inputs.iter().any(|input| is_gone(&input.key)))
}

/// Days in groups, in order: days that one Parquet file holds are in one group.
fn day_groups(days: &BTreeSet<Day>, monthly: &[Arc<Part>]) -> Vec<BTreeSet<Day>> {
    let mut ranges: Vec<(Day, Day)> = monthly.iter().filter_map(|part| event_days_of(part)).collect();
    ranges.sort_unstable();
    let mut groups: Vec<BTreeSet<Day>> = Vec::new();
    let mut end = None;
    for day in days {
        let last =
            ranges.iter().filter(|(first, last)| (first..=last).contains(&day)).map(|(_, last)| *last).max();
        match groups.last_mut() {
            Some(group) if Some(*day) <= end => _ = group.insert(*day),
            _ => groups.push([*day].into()),
        }
        end = end.max(last);
    }
    groups
}

#[cfg(test)]
#[path = "unit_tests.rs"]
mod tests;
