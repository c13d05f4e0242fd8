//! Plan: how large some event days are, by the outlines of the daily parts.

use cloudtrail_model::Day;

use crate::MonthPlan;

/// The size of the records of some event days, copies included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Size {
    /// Number of records.
    pub(crate) records: u64,
    /// Number of off-day records.
    pub(crate) off_day: u64,
    /// About how many bytes of text they have: a part states the text of all its records.
    pub(crate) raw_bytes: u64,
}

impl Size {
    pub(crate) fn plus(self, other: Size) -> Self {
        Size {
            records: self.records.saturating_add(other.records),
            off_day: self.off_day.saturating_add(other.off_day),
            raw_bytes: self.raw_bytes.saturating_add(other.raw_bytes),
        }
    }
}

impl MonthPlan {
    /// The size of an event day.
    pub(crate) fn size(&self, day: Day) -> Size {
        let of_parts = self.parts.iter().filter_map(|of| {
            let records = of.part.event_days.days.get(&day).copied()?;
            let off_day = if day == of.delivered { 0 } else { records };
            Some(Size { records, off_day, raw_bytes: share(of.part.raw_bytes, records, of.part.records) })
        });
        of_parts.fold(Size::default(), Size::plus)
    }
}

/// The share of `some` of `all` in a number.
pub(crate) fn share(number: u64, some: u64, all: u64) -> u64 {
    let share = u128::from(number) * u128::from(some) / u128::from(all.max(1));
    u64::try_from(share).unwrap_or(u64::MAX)
}
