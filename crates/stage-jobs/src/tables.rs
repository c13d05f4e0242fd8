//! Collects the runs of a job, one for each table: metrics, log entries and the first failure.

use std::error::Error;

use job_queue::Handled;
use lake::{Invariant, Outcome, Partition};
use serde_json::Value;

/// The error of a job.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JobError {
    #[error(
        "no CloudTrail logs in the source, prefix {0:?}: expected AWSLogs/ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/… \
         below it"
    )]
    NoLogs(String),
    #[error("the clock returns {0:?}, which is not a date")]
    NoToday(String),
    #[error("{partition} failed")]
    Failed { partition: Partition, source: Failure },
    #[error("{partition}: superseded by a concurrent run; the message will be delivered again")]
    Superseded { partition: Partition },
}

pub(crate) type Failure = Box<dyn Error + Send + Sync>;

/// The report of a run of a stage at one partition.
pub(crate) trait Report {
    /// The outcome of the run.
    fn outcome(&self) -> &Outcome;

    /// The entry for the log line.
    fn fact(&self) -> Value;

    /// Adds the totals to the metrics.
    fn count(&self, handled: &mut Handled);
}

/// The tables of one job. A failed table does not stop the others.
pub(crate) struct Tables<'a> {
    handled: &'a mut Handled,
    facts: Vec<Value>,
    failure: Option<JobError>,
}

impl<'a> Tables<'a> {
    pub(crate) fn new(handled: &'a mut Handled) -> Self {
        // the alarm on broken invariants needs a value even if none is broken
        handled.count("InvariantsBroken", 0);
        Tables { handled, facts: Vec::new(), failure: None }
    }

    /// Records the result of the run at a partition, and returns its report.
    pub(crate) fn ended<R: Report>(
        &mut self,
        partition: Partition,
        run: Result<R, (Option<Invariant>, Failure)>,
    ) -> Option<R> {
        let (report, failure) = match run {
            Ok(report) => {
                report.count(self.handled);
                self.facts.push(report.fact());
                let superseded =
                    report.outcome().is_superseded().then_some(JobError::Superseded { partition });
                (Some(report), superseded)
            }
            Err((broken, source)) => {
                if let Some(invariant) = broken {
                    self.handled.count("InvariantsBroken", 1);
                    self.handled.fact("invariant", invariant.name());
                }
                (None, Some(JobError::Failed { partition, source }))
            }
        };
        if self.failure.is_none() {
            self.failure = failure;
        }
        report
    }

    /// Fails with the first failure, if the run at any table failed.
    pub(crate) fn end(self) -> Result<(), JobError> {
        self.handled.fact("tables", self.facts);
        self.failure.map_or(Ok(()), Err)
    }
}

#[cfg(test)]
#[path = "tables_tests.rs"]
mod tests;
