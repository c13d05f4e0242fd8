//! Months that a day's job sends on to the monthly stage: those whose days are all there and whose Parquet lacks something
//! of the day.
//!
//! Told by the lake alone, so that a job that died after its commit sends them when it comes again. Jobs that end at the
//! same time may both find a month complete; they send the same message, by its id, which a FIFO queue takes once.

use std::collections::BTreeSet;
use std::sync::Arc;

use cloudtrail_model::{DailyJob, Day, FedMonth, Partition, Table, grace_days, hex};
use futures::{StreamExt, TryStreamExt};
use job_queue::NewMessage;
use lake_store::{Journal, JournalError, PartitionState, Store};
use sha2::{Digest, Sha256};

/// Journals read at once.
const READS_AT_ONCE: usize = 16;

/// A month cannot be sent on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MonthError {
    #[error("the month of the day cannot be looked at")]
    Journal(#[from] JournalError),
    #[error("the job of a month cannot be written as JSON")]
    Unwritable(#[from] serde_json::Error),
}

/// The messages of the months that the job's day completes, or changes.
pub(crate) async fn months_to_send(
    lake: &Arc<dyn Store>,
    job: DailyJob,
    today: Day,
) -> Result<Vec<NewMessage>, MonthError> {
    let mut messages = Vec::new();
    for fed in job.months(today) {
        if (fed.closing || lacks(lake, &fed, job.day).await?)
            && (fed.job.allow_gaps || is_complete(lake, &fed, today).await?)
        {
            messages.push(message(lake, &fed).await?);
        }
    }
    Ok(messages)
}

/// Whether the Parquet of a month lacks what the daily tables have of a day.
async fn lacks(lake: &Arc<dyn Store>, fed: &FedMonth, day: Day) -> Result<bool, JournalError> {
    for table in Table::ALL {
        let daily = read(lake, Partition::day(table, day)).await?;
        if daily.commits == 0 {
            continue;
        }
        let monthly = read(lake, Partition::month(table, fed.job.month)).await?;
        let Some(source) = &monthly.month else {
            // a table without anything in it has no Parquet
            if table == Table::CloudTrail || !daily.parts.is_empty() {
                return Ok(true);
            }
            continue;
        };
        let of_day: BTreeSet<&str> = daily.parts.keys().map(String::as_str).collect();
        let prefix = Partition::day(table, day).prefix();
        let read: BTreeSet<&str> =
            monthly.inputs.keys().map(String::as_str).filter(|key| key.starts_with(&prefix)).collect();
        if of_day != read || source.missing_days.contains(&day) || source.awaited_days.contains(&day) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether every day of a month has been committed. A month that was asked for waits for the first days of the next, too,
/// once they are over.
async fn is_complete(lake: &Arc<dyn Store>, fed: &FedMonth, today: Day) -> Result<bool, JournalError> {
    let after = grace_days(fed.job.month).filter(|day| fed.awaited && *day < today);
    let days = fed.job.month.days().chain(after);
    let states = read_all(lake, days.map(|day| Partition::day(Table::CloudTrail, day)).collect()).await?;
    Ok(states.iter().all(|state| state.commits > 0))
}

/// The job of a month, with an id that says of what state of its days it is.
async fn message(lake: &Arc<dyn Store>, fed: &FedMonth) -> Result<NewMessage, MonthError> {
    let month = fed.job.month;
    let body = serde_json::to_string(&fed.job)?;
    let days = month.days().chain(grace_days(month));
    let partitions = days.flat_map(|day| Table::ALL.map(|table| Partition::day(table, day)));
    let states = read_all(lake, partitions.collect()).await?;
    let mut digest = Sha256::new();
    digest.update(&body);
    for state in &states {
        digest.update(state.commits.to_le_bytes());
    }
    Ok(NewMessage { body, group: month.to_string(), id: hex(&digest.finalize()) })
}

async fn read_all(
    lake: &Arc<dyn Store>,
    partitions: Vec<Partition>,
) -> Result<Vec<PartitionState>, JournalError> {
    let journals: Vec<_> = partitions.into_iter().map(|partition| read(lake, partition)).collect();
    futures::stream::iter(journals).buffered(READS_AT_ONCE).try_collect().await
}

async fn read(lake: &Arc<dyn Store>, partition: Partition) -> Result<PartitionState, JournalError> {
    Journal::new(lake.clone(), partition).read().await
}

#[cfg(test)]
#[path = "months_tests.rs"]
mod tests;
