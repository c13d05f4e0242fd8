//! Jobs: one day or one month to bring up to date, as they lie on the queues; and how a request becomes jobs.

use std::iter::successors;

use serde::{Deserialize, Serialize};

use crate::request::MESSAGE_VERSION;
use crate::{Day, Month, Request, Wanted};

/// Days of the next month that may still bring events of a month: see [`home_month`](crate::home_month).
const DAYS_AFTER: usize = 3;

/// A delivery day to bring up to date, all of its tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DailyJob {
    /// [`MESSAGE_VERSION`]
    pub version: u64,
    /// Which day.
    pub day: Day,
    /// Read every log file of the day again and replace its parts.
    #[serde(default, skip_serializing_if = "is_false")]
    pub rebuild: bool,
    /// Try quarantined log files again although they have not changed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub retry_quarantined: bool,
    /// The month that somebody waits for. Who brings its last missing day sends it on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<AwaitedMonth>,
}

/// A month that waits for its days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwaitedMonth {
    /// The job that is to be sent when its days are there.
    #[serde(flatten)]
    pub job: MonthlyJob,
    /// Whether this is the last of the days that were asked for. It sends the month on also where it finds nothing to
    /// do, so that a month all of whose days are there is sent on once.
    #[serde(default, skip_serializing_if = "is_false")]
    pub closing: bool,
}

/// A month whose Parquet is to be brought up to date, all of its tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthlyJob {
    /// [`MESSAGE_VERSION`]
    pub version: u64,
    /// Which month.
    pub month: Month,
    /// Write it anew although nothing has changed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub rebuild: bool,
    /// Go on although days are missing.
    #[serde(default, skip_serializing_if = "is_false")]
    pub allow_gaps: bool,
}

/// A text that is no job.
#[derive(Debug, thiserror::Error)]
pub enum BadJob {
    /// It is not the JSON of one.
    #[error("the message is no job of trailmill")]
    Unreadable(#[from] serde_json::Error),
    /// It is of a version that this code does not know.
    #[error(
        "the job has version {0}, and this is trailmill for version {MESSAGE_VERSION}: deploy a newer one"
    )]
    UnknownVersion(u64),
}

impl DailyJob {
    /// Reads a job. Unknown members are passed over.
    pub fn parse(text: &[u8]) -> Result<Self, BadJob> {
        let job: Self = serde_json::from_slice(text)?;
        let month = job.month.map_or(MESSAGE_VERSION, |month| month.job.version);
        known(job.version).and(known(month)).map(|()| job)
    }
}

impl MonthlyJob {
    /// Reads a job. Unknown members are passed over.
    pub fn parse(text: &[u8]) -> Result<Self, BadJob> {
        let job: Self = serde_json::from_slice(text)?;
        known(job.version).map(|()| job)
    }
}

fn known(version: u64) -> Result<(), BadJob> {
    if version == MESSAGE_VERSION { Ok(()) } else { Err(BadJob::UnknownVersion(version)) }
}

impl Request {
    /// The days to bring up to date, in order. `today` is the day it is, in UTC: later ones have no log files yet. A
    /// schedule's tick asks for the day before it and `late_days` more before that, for log files that came late; in the
    /// first days of a month also for the month before.
    pub fn jobs(&self, today: Day, late_days: u16) -> Vec<DailyJob> {
        let (days, month): (Vec<Day>, _) = match self.wanted {
            Wanted::Days { first, last } => (days_between(first, last.min(today)), None),
            Wanted::Month(month) => {
                let after = successors(month.next().and_then(|next| next.days().next()), |day| day.next());
                let days = month.days().chain(after.take(DAYS_AFTER));
                (days.filter(|day| *day <= today).collect(), Some(month))
            }
            Wanted::Tick(day) => {
                let before = successors(day.previous(), |day| day.previous());
                let mut days: Vec<Day> = before.take(usize::from(late_days) + 1).collect();
                days.reverse();
                // on the day after the last that may bring events of the month before, too
                let first_days = usize::try_from(day.day_of_month()).is_ok_and(|day| day <= DAYS_AFTER + 1);
                (days, day.month().previous().filter(|_| first_days))
            }
        };
        let month = month.map(|month| MonthlyJob {
            version: MESSAGE_VERSION,
            month,
            rebuild: self.rebuild,
            allow_gaps: self.allow_gaps,
        });
        let last = days.last().copied();
        let job = |day| DailyJob {
            version: MESSAGE_VERSION,
            day,
            rebuild: self.rebuild,
            retry_quarantined: self.retry_quarantined,
            month: month.map(|job| AwaitedMonth { job, closing: Some(day) == last }),
        };
        days.into_iter().map(job).collect()
    }
}

/// Both included.
fn days_between(first: Day, last: Day) -> Vec<Day> {
    if last < first { Vec::new() } else { crate::DayRange::new(first, last).collect() }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_false(flag: &bool) -> bool {
    !flag
}

#[cfg(test)]
#[path = "job_tests.rs"]
mod tests;
