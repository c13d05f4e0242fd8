//! Jobs: messages that ask to bring one day or one month up to date; and the jobs of a request.

use std::iter::successors;

use cloudtrail_model::{Day, Month};
use serde::{Deserialize, Serialize};

use crate::first_writing::{days_after, waiting_month};
use crate::request::{BadRequest, MESSAGE_VERSION, MOST_DAYS};
use crate::{Request, Wanted};

/// A job: bring all tables of a delivery day up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DailyJob {
    /// [`MESSAGE_VERSION`]
    pub version: u64,
    /// The day.
    pub day: Day,
    /// Read every log file of the day again and replace its parts.
    #[serde(default, skip_serializing_if = "is_false")]
    pub rebuild: bool,
    /// Try quarantined log files again although they have not changed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub retry_quarantined: bool,
    /// The requested month, if any. The job that commits its last missing day sends it on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<MonthlyJob>,
}

/// A job: bring the Parquet of all tables of a month up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthlyJob {
    /// [`MESSAGE_VERSION`]
    pub version: u64,
    /// The month.
    pub month: Month,
    /// Write it even if days are missing.
    #[serde(default, skip_serializing_if = "is_false")]
    pub allow_gaps: bool,
}

/// A message that is not a job.
#[derive(Debug, thiserror::Error)]
pub enum BadJob {
    /// The text is not the JSON of a job.
    #[error("the message is not a job of trailmill")]
    Unreadable(#[from] serde_json::Error),
    /// The job has an unknown version.
    #[error(
        "the job has version {0}, this trailmill reads version {MESSAGE_VERSION}: deploy a newer trailmill"
    )]
    UnknownVersion(u64),
}

impl DailyJob {
    /// A job for a day, without options.
    pub fn new(day: Day) -> Self {
        DailyJob { version: MESSAGE_VERSION, day, rebuild: false, retry_quarantined: false, month: None }
    }

    /// Parses a job. Unknown members are ignored.
    ///
    /// # Errors
    /// Fails if the text is not the JSON of a job, or has an unknown version.
    pub fn parse(text: &[u8]) -> Result<Self, BadJob> {
        let job: Self = serde_json::from_slice(text)?;
        let month = job.month.map_or(MESSAGE_VERSION, |month| month.version);
        known(job.version).and(known(month)).map(|()| job)
    }
}

impl MonthlyJob {
    /// A job for a month, without options.
    pub fn new(month: Month) -> Self {
        MonthlyJob { version: MESSAGE_VERSION, month, allow_gaps: false }
    }

    /// Parses a job. Unknown members are ignored.
    ///
    /// # Errors
    /// Fails if the text is not the JSON of a job, or has an unknown version.
    pub fn parse(text: &[u8]) -> Result<Self, BadJob> {
        let job: Self = serde_json::from_slice(text)?;
        known(job.version).map(|()| job)
    }
}

fn known(version: u64) -> Result<(), BadJob> {
    if version == MESSAGE_VERSION { Ok(()) } else { Err(BadJob::UnknownVersion(version)) }
}

impl Request {
    /// The jobs of a request: see [`Request::jobs`].
    ///
    /// # Errors
    /// Fails if they are more than [`MOST_DAYS`], unless the request has `force`.
    pub fn bounded_jobs(&self, today: Day, late_days: u16) -> Result<Vec<DailyJob>, BadRequest> {
        let jobs = self.jobs(today, late_days);
        match jobs.len() {
            days if days > MOST_DAYS && !self.force => Err(BadRequest::TooManyDays { days }),
            _ => Ok(jobs),
        }
    }

    /// The jobs of a request, in the order of their days. Leaves out days after `today` (UTC), which have no log files yet, and
    /// days of a range before [`Day::FIRST_DELIVERY`], which bounds the number of jobs. A schedule's tick requests the day
    /// before it and `late_days` more, for late log files; in the first days of a month also the month before.
    pub fn jobs(&self, today: Day, late_days: u16) -> Vec<DailyJob> {
        let (days, month): (Vec<Day>, _) = match self.wanted {
            Wanted::Days { first, last } => {
                (days_between(first.max(Day::FIRST_DELIVERY), last.min(today)), None)
            }
            Wanted::Month(month) => {
                let days = month.days().chain(days_after(month));
                (days.filter(|day| *day <= today).collect(), Some(month))
            }
            Wanted::Tick(day) => {
                let before = successors(day.previous(), |day| day.previous());
                let mut days: Vec<Day> = before.take(usize::from(late_days) + 1).collect();
                days.reverse();
                // the month before, on the days that its first writing waits for
                let yesterday = day.previous();
                let month = yesterday.map(Day::month).filter(|month| *month < day.month());
                (days, month.or(yesterday.and_then(waiting_month)))
            }
        };
        let allow_gaps = self.allow_gaps;
        let month = month.map(|month| MonthlyJob { allow_gaps, ..MonthlyJob::new(month) });
        let (rebuild, retry_quarantined) = (self.rebuild, self.retry_quarantined);
        let job = |day| DailyJob { rebuild, retry_quarantined, month, ..DailyJob::new(day) };
        days.into_iter().map(job).collect()
    }
}

/// The days of a range, both ends included.
fn days_between(first: Day, last: Day) -> Vec<Day> {
    if last < first { Vec::new() } else { cloudtrail_model::DayRange::new(first, last).collect() }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde requires a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

#[cfg(test)]
#[path = "job_tests.rs"]
mod tests;
