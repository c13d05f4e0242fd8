//! A slice of a month: consecutive event days that one commit writes.

use std::collections::{BTreeMap, BTreeSet};

use cloudtrail_model::Day;
use serde::{Deserialize, Serialize};

use crate::Part;
use crate::input::is_default;

/// Consecutive event days that one commit of a month writes. They replace the same event days of earlier commits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slice {
    /// The first event day.
    pub first: Day,
    /// The last event day, not before the first.
    pub last: Day,
    /// Those of its event days that have inputs. An event day without inputs has no records.
    pub days: BTreeMap<Day, SliceDay>,
}

/// One event day of a slice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SliceDay {
    /// SHA-256 of its planned inputs, lower-case hexadecimal. The day is up to date while planning gives the same.
    pub inputs: String,
    /// Number of records written.
    pub records: u64,
    /// Records dropped as duplicates.
    #[serde(default, skip_serializing_if = "is_default")]
    pub duplicates: u64,
    /// See [`Totals::conflicts`](crate::Totals::conflicts).
    #[serde(default, skip_serializing_if = "is_default")]
    pub conflicts: u64,
}

impl Slice {
    /// Whether an event day is in the slice.
    pub fn contains(&self, day: Day) -> bool {
        (self.first..=self.last).contains(&day)
    }
}

/// The first and the last event day of a part; `None` if it has no records.
pub fn event_days_of(part: &Part) -> Option<(Day, Day)> {
    let days = &part.event_days.days;
    days.first_key_value().zip(days.last_key_value()).map(|((first, _), (last, _))| (*first, *last))
}

/// The event days of a month that commits have written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WrittenDays(BTreeMap<Day, WrittenDay>);

/// One event day, and the commit that wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenDay {
    /// [`Commit::seq`](crate::Commit::seq) of the newest commit whose slice contains the day.
    pub seq: u64,
    /// What that commit states.
    pub stated: SliceDay,
}

impl WrittenDays {
    /// One event day; `None` if the month has no records of it.
    pub fn get(&self, day: Day) -> Option<&WrittenDay> {
        self.0.get(&day)
    }

    /// All event days with inputs, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Day, &WrittenDay)> {
        self.0.iter().map(|(day, written)| (*day, written))
    }

    /// Number of records that were dropped as duplicates.
    pub fn duplicates(&self) -> u64 {
        self.0.values().fold(0, |sum, day| sum.saturating_add(day.stated.duplicates))
    }

    /// The commits that wrote at least one of them.
    pub fn commits(&self) -> BTreeSet<u64> {
        self.0.values().map(|day| day.seq).collect()
    }

    /// Applies the next commit.
    pub(crate) fn apply(&mut self, seq: u64, slice: Slice) {
        self.0.retain(|day, _| !slice.contains(*day));
        self.0.extend(slice.days.into_iter().map(|(day, stated)| (day, WrittenDay { seq, stated })));
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
#[path = "slice_tests.rs"]
mod tests;
