//! The number of records of a part by event day, and the min/max statistics of the instants that decide it.

use std::collections::{BTreeMap, BTreeSet};

use cloudtrail_model::{Day, Month, event_day};
use serde::{Deserialize, Serialize};

use crate::input::is_default;

/// The records of a part by event day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventDays {
    /// Number of records by event day. An undated record counts at its delivery day.
    #[serde(default, rename = "event_days")]
    pub days: BTreeMap<Day, u64>,
    /// Number of undated records.
    #[serde(default, skip_serializing_if = "is_default")]
    pub undated: u64,
    /// The earliest instant of a dated record, in microseconds since 1970-01-01T00:00:00Z. `None` if no record is dated.
    #[serde(default, rename = "min_instant_us", skip_serializing_if = "Option::is_none")]
    pub min_instant: Option<i64>,
    /// The latest instant of a dated record.
    #[serde(default, rename = "max_instant_us", skip_serializing_if = "Option::is_none")]
    pub max_instant: Option<i64>,
}

impl EventDays {
    /// Adds a record: its delivery day, and its instant ([`event_instant`](cloudtrail_model::event_instant)).
    pub fn add(&mut self, delivered: Day, instant: Option<i64>) {
        let day = event_day(delivered, instant);
        if day.is_some() {
            self.widen(instant, instant);
        } else {
            self.undated = self.undated.saturating_add(1);
        }
        let records = self.days.entry(day.unwrap_or(delivered)).or_default();
        *records = records.saturating_add(1);
    }

    /// Adds the records of another part. Sums saturate at the maximum of 64 bits, which only a forged journal reaches.
    pub fn merge(&mut self, other: EventDays) {
        self.widen(other.min_instant, other.max_instant);
        self.undated = self.undated.saturating_add(other.undated);
        for (day, more) in other.days {
            let records = self.days.entry(day).or_default();
            *records = records.saturating_add(more);
        }
    }

    /// Number of records, undated ones included.
    pub fn records(&self) -> u64 {
        sum(self.days.values())
    }

    /// The months of the event days.
    pub fn months(&self) -> BTreeSet<Month> {
        self.days.keys().map(|day| day.month()).collect()
    }

    /// Number of off-day records of a part with this delivery day. An undated record is on-day.
    pub fn off_day(&self, delivered: Day) -> u64 {
        sum(self.days.iter().filter(|(day, _)| **day != delivered).map(|(_, records)| records))
    }

    /// Makes the bounds include those of other records.
    fn widen(&mut self, min: Option<i64>, max: Option<i64>) {
        self.min_instant = self.min_instant.into_iter().chain(min).min();
        // `None` is less than any instant
        self.max_instant = self.max_instant.max(max);
    }
}

fn sum<'a>(numbers: impl Iterator<Item = &'a u64>) -> u64 {
    numbers.fold(0, |sum, number| sum.saturating_add(*number))
}

#[cfg(test)]
#[path = "event_days_tests.rs"]
mod tests;
