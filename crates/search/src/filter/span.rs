//! The time that a search looks at.

use cloudtrail_model::{Day, Month};

/// The instants from a first one up to another one, which is not included; in microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    /// The first instant; `None`: from the beginning.
    pub from: Option<i64>,
    /// The first instant that is not in it; `None`: to the end.
    pub to: Option<i64>,
}

impl Span {
    /// Whether every instant is in it. Then a search finds undated records too, and else it does not.
    pub fn is_everything(self) -> bool {
        self == Span::default()
    }

    /// Whether an instant is in it.
    pub fn has(self, instant: i64) -> bool {
        self.from.is_none_or(|from| from <= instant) && self.to.is_none_or(|to| instant < to)
    }

    /// Whether every instant from a first to a last one is in it.
    pub(crate) fn encloses(self, first: i64, last: i64) -> bool {
        self.has(first) && self.has(last)
    }

    /// Whether some instant from a first to a last one is in it.
    pub(crate) fn overlaps(self, first: i64, last: i64) -> bool {
        self.from.is_none_or(|from| from <= last) && self.to.is_none_or(|to| first < to)
    }

    /// Whether some instant of a day is in it.
    pub(crate) fn has_day(self, day: Day) -> bool {
        let after_from = self.from.and_then(Day::of_instant).is_none_or(|from| from <= day);
        let before_to =
            self.to.and_then(|to| Day::of_instant(to.saturating_sub(1))).is_none_or(|to| day <= to);
        after_from && before_to && self.from.zip(self.to).is_none_or(|(from, to)| from < to)
    }

    /// Whether some day of a month is in it.
    pub(crate) fn has_month(self, month: Month) -> bool {
        month.days().any(|day| self.has_day(day))
    }

    /// The part of it that begins at an instant.
    pub(crate) fn since(self, instant: Option<i64>) -> Self {
        Span { from: self.from.max(instant), to: self.to }
    }
}

#[cfg(test)]
#[path = "span_tests.rs"]
mod tests;
