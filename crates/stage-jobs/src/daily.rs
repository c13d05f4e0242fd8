//! A daily job: survey → all tables of the day → send the rest of the day back → send its months on.

use std::sync::Arc;

use async_trait::async_trait;
use cloudtrail_model::{Day, Table};
use daily_aggregator::{DailyAggregator, DayReport, Options, Progress, ProofSettings, Request, Source};
use fan_out::DailyJob;
use job_queue::{Handled, Handler, NewMessage, Queue, Unit, send_all};
use lake::{DayState, Outcome, Partition, Proof, Stamp};
use lake_store::{Meter, Store};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::months_to_send::months_to_send;
use crate::silence::{MeantToBeSilent, silent};
use crate::storage_metrics::count_stores;
use crate::tables::{Failure, JobError, Report, Tables};

/// Handles daily jobs: brings all tables of a day up to date.
#[derive(Debug, Clone)]
pub struct DailyJobs {
    /// The store of log files.
    pub source: Arc<dyn Store>,
    /// The prefix of log files in `source`: see [`Source::survey`].
    pub start: String,
    /// The store of parts and journals.
    pub lake: Arc<dyn Store>,
    /// The settings of the daily stage.
    pub options: Options,
    /// How digest files prove the log files; `None` to leave them alone.
    pub proof: Option<ProofSettings>,
    /// The ID, time and tool that attempts write into journals.
    pub stamp: Stamp,
    /// Accounts, or regions of accounts, whose silence is no news.
    pub meant_to_be_silent: MeantToBeSilent,
    /// The queue for the rest of a day that was not finished before the deadline.
    pub daily_jobs: Arc<dyn Queue>,
    /// The queue for months without missing days; `None` if there is no monthly stage.
    pub monthly_jobs: Option<Arc<dyn Queue>>,
}

#[async_trait]
impl Handler for DailyJobs {
    fn name(&self) -> &'static str {
        "daily"
    }

    async fn handle(&self, body: &str, deadline: Option<Instant>) -> Handled {
        let mut handled = Handled::default();
        let (source, lake) = (Meter::new(self.source.clone()), Meter::new(self.lake.clone()));
        let (from, to) = (source.counters(), lake.counters());
        let progress = Arc::<Progress>::default();
        if let Err(failure) =
            self.run(body, deadline, Arc::new(source), Arc::new(lake), &progress, &mut handled).await
        {
            handled.failure = Some(failure);
        }
        count_stores(&mut handled, from.usage(), to.usage());
        let now = progress.now();
        handled.time("DecodeTime", now.decode_time);
        handled.time("CompressTime", now.compress_time);
        handled
    }
}

impl DailyJobs {
    async fn run(
        &self,
        body: &str,
        deadline: Option<Instant>,
        source: Arc<dyn Store>,
        lake: Arc<dyn Store>,
        progress: &Arc<Progress>,
        handled: &mut Handled,
    ) -> Result<(), Failure> {
        handled.fact("job", body);
        let job = DailyJob::parse(body.as_bytes())?;
        let today = self.today()?;
        let source = Source::survey(source, &self.start).await?;
        if !source.not_searched().is_empty() {
            handled.fact("not_searched", json!(source.not_searched()));
        }
        if source.is_empty() {
            return Err(JobError::NoLogs(self.start.clone()).into());
        }
        let (options, stamp, progress) = (self.options, self.stamp, progress.clone());
        let proving = self.proof.as_ref().map(|settings| settings.proving(&lake));
        let aggregator = DailyAggregator { source, lake: lake.clone(), options, proving, stamp, progress };
        let left = run_tables(&aggregator, job, today, deadline, handled).await?;
        handled.count("HandedBack", u64::from(left > 0));
        if left > 0 {
            return self.hand_back(job).await;
        }
        self.send_months_on(&lake, job, today, handled).await?;
        let silent = silent(&lake, job.day, today, &self.meant_to_be_silent).await?;
        handled.count("SilentAccounts", silent.len() as u64);
        handled.fact("silent", silent);
        Ok(())
    }

    fn today(&self) -> Result<Day, JobError> {
        let now = (self.stamp.now)();
        now.get(..10).and_then(|date| date.parse().ok()).ok_or(JobError::NoToday(now))
    }

    /// Sends the rest of the day as a new job, which does not count as another receive of this message. The new job does not
    /// retry quarantined files: otherwise it would retry the first of them each time.
    async fn hand_back(&self, job: DailyJob) -> Result<(), Failure> {
        let rest = DailyJob { retry_quarantined: false, ..job };
        let message = NewMessage::new(serde_json::to_string(&rest)?, job.day.to_string());
        Ok(send_all(&*self.daily_jobs, &[message]).await?)
    }

    async fn send_months_on(
        &self,
        lake: &Arc<dyn Store>,
        job: DailyJob,
        today: Day,
        handled: &mut Handled,
    ) -> Result<(), Failure> {
        let Some(queue) = &self.monthly_jobs else { return Ok(()) };
        let messages = months_to_send(lake, job, today).await?;
        send_all(&**queue, &messages).await?;
        handled.count("MonthsSentOn", messages.len() as u64);
        Ok(())
    }
}

/// Brings all tables of a day up to date. Returns the number of log files left because of the deadline.
async fn run_tables(
    aggregator: &DailyAggregator,
    job: DailyJob,
    today: Day,
    deadline: Option<Instant>,
    handled: &mut Handled,
) -> Result<u64, JobError> {
    let request = Request {
        rebuild: job.rebuild,
        drop_missing: false,
        retry_quarantined: job.retry_quarantined,
        // commit a past day without log files, or its month would never be complete
        commit_empty: job.day < today,
        until: deadline,
    };
    handled.fact("day", job.day.to_string());
    let (mut tables, mut left) = (Tables::new(handled), 0);
    for (table, run) in aggregator.run_tables(Table::ALL, job.day, request).await {
        let run = run.map_err(|error| (error.broken(), Failure::from(error)));
        let report = tables.ended(Partition::day(table, job.day), run);
        left += report.as_ref().and_then(|report| report.outcome.committed()).map_or(0, |made| made.left);
    }
    tables.end()?;
    Ok(left)
}

/// Whether the run has found that no log file was delivered on the day, although the source has older ones. Most days bring none of
/// the other tables.
fn is_empty_day(report: &DayReport) -> bool {
    let state = report.outcome.committed().map(|made| made.state);
    report.partition.table == Table::CloudTrail && state == Some(DayState::Empty)
}

impl Report for DayReport {
    fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    fn fact(&self) -> Value {
        let quarantined: Vec<_> =
            self.quarantined.iter().map(|file| json!({"key": file.key, "detail": file.detail})).collect();
        json!({
            "partition": self.partition.to_string(),
            "outcome": self.outcome.name(),
            "state": self.outcome.committed().map(|made| made.state.name()),
            "listed": self.listed,
            "quarantined": quarantined,
            "quarantined_earlier": self.quarantined_earlier.len(),
            "unreadable": self.unreadable,
            "proof": self.proof,
            "foreign": self.foreign,
        })
    }

    fn count(&self, handled: &mut Handled) {
        let totals = self.outcome.committed().map(|made| made.totals).unwrap_or_default();
        handled.count("FilesIn", totals.files_in);
        handled.count("FilesOk", totals.files_ok);
        handled.count("FilesQuarantined", totals.files_quarantined);
        // all of the day, not only those of this run: someone must still restore them
        handled.count("FilesUnreadable", self.unreadable.count);
        let proven = |count: fn(&Proof) -> u64| self.proof.as_ref().map_or(0, count);
        handled.count("FilesProven", proven(Proof::log_files_proven));
        handled.count("ProofUnproven", proven(|proof| if proof.is_final { proof.unproven } else { 0 }));
        // what contradicts CloudTrail's signatures, of the whole day and not only of this run
        handled.count("ProofBroken", proven(|proof| proof.broken));
        handled.count("RecordsIn", totals.records_in);
        handled.count("RecordsOut", totals.records_out);
        handled.count("Duplicates", totals.duplicates);
        handled.count("Conflicts", totals.conflicts);
        handled.add("BytesIn", Unit::Bytes, totals.bytes_in);
        handled.add("RawBytesIn", Unit::Bytes, totals.raw_bytes_in);
        handled.add("BytesOut", Unit::Bytes, totals.bytes_out);
        handled.add("RawBytesOut", Unit::Bytes, totals.raw_bytes_out);
        handled.count("EmptyDays", u64::from(is_empty_day(self)));
        // an empty day does not show that logs arrive
        handled.count("Commits", u64::from(totals.files_in > 0));
    }
}

#[cfg(test)]
#[path = "daily_tests.rs"]
mod tests;
