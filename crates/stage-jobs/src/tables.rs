//! The runs of a job, one for each table: what is counted and logged of them, and the first failure.

use std::error::Error;

use job_queue::Handled;
use lake::{Invariant, Outcome, Partition};
use serde_json::Value;

/// Why a job is not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JobError {
    #[error(
        "no CloudTrail logs in the source, prefix {0:?}: there should be AWSLogs/ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/… \
         in it"
    )]
    NoLogs(String),
    #[error("the clock says {0:?}, which is no date")]
    NoToday(String),
    #[error("{partition} failed")]
    Failed { partition: Partition, source: Failure },
    #[error("{partition}: another run took it over")]
    Superseded { partition: Partition },
}

pub(crate) type Failure = Box<dyn Error + Send + Sync>;

/// A stage's report on one partition.
pub(crate) trait Report {
    /// How the run ended.
    fn outcome(&self) -> &Outcome;

    /// What the log line says of it.
    fn fact(&self) -> Value;

    /// Adds its sums to the metrics.
    fn count(&self, handled: &mut Handled);
}

/// The tables of one job. A table that fails does not hold up the others.
pub(crate) struct Tables<'a> {
    handled: &'a mut Handled,
    facts: Vec<Value>,
    failure: Option<JobError>,
}

impl<'a> Tables<'a> {
    pub(crate) fn new(handled: &'a mut Handled) -> Self {
        // the alarm on a broken invariant needs a number where none is broken
        handled.count("InvariantsBroken", 0);
        Tables { handled, facts: Vec::new(), failure: None }
    }

    /// Notes how the run at a partition ended, and returns its report.
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

    /// Fails if the run at any table did, with the first failure.
    pub(crate) fn end(self) -> Result<(), JobError> {
        self.handled.fact("tables", self.facts);
        self.failure.map_or(Ok(()), Err)
    }
}

#[cfg(test)]
#[path = "tables_tests.rs"]
mod tests;
