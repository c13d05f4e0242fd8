//! Fan-out: a request becomes a job for each of its days.
//!
//! It may be repeated: a job that is sent twice finds nothing to do the second time. The request is done only when every
//! job was confirmed by the queue, so its message must be deleted after [`FanOut::handle`] and never before.

use std::sync::Arc;

use cloudtrail_model::{BadRequest, Day, Request};
use job_queue::{Queue, Unsent, send_all};

/// Where jobs go.
#[derive(Debug, Clone)]
pub struct FanOut {
    /// The queue of the daily stage.
    pub daily_jobs: Arc<dyn Queue>,
    /// Days before yesterday that a schedule's tick asks for too, for log files that came late.
    pub late_days: u16,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FannedOut {
    /// What was asked for.
    pub request: Request,
    /// Jobs that were sent: none where all of its days are still to come.
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
    /// Sends the jobs of a request, which is JSON, in the order of their days. `today` is the day it is, in UTC.
    pub async fn handle(&self, request: &[u8], today: Day) -> Result<FannedOut, FanOutError> {
        let request = Request::parse(request)?;
        let jobs = request.jobs(today, self.late_days);
        let bodies: Vec<String> = jobs.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
        send_all(&*self.daily_jobs, &bodies).await?;
        Ok(FannedOut { request, jobs: jobs.len() })
    }
}

#[cfg(test)]
#[path = "lib_tests.rs"]
mod tests;
