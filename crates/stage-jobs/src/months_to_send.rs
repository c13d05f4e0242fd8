//! Months that a daily job sends on to the monthly stage: those whose Parquet does not contain all events of the day, once they have no
//! missing days.
//!
//! Determined from the lake alone, so that a job that died after its commit sends them when it is delivered again. Concurrent
//! jobs may both find a month complete; their messages have the same ID, so a FIFO queue accepts one.

use std::collections::BTreeSet;
use std::sync::Arc;

use cloudtrail_model::{Day, Month, Table};
use fan_out::{DailyJob, MonthlyJob, days_after};
use futures::{Stream, StreamExt, TryStreamExt};
use job_queue::NewMessage;
use lake::{Journal, JournalError, Partition, hex};
use lake_store::Store;
use monthly_aggregator::{DaysThere, plan};
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

/// The messages of the months that the day of the job completes or changes: its own month, the months of every event day in any part
/// that its journal ever named, and the requested month. A month in progress is sent on only if it is requested.
pub(crate) async fn months_to_send(
    lake: &Arc<dyn Store>,
    job: DailyJob,
    today: Day,
) -> Result<Vec<NewMessage>, MonthError> {
    let mut months: BTreeSet<Month> = [job.day.month()].into();
    for table in Table::ALL {
        let daily = Journal::new(lake.clone(), Partition::day(table, job.day)).read_outline().await?;
        months.extend(daily.event_months);
    }
    months.retain(|month| *month < today.month());
    months.extend(job.month.map(|requested| requested.month));
    let mut messages = Vec::new();
    for month in months {
        let requested = job.month.filter(|requested| requested.month == month);
        let monthly = requested.unwrap_or_else(|| MonthlyJob::new(month));
        if let Some(id) = work_to_do(lake, monthly, job.day, requested.map(|_| today)).await? {
            let body = serde_json::to_string(&monthly)?;
            let id = hex(&Sha256::new().chain_update(&body).chain_update(id).finalize());
            messages.push(NewMessage { body, group: month.to_string(), id });
        }
    }
    Ok(messages)
}

/// A digest of what the tables of a month would be written from; `None` if they are up to date, or if the month waits for a day. Of
/// the days after a requested month, its first writing waits for those that are over, that is before `today`.
async fn work_to_do(
    lake: &Arc<dyn Store>,
    job: MonthlyJob,
    own: Day,
    today: Option<Day>,
) -> Result<Option<Vec<u8>>, MonthError> {
    let month = job.month;
    // most jobs of a request end here: other days of the month are missing
    if own.month() == month && !job.allow_gaps && !all_there(lake, month.days().collect()).await? {
        return Ok(None);
    }
    let (days_there, mut digest) = (DaysThere::default(), Sha256::new());
    let (mut is_done, mut is_written) = (true, false);
    for table in Table::ALL {
        let plan = plan(lake, &days_there, table, month).await?;
        let state = Journal::new(lake.clone(), Partition::month(table, month)).read_outline().await?;
        if plan.waits_for_days(month, job.allow_gaps) {
            return Ok(None);
        }
        is_written |= state.commits > 0;
        is_done &= plan.is_nothing(&state) || plan.is_done(&state);
        digest.update(serde_json::to_vec(&(&plan.inputs, &plan.source))?);
    }
    if is_done {
        return Ok(None);
    }
    if let Some(today) = today.filter(|_| !is_written && !job.allow_gaps) {
        let over = days_after(month).filter(|day| *day < today).collect();
        if !all_there(lake, over).await? {
            return Ok(None);
        }
    }
    Ok(Some(digest.finalize().to_vec()))
}

/// Whether the main table has all of these days. Starts to read no further journal once one is missing.
async fn all_there(lake: &Arc<dyn Store>, days: Vec<Day>) -> Result<bool, JournalError> {
    let mut states = states_of(lake, days);
    while let Some(is_there) = states.try_next().await? {
        if !is_there {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether each day of the main table is there, a few read at once.
fn states_of(
    lake: &Arc<dyn Store>,
    days: Vec<Day>,
) -> impl Stream<Item = Result<bool, JournalError>> + Unpin {
    let lake = lake.clone();
    let read = move |day| {
        let journal = Journal::new(lake.clone(), Partition::day(Table::CloudTrail, day));
        async move { Ok(journal.read_outline().await?.is_there()) }
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
