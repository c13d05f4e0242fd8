//! When a month is first written. This is scheduling: it does not decide which events belong to a month.

use cloudtrail_model::{Day, Month};

/// Number of delivery days after a month that bring most of its late events. Its first writing waits for them, as far as they are
/// over, so that they do not each rewrite it.
const DAYS_AFTER: usize = 3;

/// The delivery days after a month that its first writing waits for.
pub fn days_after(month: Month) -> impl Iterator<Item = Day> {
    month.next().into_iter().flat_map(Month::days).take(DAYS_AFTER)
}

/// The month that waits for a delivery day after it, if any.
pub(crate) fn waiting_month(delivered: Day) -> Option<Month> {
    delivered.month().previous().filter(|month| days_after(*month).any(|day| day == delivered))
}

#[cfg(test)]
#[path = "first_writing_tests.rs"]
mod tests;
