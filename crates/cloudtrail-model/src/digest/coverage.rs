//! The time that the proven digests of a trail are of.

use jiff::{SignedDuration, Timestamp};

/// How far the instant that a log file was delivered at may be off: names have the minute, rounded, and a log file that is
/// delivered at the turn of a digest may be listed by either.
const SLACK: SignedDuration = SignedDuration::from_mins(15);

/// The time that proven digests are of, without a gap in any span.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Coverage {
    /// Sorted, and apart from each other.
    spans: Vec<(Timestamp, Timestamp)>,
}

impl Coverage {
    pub(crate) fn of(mut spans: Vec<(Timestamp, Timestamp)>) -> Self {
        spans.sort_unstable();
        let mut joined: Vec<(Timestamp, Timestamp)> = Vec::new();
        for (from, to) in spans {
            match joined.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => joined.push((from, to)),
            }
        }
        Coverage { spans: joined }
    }

    /// Whether a log file that was delivered between two instants would have been listed.
    pub(crate) fn covers(&self, (from, to): (Timestamp, Timestamp)) -> bool {
        let (Ok(from), Ok(to)) = (from.saturating_sub(SLACK), to.saturating_add(SLACK)) else { return false };
        self.spans.iter().any(|span| span.0 <= from && to <= span.1)
    }
}

#[cfg(test)]
#[path = "coverage_tests.rs"]
mod tests;
