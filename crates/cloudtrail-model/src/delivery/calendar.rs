//! Delivery days and months: proleptic Gregorian, UTC, written as CloudTrail and Athena write them.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Microseconds of a day; the calendar has no leap seconds.
const MICROS_OF_A_DAY: i64 = 86_400_000_000;

/// A text that is not a calendar date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a {wanted}")]
pub struct BadDate {
    text: String,
    wanted: &'static str,
}

/// One UTC day. Written `2026-11-22`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(Date);

impl Day {
    /// 0001-01-01
    pub const FIRST: Day = Day(Date::constant(1, 1, 1));
    /// 9999-12-31
    pub const LAST: Day = Day(Date::constant(9999, 12, 31));
    /// 2013-01-01: CloudTrail began in November of that year, and no log file was delivered before.
    pub const FIRST_DELIVERY: Day = Day(Date::constant(2013, 1, 1));

    /// The day of a year, month (1 to 12) and day of the month, or `None` where the calendar has no such day.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        if !(1..=9999).contains(&year) {
            return None;
        }
        Date::new(year, month, day).ok().map(Day)
    }

    /// Year, 1 to 9999.
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// Month of the year, 1 to 12.
    pub fn month_number(self) -> i8 {
        self.0.month()
    }

    /// Day of the month, 1 to 31.
    pub fn day_of_month(self) -> i8 {
        self.0.day()
    }

    /// The month this day is in.
    pub fn month(self) -> Month {
        Month { year: self.0.year(), month: self.0.month() }
    }

    /// The following day; `None` after 9999-12-31.
    pub fn next(self) -> Option<Self> {
        self.0.tomorrow().ok().map(Day)
    }

    /// The UTC day of a moment.
    pub fn at(moment: jiff::Timestamp) -> Self {
        Day(jiff::tz::Offset::UTC.to_datetime(moment).date())
    }

    /// The UTC day of an instant in microseconds since 1970-01-01T00:00:00Z; `None` outside the years 1 to 9999.
    pub fn of_instant(micros: i64) -> Option<Self> {
        day_since_1970(micros.div_euclid(MICROS_OF_A_DAY))
    }

    /// Whether an instant in microseconds since 1970-01-01T00:00:00Z is on this day, in UTC.
    pub fn contains(self, micros: i64) -> bool {
        let number = |field: i8| u32::from(field.unsigned_abs());
        let year = u32::from(self.year().unsigned_abs());
        let midnight =
            days_since_1970(year, number(self.month_number()), number(self.day_of_month())) * MICROS_OF_A_DAY;
        (midnight..midnight + MICROS_OF_A_DAY).contains(&micros)
    }

    /// The day before; `None` before 0001-01-01.
    pub fn previous(self) -> Option<Self> {
        self.0.yesterday().ok().filter(|date| date.year() >= 1).map(Day)
    }

    /// The instant at which the day begins, in UTC. Of 9999-12-31, the last instant that there is.
    pub fn midnight(self) -> jiff::Timestamp {
        let date = self.0.to_datetime(jiff::civil::Time::midnight());
        jiff::tz::Offset::UTC.to_timestamp(date).unwrap_or(jiff::Timestamp::MAX)
    }

    /// `2026/11/22`: the folders CloudTrail delivers this day's log files to.
    pub fn as_path(self) -> String {
        format!("{:04}/{:02}/{:02}", self.year(), self.month_number(), self.day_of_month())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year(), self.month_number(), self.day_of_month())
    }
}

impl FromStr for Day {
    type Err = BadDate;

    fn from_str(text: &str) -> Result<Self, BadDate> {
        let bad =
            || BadDate { text: text.to_owned(), wanted: "day of the calendar (write it as 2026-11-22)" };
        let mut fields = text.split('-');
        let (year, month, day) = (fields.next(), fields.next(), fields.next());
        if fields.next().is_some() {
            return Err(bad());
        }
        (|| Day::new(number(year?, 4)?, number(month?, 2)?, number(day?, 2)?))().ok_or_else(bad)
    }
}

impl TryFrom<String> for Day {
    type Error = BadDate;
    fn try_from(text: String) -> Result<Self, BadDate> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> String {
        day.to_string()
    }
}

/// One UTC month. Written `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month {
    year: i16,
    month: i8,
}

impl Month {
    /// The month of a year (1 to 9999) and number (1 to 12), or `None`.
    pub fn new(year: i16, month: i8) -> Option<Self> {
        Day::new(year, month, 1).map(Day::month)
    }

    /// Year, 1 to 9999.
    pub fn year(self) -> i16 {
        self.year
    }

    /// Month of the year, 1 to 12.
    pub fn number(self) -> i8 {
        self.month
    }

    /// The month before; `None` before 0001-01.
    pub fn previous(self) -> Option<Self> {
        if self.month == 1 { Month::new(self.year - 1, 12) } else { Month::new(self.year, self.month - 1) }
    }

    /// The month after; `None` after 9999-12.
    pub fn next(self) -> Option<Self> {
        if self.month == 12 { Month::new(self.year + 1, 1) } else { Month::new(self.year, self.month + 1) }
    }

    /// Every day of the month, first to last.
    pub fn days(self) -> DayRange {
        let first = Date::constant(self.year, self.month, 1);
        DayRange { next: Some(Day(first)), last: Day(first.last_of_month()) }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Month {
    type Err = BadDate;

    fn from_str(text: &str) -> Result<Self, BadDate> {
        let bad = || BadDate { text: text.to_owned(), wanted: "month of the calendar (write it as 2026-11)" };
        let (year, month) = text.split_once('-').ok_or_else(bad)?;
        (|| Month::new(number(year, 4)?, number(month, 2)?))().ok_or_else(bad)
    }
}

impl TryFrom<String> for Month {
    type Error = BadDate;
    fn try_from(text: String) -> Result<Self, BadDate> {
        text.parse()
    }
}

impl From<Month> for String {
    fn from(month: Month) -> String {
        month.to_string()
    }
}

/// The days from one to another, both included.
#[derive(Debug, Clone)]
pub struct DayRange {
    next: Option<Day>,
    last: Day,
}

impl DayRange {
    /// First and last day; empty when `last` is before `first`.
    pub fn new(first: Day, last: Day) -> Self {
        DayRange { next: Some(first), last }
    }
}

impl Iterator for DayRange {
    type Item = Day;

    fn next(&mut self) -> Option<Day> {
        let day = self.next.filter(|day| *day <= self.last)?;
        self.next = day.0.checked_add(1.day()).ok().map(Day);
        Some(day)
    }
}

/// Days from 0000-03-01 to 1970-01-01. Years that begin in March have the leap day last.
const DAYS_TO_1970: u32 = 719_468;
/// Days of 400 years, after which the calendar repeats.
const DAYS_OF_400_YEARS: u32 = 146_097;

/// Number of days from 1970-01-01 to a date of the years 1 to 9999; negative before 1970.
pub(crate) fn days_since_1970(year: u32, month: u32, day: u32) -> i64 {
    // January and February count as months 13 and 14 of the year before
    let (year, month) = if month > 2 { (year, month) } else { (year - 1, month + 12) };
    let day_of_year = (153 * (month - 3) + 2) / 5 + day - 1;
    let days = year * 365 + year / 4 - year / 100 + year / 400 + day_of_year;
    i64::from(days) - i64::from(DAYS_TO_1970)
}

/// The date a number of days after 1970-01-01, or before it if negative; `None` outside the years 1 to 9999.
fn day_since_1970(days: i64) -> Option<Day> {
    let days =
        u32::try_from(days + i64::from(DAYS_TO_1970)).ok().filter(|days| *days < 25 * DAYS_OF_400_YEARS)?;
    let (cycle, day) = (days / DAYS_OF_400_YEARS, days % DAYS_OF_400_YEARS);
    // a year has a leap day every 1,461 days, none at the end of 36,524, one at the end of the 146,097
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (year, month) = (cycle * 400 + year, month + 3);
    let (year, month) = if month > 12 { (year + 1, month - 12) } else { (year, month) };
    Day::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?)
}

/// A field of exactly `width` ASCII digits.
pub(crate) fn number<T: FromStr>(text: &str, width: usize) -> Option<T> {
    (text.len() == width && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
#[path = "calendar_tests.rs"]
mod tests;
