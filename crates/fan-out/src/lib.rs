//! Requests and jobs, and the fan-out: a request becomes a job for each of its days.
//!
//! A [`Request`] comes from a person or a schedule. A [`DailyJob`] or a [`MonthlyJob`] asks to bring one day or month up to
//! date.
//!
//! Requests are idempotent: a job that is sent twice finds nothing to do the second time. A request is done when the queue has
//! confirmed every job, so its message must be deleted after [`FanOut::send_jobs`], never before.

#[cfg(test)]
extern crate self as fan_out;

mod first_writing;
#[cfg(test)]
mod fuzz_corpus_tests;
mod job;
mod request;

use std::sync::Arc;

use async_trait::async_trait;
use cloudtrail_model::Day;
use job_queue::{Handled, Handler, NewMessage, Queue, Unsent, send_all};
use tokio::time::Instant;

pub use first_writing::days_after;
pub use job::{BadJob, DailyJob, MonthlyJob};
pub use request::{BadRequest, MESSAGE_VERSION, MOST_DAYS, Request, Wanted, price_of};

/// The fan-out of requests to the queue of daily jobs.
#[derive(Debug, Clone)]
pub struct FanOut {
    /// The queue of the daily stage.
    pub daily_jobs: Arc<dyn Queue>,
    /// Days before yesterday that a schedule's tick also requests, for late log files.
    pub late_days: u16,
    /// Today, in UTC.
    pub today: fn() -> Day,
}

/// The result of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FannedOut {
    /// The request.
    pub request: Request,
    /// Number of jobs sent: 0 if all days are in the future, or before CloudTrail.
    pub jobs: usize,
}

/// The error of a request.
#[derive(Debug, thiserror::Error)]
pub enum FanOutError {
    /// The request is invalid. A retry cannot succeed.
    #[error(transparent)]
    BadRequest(#[from] BadRequest),
    /// A job cannot be serialized.
    #[error("cannot serialize a job")]
    Unwritable(#[from] serde_json::Error),
    /// Some jobs were not confirmed. Handle the request again.
    #[error("cannot send all daily jobs of the request; handle it again")]
    Unsent(#[from] Unsent),
}

impl FanOut {
    /// Sends the jobs of a request (JSON), in the order of their days.
    ///
    /// # Errors
    /// Fails if the request is invalid or has too many days, or if the queue does not confirm every job.
    pub async fn send_jobs(&self, request: &[u8]) -> Result<FannedOut, FanOutError> {
        let request = Request::parse(request)?;
        let jobs = request.bounded_jobs((self.today)(), self.late_days)?;
        let message = |job: &DailyJob| Ok(NewMessage::new(serde_json::to_string(job)?, job.day.to_string()));
        let messages: Vec<NewMessage> = jobs.iter().map(message).collect::<Result<_, serde_json::Error>>()?;
        send_all(&*self.daily_jobs, &messages).await?;
        Ok(FannedOut { request, jobs: jobs.len() })
    }
}

#[async_trait]
impl Handler for FanOut {
    fn name(&self) -> &'static str {
        "fan-out"
    }

    async fn handle(&self, body: &str, _: Option<Instant>) -> Handled {
        let mut handled = Handled::default();
        let jobs = match self.send_jobs(body.as_bytes()).await {
            Ok(done) => {
                handled.fact("price", price_of(done.jobs, None));
                done.jobs
            }
            Err(error) => {
                handled.failure = Some(error.into());
                0
            }
        };
        handled.fact("request", body);
        handled.count("Requests", 1);
        handled.count("Jobs", jobs as u64);
        handled
    }
}

#[cfg(test)]
#[path = "lib_tests.rs"]
mod tests;
