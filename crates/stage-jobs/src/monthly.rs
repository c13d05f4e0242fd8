//! A monthly job: every table of the month, one after the other.

use std::sync::Arc;

use async_trait::async_trait;
use cloudtrail_model::Table;
use fan_out::MonthlyJob;
use futures::StreamExt;
use job_queue::{Handled, Handler, Unit};
use lake::{Outcome, Partition, Stamp};
use lake_store::{Meter, Store, Usage};
use monthly_aggregator::{DaysThere, MonthReport, MonthlyAggregator, Options, Request, day_list};
use serde_json::{Value, json};
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
        let request = Request { allow_gaps: job.allow_gaps, rebuild: job.rebuild, until: deadline };
        handled.fact("month", month.to_string());
        let mut tables = Tables::new(handled);
        let mut runs = aggregator.run_tables(Table::ALL, month, request);
        while let Some((table, run)) = runs.next().await {
            let run = run.map_err(|error| (error.broken(), Failure::from(error)));
            tables.ended(Partition::month(table, month), run);
        }
        Ok(tables.end()?)
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
            "awaited_days": day_list(&self.source.awaited_days),
            "foreign": self.foreign,
        })
    }

    fn count(&self, handled: &mut Handled) {
        let committed = self.outcome.committed();
        let totals = committed.map(|made| made.totals).unwrap_or_default();
        handled.count("RecordsIn", totals.records_in);
        handled.count("RecordsOut", totals.records_out);
        handled.count("Duplicates", totals.duplicates);
        handled.count("OtherMonths", totals.other_months);
        handled.count("Conflicts", totals.conflicts);
        handled.add("BytesIn", Unit::Bytes, totals.bytes_in);
        handled.add("BytesOut", Unit::Bytes, totals.bytes_out);
        handled.count("Commits", u64::from(committed.is_some()));
    }
}

#[cfg(test)]
#[path = "monthly_tests.rs"]
mod tests;
