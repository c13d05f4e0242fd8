//! The months `trailmill status` prints: a line a month of each table that has Parquet.

use std::sync::Arc;

use cloudtrail_model::{Month, Table};
use lake::{Journal, MonthSource, Partition, PartitionSpan, PartitionState};
use lake_store::Store;
use monthly_aggregator::{DaysThere, day_list, plan};
use serde::Serialize;

use crate::terminal::console::Console;
use crate::terminal::numbers::{bytes, count, counted};

/// A month of one table as JSON.
#[derive(Debug, Serialize)]
struct MonthObject<'a> {
    table: Table,
    month: Month,
    commits: u64,
    committed_at: Option<&'a str>,
    records: u64,
    duplicates: u64,
    other_months: u64,
    bytes_before: u64,
    bytes_after: u64,
    parts: u64,
    /// Whether it is made of what the daily table holds now.
    up_to_date: bool,
    source: Option<&'a MonthSource>,
    unfinished_since: Option<&'a str>,
}

/// Prints the months among some partitions, each held against the daily journals.
pub(crate) async fn print_months(
    lake: &Arc<dyn Store>,
    partitions: Vec<Partition>,
    console: &Console,
) -> anyhow::Result<()> {
    let days_there = DaysThere::default();
    let mut table = None;
    for partition in partitions {
        let PartitionSpan::Month(month) = partition.span else { continue };
        if table != Some(partition.table) {
            table = Some(partition.table);
            console.line(&partition.table_name());
            console.line(&heading());
        }
        let state = Journal::new(lake.clone(), partition).read().await?;
        let up_to_date = plan(lake, &days_there, partition.table, month).await?.is_done(&state);
        print_month(partition.table, month, &state, up_to_date, console);
    }
    Ok(())
}

fn heading() -> String {
    format!(
        "  {:<10}  {:>11}  {:>10}  {:>12}  {:>9}  {:>9}  {:>5}",
        "month", "rows", "duplicates", "other months", "before", "after", "parts"
    )
}

fn print_month(table: Table, month: Month, state: &PartitionState, up_to_date: bool, console: &Console) {
    let object = MonthObject {
        table,
        month,
        commits: state.commits,
        committed_at: state.committed_at.as_deref(),
        records: state.parts.values().map(|part| part.records).sum(),
        duplicates: state.totals.duplicates,
        other_months: state.totals.other_months,
        bytes_before: state.totals.bytes_in,
        bytes_after: state.parts.values().map(|part| part.bytes).sum(),
        parts: state.parts.len() as u64,
        up_to_date,
        source: state.month.as_ref(),
        unfinished_since: state.open_claim.as_ref().map(|claim| claim.time.as_str()),
    };
    console.object(&object);
    let row = format!(
        "  {:<10}  {:>11}  {:>10}  {:>12}  {:>9}  {:>9}  {:>5}  {}",
        month.to_string(),
        count(object.records),
        count(object.duplicates),
        count(object.other_months),
        bytes(object.bytes_before),
        bytes(object.bytes_after),
        object.parts,
        remarks(&object),
    );
    console.line(row.trim_end());
}

/// What a person should look at, in words.
fn remarks(month: &MonthObject<'_>) -> String {
    let mut remarks = Vec::new();
    if month.commits == 0 {
        remarks.push("not in the lake".to_owned());
    } else if !month.up_to_date {
        remarks.push("its days have changed since: run trailmill monthly".to_owned());
    }
    if let Some(source) = month.source.filter(|source| !source.missing_days.is_empty()) {
        let days = counted(source.missing_days.len() as u64, "day");
        remarks.push(format!("without {days}: {}", day_list(&source.missing_days)));
    }
    if let Some(source) = month.source.filter(|source| !source.days_without_log_files.is_empty()) {
        remarks.push(format!("no log file on {}", day_list(&source.days_without_log_files)));
    }
    if let Some(since) = month.unfinished_since {
        remarks.push(format!("unfinished attempt of {since}"));
    }
    remarks.join(", ")
}

#[cfg(test)]
#[path = "months_tests.rs"]
mod tests;
