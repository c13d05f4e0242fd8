//! The sums of a commit, which must balance.

use std::collections::{BTreeMap, BTreeSet};

use cloudtrail_model::Day;
use serde::{Deserialize, Serialize};

use crate::input::is_default;
use crate::{Commit, EventDays, Input, Invariant, Part, Slice, SliceDay};

/// Sums over a commit. They must balance: see [`Commit::check_balance`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Inputs.
    pub files_in: u64,
    /// Inputs whose records count.
    pub files_ok: u64,
    /// Inputs that were quarantined.
    pub files_quarantined: u64,
    /// Inputs that the store does not give out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub files_unreadable: u64,
    /// Records of the inputs whose records count.
    pub records_in: u64,
    /// Records written.
    pub records_out: u64,
    /// Records dropped as duplicates: a record with the same eventID and the same bytes is in the partition.
    pub duplicates: u64,
    /// Only at the monthly stage: records of the inputs whose event day is in another slice, of this month or another one.
    #[serde(default, skip_serializing_if = "is_default")]
    pub other_slices: u64,
    /// Records kept although the partition has one with the same eventID and other bytes.
    pub conflicts: u64,
    /// Bytes of the inputs, as stored.
    pub bytes_in: u64,
    /// Bytes of the inputs' text.
    pub raw_bytes_in: u64,
    /// Bytes of the parts' text.
    pub raw_bytes_out: u64,
    /// Bytes of the parts.
    pub bytes_out: u64,
}

impl Totals {
    /// Adds an input. Saturates at the maximum of 64 bits, which only a forged journal reaches.
    pub(crate) fn add_input(&mut self, input: &Input) {
        self.add(&Totals {
            files_in: 1,
            files_ok: u64::from(input.is_ok()),
            files_quarantined: u64::from(input.is_quarantined()),
            files_unreadable: u64::from(input.is_unreadable()),
            records_in: input.records,
            duplicates: input.duplicates,
            other_slices: input.other_slices,
            bytes_in: input.bytes,
            raw_bytes_in: input.raw_bytes,
            ..Totals::default()
        });
    }

    /// Adds a part. Saturates as above.
    pub(crate) fn add_part(&mut self, part: &Part) {
        self.add(&Totals {
            records_out: part.records,
            bytes_out: part.bytes,
            raw_bytes_out: part.raw_bytes,
            ..Totals::default()
        });
    }

    /// Adds the sums of another commit. Saturates as above.
    pub fn add(&mut self, other: &Totals) {
        let pairs = [
            (&mut self.files_in, other.files_in),
            (&mut self.files_ok, other.files_ok),
            (&mut self.files_quarantined, other.files_quarantined),
            (&mut self.files_unreadable, other.files_unreadable),
            (&mut self.records_in, other.records_in),
            (&mut self.records_out, other.records_out),
            (&mut self.duplicates, other.duplicates),
            (&mut self.other_slices, other.other_slices),
            (&mut self.conflicts, other.conflicts),
            (&mut self.bytes_in, other.bytes_in),
            (&mut self.raw_bytes_in, other.raw_bytes_in),
            (&mut self.raw_bytes_out, other.raw_bytes_out),
            (&mut self.bytes_out, other.bytes_out),
        ];
        for (sum, number) in pairs {
            *sum = sum.saturating_add(number);
        }
    }

    /// The first sum over inputs that differs from `inputs`, with both numbers. The sums over parts are not compared.
    pub(crate) fn differs_from_inputs(&self, inputs: &Totals) -> Option<(&'static str, u64, u64)> {
        let sums = [
            ("files_in", self.files_in, inputs.files_in),
            ("files_ok", self.files_ok, inputs.files_ok),
            ("files_quarantined", self.files_quarantined, inputs.files_quarantined),
            ("files_unreadable", self.files_unreadable, inputs.files_unreadable),
            ("records_in", self.records_in, inputs.records_in),
            ("duplicates", self.duplicates, inputs.duplicates),
            ("other_slices", self.other_slices, inputs.other_slices),
            ("bytes_in", self.bytes_in, inputs.bytes_in),
            ("raw_bytes_in", self.raw_bytes_in, inputs.raw_bytes_in),
        ];
        sums.into_iter().find(|(_, own, of_inputs)| own != of_inputs)
    }
}

/// Totals that contradict each other: a bug of Trailmill, found before the commit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the totals of the commit do not balance: {what} is {left}, the sum is {right}; nothing was committed (please report this)"
)]
pub struct Imbalance {
    what: &'static str,
    left: u64,
    right: u128,
}

impl Imbalance {
    /// The invariant that the commit would break.
    pub fn broken(&self) -> Invariant {
        if self.what.starts_with("files") { Invariant::FilesAccounted } else { Invariant::RecordsConserved }
    }
}

/// A commit whose totals balance. Only such commits are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balanced(pub(crate) Commit);

impl Commit {
    /// Checks the totals: see [`Commit::check_balance`].
    ///
    /// # Errors
    /// Fails if the totals contradict each other, the inputs or the parts.
    pub fn balanced(self) -> Result<Balanced, Imbalance> {
        self.check_balance()?;
        Ok(Balanced(self))
    }

    /// Checks that the totals balance: against each other, the number of inputs and the parts. Whether they are the sums of the
    /// inputs is checked where the inputs are read ([`Journal::read`](crate::Journal::read)).
    ///
    /// # Errors
    /// Fails if they contradict each other.
    pub fn check_balance(&self) -> Result<(), Imbalance> {
        let totals = &self.totals;
        // 128 bits: the sums of a forged entry may overflow 64
        let sum = |numbers: &[u64]| numbers.iter().copied().map(u128::from).sum::<u128>();
        let parts = |of: fn(&Part) -> u64| self.parts.iter().map(|part| u128::from(of(part))).sum::<u128>();
        let files = sum(&[totals.files_ok, totals.files_quarantined, totals.files_unreadable]);
        let records = sum(&[totals.records_out, totals.duplicates, totals.other_slices]);
        let lines = self.inputs.as_ref().map_or(0, |inputs| inputs.lines);
        let balances = [
            ("files_in", totals.files_in, files),
            ("files_in", totals.files_in, lines.into()),
            ("records_in", totals.records_in, records),
            ("records_out", totals.records_out, parts(|p| p.records)),
            ("records_out by event day", totals.records_out, parts(|p| p.event_days.records())),
            ("bytes_out", totals.bytes_out, parts(|p| p.bytes)),
            ("raw_bytes_out", totals.raw_bytes_out, parts(|p| p.raw_bytes)),
        ];
        match balances.into_iter().find(|(_, left, right)| u128::from(*left) != *right) {
            Some((what, left, right)) => Err(Imbalance { what, left, right }),
            None => self.slice.as_ref().map_or(Ok(()), |slice| self.check_slice(slice)),
        }
    }

    /// Checks the event days of a slice against the parts and the sums.
    fn check_slice(&self, slice: &Slice) -> Result<(), Imbalance> {
        let mut of_parts = EventDays::default();
        self.parts.iter().for_each(|part| of_parts.merge(part.event_days.clone()));
        let stated: BTreeMap<Day, u64> = slice
            .days
            .iter()
            .map(|(day, of)| (*day, of.records))
            .filter(|(_, records)| *records > 0)
            .collect();
        let all: BTreeSet<Day> = of_parts.days.keys().chain(stated.keys()).copied().collect();
        for day in all {
            let (stated, found) =
                [&stated, &of_parts.days].map(|of| of.get(&day).copied().unwrap_or_default()).into();
            if stated != found || !slice.contains(day) {
                return Err(Imbalance {
                    what: "records of an event day of the slice",
                    left: stated,
                    right: found.into(),
                });
            }
        }
        let sum = |of: fn(&SliceDay) -> u64| slice.days.values().map(|day| u128::from(of(day))).sum::<u128>();
        let sums = [
            ("duplicates of the slice", self.totals.duplicates, sum(|day| day.duplicates)),
            ("conflicts of the slice", self.totals.conflicts, sum(|day| day.conflicts)),
        ];
        match sums.into_iter().find(|(_, left, right)| u128::from(*left) != *right) {
            Some((what, left, right)) => Err(Imbalance { what, left, right }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
#[path = "totals_tests.rs"]
mod tests;
