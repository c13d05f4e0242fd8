//! Requests and jobs, and the fan-out: a request becomes a job for each of its days.
//!
//! A [`Request`] is what a person or a schedule asks for. A [`DailyJob`] or a [`MonthlyJob`] is one day or month to bring up to
//! date.
//!
//! A request may be repeated: a job that is sent twice finds nothing to do the second time. The request is done only when every
//! job was confirmed by the queue, so its message must be deleted after [`FanOut::send_jobs`] and never before.

#[cfg(test)]
extern crate self as fan_out;

#[cfg(test)]
mod fuzz_corpus_tests;
mod job;
mod request;

use std::sync::Arc;

use async_trait::async_trait;
use cloudtrail_model::Day;
use job_queue::{Handled, Handler, NewMessage, Queue, Unsent, send_all};
use tokio::time::Instant;

pub use job::{AwaitedMonth, BadJob, DailyJob, FedMonth, MonthlyJob};
pub use request::{BadRequest, MESSAGE_VERSION, Request, Wanted};

/// Where jobs go.
#[derive(Debug, Clone)]
pub struct FanOut {
    /// The queue of the daily stage.
    pub daily_jobs: Arc<dyn Queue>,
    /// Days before yesterday that a schedule's tick asks for too, for log files that came late.
    pub late_days: u16,
    /// The day it is, in UTC.
    pub today: fn() -> Day,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FannedOut {
    /// What was asked for.
    pub request: Request,
    /// Jobs that were sent: none where all of its days are still to come, or from before CloudTrail.
    pub jobs: usize,
}

/// Why a request is not done.
#[derive(Debug, thiserror::Error)]
pub enum FanOutError {
    /// It cannot be read, and never will be.
    #[error(transparent)]
    BadRequest(#[from] BadRequest),
    /// A job cannot be written.
    #[error("a job cannot be written as JSON")]
    Unwritable(#[from] serde_json::Error),
    /// Not every job was confirmed. The request can be handled again.
    #[error("the daily jobs of the request are not all sent; handle it again")]
    Unsent(#[from] Unsent),
}

impl FanOut {
    /// Sends the jobs of a request, which is JSON, in the order of their days.
    pub async fn send_jobs(&self, request: &[u8]) -> Result<FannedOut, FanOutError> {
        let request = Request::parse(request)?;
        let jobs = request.jobs((self.today)(), self.late_days);
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
            Ok(done) => done.jobs,
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
