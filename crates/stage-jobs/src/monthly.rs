//! A monthly job: every table of the month, one after the other → send the rest of the month back.

use std::sync::Arc;

use async_trait::async_trait;
use cloudtrail_model::Table;
use fan_out::MonthlyJob;
use job_queue::{Handled, Handler, NewMessage, Queue, Unit, send_all};
use lake::{Outcome, Partition, Stamp, hex};
use lake_store::{Meter, Store, Usage};
use monthly_aggregator::{DaysThere, MonthReport, MonthlyAggregator, Options, Request, day_list};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use crate::storage_metrics::count_stores;
use crate::tables::{Failure, Report, Tables};

/// Handles monthly jobs: brings all tables of a month up to date.
#[derive(Debug, Clone)]
pub struct MonthlyJobs {
    /// The store of the daily and monthly tables.
    pub lake: Arc<dyn Store>,
    /// The settings of the monthly stage.
    pub options: Options,
    /// The ID, time and tool that attempts write into journals.
    pub stamp: Stamp,
    /// The queue for the rest of a month that was not finished before the deadline.
    pub monthly_jobs: Arc<dyn Queue>,
}

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
        let request = Request { allow_gaps: job.allow_gaps, rebuild: false, until: deadline };
        handled.fact("month", month.to_string());
        let mut tables = Tables::new(handled);
        // a digest of what this job has written, so that the rest is a message of its own
        let (mut is_left, mut digest) = (false, Sha256::new());
        for table in Table::ALL {
            let run = Box::pin(aggregator.run(table, month, request)).await;
            let run = run.map_err(|error| (error.broken(), Failure::from(error)));
            let report = tables.ended(Partition::month(table, month), run);
            let committed = report.as_ref().and_then(|report| report.outcome.committed());
            committed.iter().flat_map(|made| &made.parts).for_each(|part| digest.update(&part.key));
            is_left = committed.is_some_and(|made| made.left > 0);
            // the tables that follow are part of the rest
            if is_left || deadline.is_some_and(|deadline| Instant::now() > deadline) {
                is_left |= Some(&table) != Table::ALL.last();
                break;
            }
        }
        tables.end()?;
        handled.count("HandedBack", u64::from(is_left));
        if is_left {
            let id = hex(&digest.chain_update(body).finalize());
            let message = NewMessage { body: serde_json::to_string(&job)?, group: month.to_string(), id };
            send_all(&*self.monthly_jobs, &[message]).await?;
        }
        Ok(())
    }
}

impl Report for MonthReport {
    fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    fn fact(&self) -> Value {
        json!({
            "partition": self.partition.to_string(),
            "outcome": self.outcome.name(),
            "missing_days": day_list(&self.source.missing_days),
            "days_without_log_files": day_list(&self.source.days_without_log_files),
            "unreadable": self.source.unreadable,
            "foreign": self.foreign,
        })
    }

    fn count(&self, handled: &mut Handled) {
        let committed = self.outcome.committed();
        let totals = committed.map(|made| made.totals).unwrap_or_default();
        handled.count("RecordsIn", totals.records_in);
        handled.count("RecordsOut", totals.records_out);
        handled.count("Duplicates", totals.duplicates);
        handled.count("OtherSlices", totals.other_slices);
        handled.count("Conflicts", totals.conflicts);
        handled.add("BytesIn", Unit::Bytes, totals.bytes_in);
        handled.add("BytesOut", Unit::Bytes, totals.bytes_out);
        handled.count("Commits", u64::from(committed.is_some()));
    }
}

#[cfg(test)]
#[path = "monthly_tests.rs"]
mod tests;
