//! Months that a daily job sends on to the monthly stage: those without missing days whose Parquet does not have all data of the day.
//!
//! Determined from the lake alone, so that a job that died after its commit sends them when it is delivered again. Concurrent
//! jobs may both find a month complete; their messages have the same ID, so a FIFO queue accepts one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cloudtrail_model::{Day, Month, Table, grace_days};
use fan_out::{AffectedMonth, DailyJob};
use futures::{StreamExt, TryStreamExt};
use job_queue::NewMessage;
use lake::{Journal, JournalError, Partition, hex};
use lake_store::Store;
use sha2::{Digest, Sha256};

/// The maximum of journals read at once. Each holds its text in memory while it is parsed: 270 bytes for each log file of
/// its day, of which a large organisation has 100,000.
const READS_AT_ONCE: usize = 4;

/// The error of a month that cannot be sent on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MonthError {
    #[error("cannot read the journals of the month")]
    Journal(#[from] JournalError),
    #[error("cannot serialize the job of a month")]
    Unwritable(#[from] serde_json::Error),
}

/// The messages of the months that the day of the job completes or changes.
pub(crate) async fn months_to_send(
    lake: &Arc<dyn Store>,
    job: DailyJob,
    today: Day,
) -> Result<Vec<NewMessage>, MonthError> {
    let mut messages = Vec::new();
    for affected in job.months(today) {
        if !affected.closing && !misses_data(lake, &affected, job.day).await? {
            continue;
        }
        let main = commits(lake, Table::CloudTrail, affected.job.month).await?;
        if affected.job.allow_gaps || is_complete(&affected, today, &main) {
            messages.push(message(lake, &affected, main).await?);
        }
    }
    Ok(messages)
}

/// Whether data of a day is missing in the Parquet of a month.
async fn misses_data(
    lake: &Arc<dyn Store>,
    affected: &AffectedMonth,
    day: Day,
) -> Result<bool, JournalError> {
    for table in Table::ALL {
        let daily = Journal::new(lake.clone(), Partition::day(table, day)).read_outline().await?;
        if daily.commits == 0 {
            continue;
        }
        // with its inputs: these are the parts of days, which are few
        let monthly = Journal::new(lake.clone(), Partition::month(table, affected.job.month)).read().await?;
        let Some(source) = &monthly.month else {
            // an empty table has no Parquet
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

/// Whether the main table has a commit for every day of a month. A requested month also waits for the first days of the
/// next month that are over.
fn is_complete(affected: &AffectedMonth, today: Day, main: &BTreeMap<Day, u64>) -> bool {
    let after = grace_days(affected.job.month).filter(|day| affected.awaited && *day < today);
    affected.job.month.days().chain(after).all(|day| main.get(&day).is_some_and(|commits| *commits > 0))
}

/// The message with the job of a month. Its ID is a digest of the state of its days.
async fn message(
    lake: &Arc<dyn Store>,
    affected: &AffectedMonth,
    main: BTreeMap<Day, u64>,
) -> Result<NewMessage, MonthError> {
    let month = affected.job.month;
    let body = serde_json::to_string(&affected.job)?;
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

/// The number of commits of each day that may hold records of a month. Keeps only that number, so that memory is bounded by
/// the journals read at once.
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
#[cfg(target_os = "linux")] // where a process can read its peak memory
#[path = "months_to_send_memory_tests.rs"]
mod memory_tests;
