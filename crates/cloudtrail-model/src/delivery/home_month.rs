//! The one month a record belongs to.

use crate::{Day, Month};

/// Delivery days of a month, from the first, whose records may still belong to the month before.
const GRACE_DAYS: i8 = 3;

/// The home month of a record: its eventTime's month where that is the delivery month, or where it is the month before
/// and the delivery day is at most the third; else the delivery month. Every record has exactly one, whatever its
/// eventTime holds, so that a month is complete once its own days and the first three of the next are.
pub fn home_month(delivered: Day, event_time: Option<&str>) -> Month {
    let delivery_month = delivered.month();
    if delivered.day_of_month() > GRACE_DAYS {
        return delivery_month;
    }
    match event_time.and_then(month_of) {
        Some(month) if Some(month) == delivery_month.previous() => month,
        _ => delivery_month,
    }
}

/// The months that a delivery day can bring records of: its own, and in the first days the one before.
pub fn months_of(delivered: Day) -> impl Iterator<Item = Month> {
    let month = delivered.month();
    let before = month.previous().filter(|_| delivered.day_of_month() <= GRACE_DAYS);
    before.into_iter().chain([month])
}

/// The delivery days after a month that may still bring records of it.
pub fn grace_days(month: Month) -> impl Iterator<Item = Day> {
    month.next().into_iter().flat_map(|next| next.days().take_while(|day| day.day_of_month() <= GRACE_DAYS))
}

/// The UTC month of an eventTime.
fn month_of(event_time: &str) -> Option<Month> {
    let timestamp: jiff::Timestamp = event_time.parse().ok()?;
    let date = jiff::tz::Offset::UTC.to_datetime(timestamp).date();
    Month::new(date.year(), date.month())
}

#[cfg(test)]
#[path = "home_month_tests.rs"]
mod tests;
