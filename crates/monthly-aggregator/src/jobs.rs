//! Monthly jobs as they come from a queue.

use std::sync::Arc;

use async_trait::async_trait;
use cloudtrail_model::{Month, MonthlyJob, Table};
use job_queue::{Handled, Handler, Unit, count_stores};
use lake::Stamp;
use lake_store::{Meter, Store, Usage};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::{
    Committed, DaysThere, MonthReport, MonthlyAggregator, MonthlyError, Options, Outcome, Request, day_list,
};

/// Brings the months of jobs up to date, all tables of each.
#[derive(Debug, Clone)]
pub struct MonthlyJobs {
    /// Where the daily tables are, and the monthly ones go.
    pub lake: Arc<dyn Store>,
    /// How.
    pub options: Options,
    /// What attempts write about themselves.
    pub stamp: Stamp,
}

/// Why a job is not done.
#[derive(Debug, thiserror::Error)]
enum JobError {
    #[error("{table}_monthly {month} failed")]
    Table { table: Table, month: Month, source: MonthlyError },
    #[error("{table}_monthly {month}: another run took it over")]
    Superseded { table: Table, month: Month },
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[async_trait]
impl Handler for MonthlyJobs {
    fn name(&self) -> &'static str {
        "monthly"
    }

    async fn handle(&self, body: &str, deadline: Option<Instant>) -> Handled {
        let mut handled = Handled::default();
        let lake = Meter::new(self.lake.clone());
        let counters = lake.counters();
        if let Err(failure) = self.run(body, deadline, Arc::new(lake), &mut handled).await {
            handled.failure = Some(failure);
        }
        count_stores(&mut handled, Usage::default(), counters.usage());
        handled
    }
}

impl MonthlyJobs {
    /// One table after the other, so that memory is that of one.
    async fn run(
        &self,
        body: &str,
        deadline: Option<Instant>,
        lake: Arc<dyn Store>,
        handled: &mut Handled,
    ) -> Result<(), Failure> {
        handled.fact("job", body);
        let job = MonthlyJob::parse(body.as_bytes())?;
        let (options, stamp, month) = (self.options, self.stamp, job.month);
        let (progress, days_there) = (Arc::default(), DaysThere::default());
        let aggregator = MonthlyAggregator { lake, options, stamp, progress, days_there };
        let request = Request { allow_gaps: job.allow_gaps, rebuild: job.rebuild, until: deadline };
        let mut tables: Vec<Value> = Vec::new();
        let mut failure = None;
        handled.broken(None);
        for table in Table::ALL {
            let error = match aggregator.run(table, month, request).await {
                Ok(report) => {
                    count_report(handled, &report);
                    tables.push(table_fact(&report));
                    match report.outcome {
                        Outcome::Superseded => JobError::Superseded { table, month },
                        Outcome::Committed(_) | Outcome::UpToDate | Outcome::Empty => continue,
                    }
                }
                Err(source) => {
                    handled.broken(source.broken());
                    JobError::Table { table, month, source }
                }
            };
            failure.get_or_insert(error);
        }
        handled.fact("month", month.to_string());
        handled.fact("tables", tables);
        match failure {
            None => Ok(()),
            Some(error) => Err(error.into()),
        }
    }
}

/// What is said of a table in the log.
fn table_fact(report: &MonthReport) -> Value {
    let outcome = match &report.outcome {
        Outcome::Empty => "empty",
        Outcome::UpToDate => "up_to_date",
        Outcome::Committed(_) => "committed",
        Outcome::Superseded => "superseded",
    };
    json!({
        "partition": report.partition.to_string(),
        "outcome": outcome,
        "missing_days": day_list(&report.source.missing_days),
        "awaited_days": day_list(&report.source.awaited_days),
        "foreign": report.foreign,
    })
}

fn count_report(handled: &mut Handled, report: &MonthReport) {
    let none = Committed::default();
    let (committed, commits) = match &report.outcome {
        Outcome::Committed(committed) => (&**committed, 1),
        Outcome::Empty | Outcome::UpToDate | Outcome::Superseded => (&none, 0),
    };
    let totals = &committed.totals;
    handled.count("RecordsIn", totals.records_in);
    handled.count("RecordsOut", totals.records_out);
    handled.count("Duplicates", totals.duplicates);
    handled.count("OtherMonths", totals.other_months);
    handled.count("Conflicts", totals.conflicts);
    handled.add("BytesIn", Unit::Bytes, totals.bytes_in);
    handled.add("BytesOut", Unit::Bytes, totals.bytes_out);
    handled.count("Commits", commits);
}

#[cfg(test)]
#[path = "jobs_tests.rs"]
mod tests;
