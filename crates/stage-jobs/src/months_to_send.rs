//! Months that a day's job sends on to the monthly stage: those whose days are all there and whose Parquet lacks something
//! of the day.
//!
//! Told by the lake alone, so that a job that died after its commit sends them when it comes again. Jobs that end at the
//! same time may both find a month complete; they send the same message, by its id, which a FIFO queue takes once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cloudtrail_model::{Day, Month, Table, grace_days};
use fan_out::{DailyJob, FedMonth};
use futures::{StreamExt, TryStreamExt};
use job_queue::NewMessage;
use lake::{Journal, JournalError, Partition, hex};
use lake_store::Store;
use sha2::{Digest, Sha256};

/// Journals read at once. The text of each is in memory while it is parsed, 270 bytes for each log file of its day, and a
/// day of a large organisation has 100,000.
const READS_AT_ONCE: usize = 4;

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
        if !fed.closing && !lacks(lake, &fed, job.day).await? {
            continue;
        }
        let main = commits(lake, Table::CloudTrail, fed.job.month).await?;
        if fed.job.allow_gaps || is_complete(&fed, today, &main) {
            messages.push(message(lake, &fed, main).await?);
        }
    }
    Ok(messages)
}

/// Whether the Parquet of a month lacks what the daily tables have of a day.
async fn lacks(lake: &Arc<dyn Store>, fed: &FedMonth, day: Day) -> Result<bool, JournalError> {
    for table in Table::ALL {
        let daily = Journal::new(lake.clone(), Partition::day(table, day)).read_outline().await?;
        if daily.commits == 0 {
            continue;
        }
        // whole, since its inputs are the parts of days: few
        let monthly = Journal::new(lake.clone(), Partition::month(table, fed.job.month)).read().await?;
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

/// Whether every day of a month has been committed, by the commits of the main table. A month that was asked for waits for
/// the first days of the next, too, once they are over.
fn is_complete(fed: &FedMonth, today: Day, main: &BTreeMap<Day, u64>) -> bool {
    let after = grace_days(fed.job.month).filter(|day| fed.awaited && *day < today);
    fed.job.month.days().chain(after).all(|day| main.get(&day).is_some_and(|commits| *commits > 0))
}

/// The job of a month, with an id that says of what state of its days it is.
async fn message(
    lake: &Arc<dyn Store>,
    fed: &FedMonth,
    main: BTreeMap<Day, u64>,
) -> Result<NewMessage, MonthError> {
    let month = fed.job.month;
    let body = serde_json::to_string(&fed.job)?;
    let mut digest = Sha256::new();
    digest.update(&body);
    let mut add = |days: BTreeMap<Day, u64>| {
        days.into_values().for_each(|commits| digest.update(commits.to_le_bytes()));
    };
    add(main);
    for table in Table::ALL.into_iter().filter(|table| *table != Table::CloudTrail) {
        add(commits(lake, table, month).await?);
    }
    Ok(NewMessage { body, group: month.to_string(), id: hex(&digest.finalize()) })
}

/// How many commits of a table each day has that may hold records of a month: one number a day, so that memory is that of
/// the few journals read at once, not of all.
///
/// # Errors
/// Fails if a journal cannot be read.
async fn commits(
    lake: &Arc<dyn Store>,
    table: Table,
    month: Month,
) -> Result<BTreeMap<Day, u64>, JournalError> {
    let days = month.days().chain(grace_days(month));
    futures::stream::iter(days)
        .map(|day| async move {
            let state = Journal::new(lake.clone(), Partition::day(table, day)).read_outline().await?;
            Ok::<_, JournalError>((day, state.commits))
        })
        .buffered(READS_AT_ONCE)
        .try_collect()
        .await
}

#[cfg(test)]
#[path = "months_to_send_tests.rs"]
mod tests;

#[cfg(test)]
#[cfg(target_os = "linux")] // which tells the peak of a process
#[path = "months_to_send_memory_tests.rs"]
mod memory_tests;
