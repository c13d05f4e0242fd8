//! Jobs: one day or one month to bring up to date, as they lie on the queues; and how a request becomes jobs.

use std::iter::successors;

use cloudtrail_model::{Day, Month, grace_days, months_of};
use serde::{Deserialize, Serialize};

use crate::request::MESSAGE_VERSION;
use crate::{Request, Wanted};

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
    /// The month that was asked for. Who brings its last missing day sends it on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<AwaitedMonth>,
}

/// A month whose Parquet a daily job may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FedMonth {
    /// What to send on once its days are there, if the job has changed one of them.
    pub job: MonthlyJob,
    /// Whether the month was asked for, with the first days of the next: then it waits for those too, as far as they are
    /// over. Else those days would each write it anew.
    pub awaited: bool,
    /// Whether to send it on also where the job finds nothing to do.
    pub closing: bool,
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
    /// A job for a day, without more.
    pub fn new(day: Day) -> Self {
        DailyJob { version: MESSAGE_VERSION, day, rebuild: false, retry_quarantined: false, month: None }
    }

    /// The months that the job's day brings records of and that are over, and the one that was asked for.
    pub fn months(&self, today: Day) -> Vec<FedMonth> {
        let awaited = self.month.map(|AwaitedMonth { job, closing }| FedMonth {
            // of many jobs that change the month one has it written anew without need
            job: MonthlyJob { rebuild: job.rebuild && closing, ..job },
            awaited: true,
            closing,
        });
        let over = months_of(self.day).filter(|month| *month < today.month());
        let other = over.filter(|month| awaited.is_none_or(|awaited| awaited.job.month != *month));
        let fed = other.map(|month| FedMonth { job: MonthlyJob::new(month), awaited: false, closing: false });
        fed.chain(awaited).collect()
    }

    /// Reads a job. Unknown members are passed over.
    pub fn parse(text: &[u8]) -> Result<Self, BadJob> {
        let job: Self = serde_json::from_slice(text)?;
        let month = job.month.map_or(MESSAGE_VERSION, |month| month.job.version);
        known(job.version).and(known(month)).map(|()| job)
    }
}

impl MonthlyJob {
    /// A job for a month, without more.
    pub fn new(month: Month) -> Self {
        MonthlyJob { version: MESSAGE_VERSION, month, rebuild: false, allow_gaps: false }
    }

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
    /// The days to bring up to date, in order. `today` is the day it is, in UTC: later ones have no log files yet. Nor has a
    /// range those before [`Day::FIRST_DELIVERY`], so that no request becomes more jobs than CloudTrail has days. A
    /// schedule's tick asks for the day before it and `late_days` more before that, for log files that came late; in the
    /// first days of a month also for the month before.
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
                // the month before, as long as the day before the tick may bring records of it
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

/// Both included.
fn days_between(first: Day, last: Day) -> Vec<Day> {
    if last < first { Vec::new() } else { cloudtrail_model::DayRange::new(first, last).collect() }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_false(flag: &bool) -> bool {
    !flag
}

#[cfg(test)]
#[path = "job_tests.rs"]
mod tests;
