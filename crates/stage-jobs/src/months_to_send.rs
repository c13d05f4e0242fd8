//! Months that a daily job sends on to the monthly stage: those without missing days whose Parquet does not have all data of the day.
//!
//! Determined from the lake alone, so that a job that died after its commit sends them when it is delivered again. Concurrent
//! jobs may both find a month complete; their messages have the same ID, so a FIFO queue accepts one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cloudtrail_model::{Day, Month, Table, grace_days};
use fan_out::{AffectedMonth, DailyJob};
use futures::{Stream, StreamExt, TryStreamExt};
use job_queue::NewMessage;
use lake::{Journal, JournalError, Partition, hex};
use lake_store::Store;
use sha2::{Digest, Sha256};

/// The maximum of journals read at once. Only outlines are read, whose size does not depend on the number of log files.
const READS_AT_ONCE: usize = 16;

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
        if let Some(main) = main_days(lake, &affected, job.day, today).await? {
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
        let read: Vec<String> = monthly.inputs.iter().map(|input| input.key).collect();
        let read: BTreeSet<&str> =
            read.iter().map(String::as_str).filter(|key| key.starts_with(&prefix)).collect();
        if of_day != read || source.missing_days.contains(&day) || source.awaited_days.contains(&day) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The number of commits of the main table for each day that may hold records of a month. `None` if a day of the month is not
/// there; starts to read no further journal then. The day of the job comes first: it may be handed back by another job. A requested
/// month also waits for the first days of the next month that are over.
async fn main_days(
    lake: &Arc<dyn Store>,
    affected: &AffectedMonth,
    own: Day,
    today: Day,
) -> Result<Option<BTreeMap<Day, u64>>, JournalError> {
    let month = affected.job.month;
    let mut days: Vec<Day> = days_of(month).collect();
    days.sort_by_key(|day| *day != own);
    let mut states = days_in(lake, Table::CloudTrail, days);
    let mut commits = BTreeMap::new();
    while let Some((day, of_day)) = states.try_next().await? {
        let waits = day.month() == month || (affected.awaited && day < today);
        if waits && !affected.job.allow_gaps && !of_day.is_there {
            return Ok(None);
        }
        commits.insert(day, of_day.commits);
    }
    Ok(Some(commits))
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
    let mut add = |commits: u64| digest.update(commits.to_le_bytes());
    main.into_values().for_each(&mut add);
    for table in Table::ALL.into_iter().filter(|table| *table != Table::CloudTrail) {
        let mut states = days_in(lake, table, days_of(month).collect());
        while let Some((_, of_day)) = states.try_next().await? {
            add(of_day.commits);
        }
    }
    Ok(NewMessage { body, group: month.to_string(), id: hex(&digest.finalize()) })
}

/// The days that may hold records of a month.
fn days_of(month: Month) -> impl Iterator<Item = Day> {
    month.days().chain(grace_days(month))
}

/// What is kept of a day's journal.
#[derive(Debug, Clone, Copy)]
struct DayInLake {
    commits: u64,
    is_there: bool,
}

/// The days of a table, read in the given order, a few at once. One recursive listing each, then its outlines.
fn days_in(
    lake: &Arc<dyn Store>,
    table: Table,
    days: Vec<Day>,
) -> impl Stream<Item = Result<(Day, DayInLake), JournalError>> + Unpin {
    let lake = lake.clone();
    let read = move |day| {
        let journal = Journal::new(lake.clone(), Partition::day(table, day));
        async move {
            let state = journal.read_outline().await?;
            Ok((day, DayInLake { commits: state.commits, is_there: state.is_there() }))
        }
    };
    Box::pin(futures::stream::iter(days).map(read).buffered(READS_AT_ONCE))
}

#[cfg(test)]
#[path = "months_to_send_tests.rs"]
mod tests;

#[cfg(test)]
#[cfg(target_os = "linux")] // where a process can read its peak memory
#[path = "months_to_send_memory_tests.rs"]
mod memory_tests;
