//! The UTC date that a record counts at.

use crate::Day;

/// The instant of a record if it is dated, that is if it has an [`event_day`]; `None` if it is undated.
pub(crate) fn dated(delivered: Day, instant: Option<i64>) -> Option<i64> {
    instant.filter(|instant| event_day(delivered, Some(*instant)).is_some())
}

/// The event day of a record: the UTC date of its instant ([`event_instant`](crate::event_instant), in microseconds since
/// 1970-01-01T00:00:00Z) if it lies between 2013-01-01 and the day after its delivery day. `None` otherwise: the record is
/// undated, and counts at its delivery day.
pub fn event_day(delivered: Day, instant: Option<i64>) -> Option<Day> {
    let instant = instant?;
    // nearly all records; and the check costs less than the conversion
    if delivered >= Day::FIRST_DELIVERY && delivered.contains(instant) {
        return Some(delivered);
    }
    let day = Day::of_instant(instant)?;
    let dated = day >= Day::FIRST_DELIVERY && (day <= delivered || Some(day) == delivered.next());
    dated.then_some(day)
}

#[cfg(test)]
#[path = "event_day_tests.rs"]
mod tests;
