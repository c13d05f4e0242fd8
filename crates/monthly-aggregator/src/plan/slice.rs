//! Plan: which event days the next commit of a month writes.
//!
//! A slice begins at the first event day that must be written. It may end only between the parts that are there: a part is
//! replaced as a whole, so all of its event days are in one slice.

use std::collections::BTreeSet;

use cloudtrail_model::{Day, Month};
use lake::{Part, PartitionState, event_days_of};

use crate::{MonthPlan, Options};

/// The event days of a month that must be written.
#[derive(Debug)]
pub(crate) struct StaleDays<'a> {
    plan: &'a MonthPlan,
    /// Every event day that has records, planned or written.
    days: BTreeSet<Day>,
    stale: BTreeSet<Day>,
    /// The first and last event day of each part that is there.
    parts: Vec<(String, Day, Day)>,
}

/// The event days of the next commit, from the first to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SliceDays {
    pub(crate) first: Day,
    pub(crate) last: Day,
}

impl<'a> StaleDays<'a> {
    /// Compares a plan with what is written. `rewrite` names event days that must be written although their inputs are the same.
    pub(crate) fn of(
        plan: &'a MonthPlan,
        month: Month,
        state: &PartitionState,
        missing: &[String],
        rewrite: impl Fn(Day) -> bool,
    ) -> Self {
        let within = |day: Day| day.month() == month;
        let parts: Vec<(String, Day, Day)> = state
            .parts
            .values()
            .filter_map(|part| {
                let (first, last) = event_days_of(part)?;
                Some((part.key.clone(), first.max(month.days().next()?), last.min(month.days().last()?)))
            })
            .collect();
        let days_of = |part: &Part| part.event_days.days.keys().copied().filter(|day| within(*day)).collect();
        let written = state.event_days.iter().map(|(day, _)| day);
        let mut days: BTreeSet<Day> =
            state.parts.values().flat_map(|part| -> Vec<Day> { days_of(part) }).collect();
        // parts whose event days no commit states
        let unstated: Vec<Day> =
            days.iter().filter(|day| state.event_days.get(**day).is_none()).copied().collect();
        days.extend(plan.inputs.keys().copied().chain(written));
        let mut stale: BTreeSet<Day> = plan.changed_days(state).into_iter().chain(unstated).collect();
        stale.extend(missing.iter().filter_map(|key| state.parts.get(key)).flat_map(days_of));
        stale.extend(days.iter().filter(|day| rewrite(**day)));
        StaleDays { plan, days, stale, parts }
    }

    /// Number of them.
    pub(crate) fn len(&self) -> u64 {
        self.stale.len() as u64
    }

    /// Those that are left once a slice is written.
    pub(crate) fn after(&self, slice: &SliceDays) -> Self {
        let stale = self.stale.iter().filter(|day| !slice.contains(**day)).copied().collect();
        StaleDays { stale, days: self.days.clone(), parts: self.parts.clone(), ..*self }
    }

    /// The first slice to write, about as large as the options say at most; `None` if every event day is up to date.
    pub(crate) fn next_slice(&self, options: &Options) -> Option<SliceDays> {
        let first_stale = *self.stale.first()?;
        let mut first = first_stale;
        while let Some((_, start, _)) =
            self.parts.iter().find(|(_, start, end)| (*start..=*end).contains(&first) && *start < first)
        {
            first = *start;
        }
        let mut last = first_stale;
        let (mut raw_bytes, mut days) = (0_u64, 0);
        let mut end = None;
        // day by day, until a day that is up to date or the size is reached, and the slice may end there
        for day in self.days.range(first..) {
            let fits = raw_bytes < options.slice_raw_bytes && days < options.slice_days;
            let is_wanted = self.stale.contains(day) && fits;
            if end.is_some() && !is_wanted {
                break;
            }
            raw_bytes = raw_bytes.saturating_add(self.plan.size(*day).raw_bytes);
            days += 1;
            last = *day;
            end = self.may_end(last).then_some(last);
        }
        Some(SliceDays { first, last })
    }

    /// Whether a slice may end with a day: no part that is there has event days on both sides.
    pub(crate) fn may_end(&self, day: Day) -> bool {
        !self.parts.iter().any(|(_, first, last)| *first <= day && day < *last)
    }

    /// The parts that a slice replaces.
    pub(crate) fn replaced(&self, slice: &SliceDays) -> Vec<String> {
        let replaced =
            self.parts.iter().filter(|(_, first, last)| *first <= slice.last && slice.first <= *last);
        replaced.map(|(key, ..)| key.clone()).collect()
    }
}

impl SliceDays {
    /// Whether an event day is in the slice.
    pub(crate) fn contains(&self, day: Day) -> bool {
        (self.first..=self.last).contains(&day)
    }
}

#[cfg(test)]
#[path = "slice_tests.rs"]
mod tests;
