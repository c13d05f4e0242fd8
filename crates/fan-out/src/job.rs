//! Jobs: messages that ask to bring one day or one month up to date; and the jobs of a request.

use std::iter::successors;

use cloudtrail_model::{Day, Month, grace_days, months_of};
use serde::{Deserialize, Serialize};

use crate::request::MESSAGE_VERSION;
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
    pub month: Option<AwaitedMonth>,
}

/// A month whose Parquet a daily job may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AffectedMonth {
    /// The job to send on when no day is missing, if this job has changed one of them.
    pub job: MonthlyJob,
    /// Whether the month was requested, with the first days of the next. Then it also waits for those that are over, so that
    /// they do not each rewrite it.
    pub awaited: bool,
    /// Whether to send it on even if the daily job finds nothing to do.
    pub closing: bool,
}

/// A requested month that waits for its days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwaitedMonth {
    /// The job to send when no day is missing.
    #[serde(flatten)]
    pub job: MonthlyJob,
    /// Whether this is the last of the requested days. It sends the month on even if it finds nothing to do, so that a month
    /// that was complete before is sent on once.
    #[serde(default, skip_serializing_if = "is_false")]
    pub closing: bool,
}

/// A job: bring the Parquet of all tables of a month up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthlyJob {
    /// [`MESSAGE_VERSION`]
    pub version: u64,
    /// The month.
    pub month: Month,
    /// Rewrite it even if nothing has changed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub rebuild: bool,
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

    /// The past months that records of the day may belong to, and the requested month.
    pub fn months(&self, today: Day) -> Vec<AffectedMonth> {
        let awaited = self.month.map(|AwaitedMonth { job, closing }| AffectedMonth {
            // of several jobs that change the month, one causes an unnecessary rewrite
            job: MonthlyJob { rebuild: job.rebuild && closing, ..job },
            awaited: true,
            closing,
        });
        let over = months_of(self.day).filter(|month| *month < today.month());
        let other = over.filter(|month| awaited.is_none_or(|awaited| awaited.job.month != *month));
        let affected =
            other.map(|month| AffectedMonth { job: MonthlyJob::new(month), awaited: false, closing: false });
        affected.chain(awaited).collect()
    }

    /// Parses a job. Unknown members are ignored.
    ///
    /// # Errors
    /// Fails if the text is not the JSON of a job, or has an unknown version.
    pub fn parse(text: &[u8]) -> Result<Self, BadJob> {
        let job: Self = serde_json::from_slice(text)?;
        let month = job.month.map_or(MESSAGE_VERSION, |month| month.job.version);
        known(job.version).and(known(month)).map(|()| job)
    }
}

impl MonthlyJob {
    /// A job for a month, without options.
    pub fn new(month: Month) -> Self {
        MonthlyJob { version: MESSAGE_VERSION, month, rebuild: false, allow_gaps: false }
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
    /// The jobs of a request, in the order of their days. Leaves out days after `today` (UTC), which have no log files yet, and
    /// days of a range before [`Day::FIRST_DELIVERY`], which bounds the number of jobs. A schedule's tick requests the day
    /// before it and `late_days` more, for late log files; in the first days of a month also the month before.
    pub fn jobs(&self, today: Day, late_days: u16) -> Vec<DailyJob> {
        let (days, month): (Vec<Day>, _) = match self.wanted {
            Wanted::Days { first, last } => {
                (days_between(first.max(Day::FIRST_DELIVERY), last.min(today)), None)
            }
            Wanted::Month(month) => {
                let days = month.days().chain(grace_days(month));
                (days.filter(|day| *day <= today).collect(), Some(month))
            }
            Wanted::Tick(day) => {
                let before = successors(day.previous(), |day| day.previous());
                let mut days: Vec<Day> = before.take(usize::from(late_days) + 1).collect();
                days.reverse();
                // the month before, if the day before the tick may bring records of it
                let before = day.previous().into_iter().flat_map(months_of);
                (days, before.filter(|month| *month < day.month()).last())
            }
        };
        let (rebuild, allow_gaps) = (self.rebuild, self.allow_gaps);
        let month = month.map(|month| MonthlyJob { rebuild, allow_gaps, ..MonthlyJob::new(month) });
        let last = days.last().copied();
        let job = |day| DailyJob {
            rebuild,
            retry_quarantined: self.retry_quarantined,
            month: month.map(|job| AwaitedMonth { job, closing: Some(day) == last }),
            ..DailyJob::new(day)
        };
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
