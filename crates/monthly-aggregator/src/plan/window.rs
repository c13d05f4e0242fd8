//! Plan: in which order the parts of a slice are read.
//!
//! A window is what is gathered at once: a few event days that fit into one row group, or one larger day. On-day records are
//! unique already. Where a window has off-day records, their fingerprints are read first, so that a copy that was delivered on another
//! day is found; then the on-day records, then the off-day records.

use std::sync::Arc;

use cloudtrail_model::{Day, OffDayIndex};
use lake::Part;

use crate::plan::size::Size;
use crate::plan::slice::SliceDays;
use crate::{MonthPlan, Options};

/// Event days that are gathered at once.
#[derive(Debug)]
pub(crate) struct Window {
    /// The last of them.
    pub(crate) last: Day,
    /// The reads, in order.
    pub(crate) reads: Vec<PartRead>,
    pub(crate) size: Size,
}

/// One read of a daily part: which of its records are used, and how.
#[derive(Debug, Clone)]
pub(crate) struct PartRead {
    pub(crate) delivered: Day,
    pub(crate) part: Arc<Part>,
    pub(crate) wanted: Wanted,
    /// The first and the last event day.
    pub(crate) days: (Day, Day),
    pub(crate) round: Round,
}

/// The records of a part that a read uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The off-day records, but only their fingerprints.
    OffDayFingerprints,
    /// The records whose event day is the delivery day.
    OnDay,
    /// The others.
    OffDay,
}

/// One of several rounds over the same parts. Each takes the records of one class of event IDs, so that the index of the off-day
/// records fits into memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Round {
    pub(crate) class: u32,
    pub(crate) classes: u32,
}

impl PartRead {
    /// Whether it uses every record of the part.
    pub(crate) fn is_whole(&self) -> bool {
        let days = &self.part.event_days.days;
        let is_used = |day: &Day| match self.wanted {
            Wanted::OnDay => *day == self.delivered,
            Wanted::OffDay | Wanted::OffDayFingerprints => *day != self.delivered && self.has(*day),
        };
        self.round.classes == 1 && days.keys().all(is_used)
    }

    /// Whether an event day is one of those that it reads.
    pub(crate) fn has(&self, day: Day) -> bool {
        (self.days.0..=self.days.1).contains(&day)
    }

    /// The number of records that it uses, in all rounds.
    fn records(&self) -> u64 {
        let used = self.part.event_days.days.iter().filter(|(day, _)| {
            let is_on_day = **day == self.delivered;
            self.has(**day) && is_on_day == (self.wanted == Wanted::OnDay)
        });
        used.fold(0, |sum, (_, records)| sum.saturating_add(*records))
    }
}

/// The windows of a slice, in order.
pub(crate) fn windows(plan: &MonthPlan, slice: &SliceDays, options: &Options) -> Vec<Window> {
    let mut windows: Vec<(Day, Day, Size)> = Vec::new();
    for day in plan.inputs.range(slice.first..=slice.last).map(|(day, _)| *day) {
        let size = plan.size(day);
        match windows.last_mut() {
            Some((first, last, sum)) if fits(*first, day, &sum.plus(size), options) => {
                *last = day;
                *sum = sum.plus(size);
            }
            _ => windows.push((day, day, size)),
        }
    }
    windows.into_iter().map(|(first, last, size)| window(plan, (first, last), size, options)).collect()
}

/// Whether the event days from a first to a last one are one row group, and the index of their off-day records fits.
fn fits(first: Day, last: Day, size: &Size, options: &Options) -> bool {
    let mut days = std::iter::successors(Some(first), |day| day.next()).take(options.row_group_days.into());
    days.any(|day| day == last)
        && options.fit_a_row_group(size.records, size.raw_bytes)
        && rounds(size.off_day, options) == 1
}

/// The number of rounds for a number of off-day records.
fn rounds(off_day: u64, options: &Options) -> u32 {
    let at_once = (options.index_bytes / OffDayIndex::BYTES_EACH).max(1);
    u32::try_from(off_day.div_ceil(at_once)).unwrap_or(u32::MAX).max(1)
}

fn window(plan: &MonthPlan, days: (Day, Day), size: Size, options: &Options) -> Window {
    let classes = rounds(size.off_day, options);
    let mut reads = Vec::new();
    for class in 0..classes {
        for wanted in [Wanted::OffDayFingerprints, Wanted::OnDay, Wanted::OffDay] {
            let round = Round { class, classes };
            let all = plan.parts.iter().map(|of| {
                let (delivered, part) = (of.delivered, of.part.clone());
                PartRead { delivered, part, wanted, days, round }
            });
            reads.extend(all.filter(|read| read.records() > 0));
        }
    }
    Window { last: days.1, reads, size }
}

#[cfg(test)]
#[path = "window_tests.rs"]
mod tests;
