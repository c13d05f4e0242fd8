//! Times around a delivery day.

use cloudtrail_model::Day;
use jiff::ToSpan;
use jiff::civil::Date;

/// Seconds of a day.
pub(crate) const DAY_SECONDS: i64 = 86_400;

/// Days before the delivery day that can be written.
const DAYS_BACK: i64 = 12;

/// Writes times given as seconds since the delivery day began; negative before it.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    /// `2026-11-22T` and the days before it, latest first.
    dates: Vec<String>,
}

impl Clock {
    pub(crate) fn new(day: Day) -> Self {
        // a `Day` is always a date; the first one has none before it and stands for them
        let date = Date::new(day.year(), day.month_number(), day.day_of_month()).unwrap_or(Date::ZERO);
        let back = |days: i64| date.checked_sub(days.days()).ok().filter(|date| date.year() > 0);
        let dates = (0..=DAYS_BACK).map(|days| format!("{}T", back(days).unwrap_or(date))).collect();
        Clock { dates }
    }

    /// `2026-11-22T10:05:59Z`.
    pub(crate) fn write(&self, seconds: i64, out: &mut Vec<u8>) {
        let back = usize::try_from(-seconds.div_euclid(DAY_SECONDS)).unwrap_or(0);
        out.extend_from_slice(self.dates[back.min(self.dates.len() - 1)].as_bytes());
        let time = seconds.rem_euclid(DAY_SECONDS);
        two_digits(time / 3600, out);
        out.push(b':');
        two_digits(time / 60 % 60, out);
        out.push(b':');
        two_digits(time % 60, out);
        out.push(b'Z');
    }
}

fn two_digits(value: i64, out: &mut Vec<u8>) {
    let digit = |value: i64| b"0123456789"[usize::try_from(value % 10).unwrap_or(0)];
    out.extend_from_slice(&[digit(value / 10), digit(value)]);
}

#[cfg(test)]
#[path = "clock_tests.rs"]
mod tests;
