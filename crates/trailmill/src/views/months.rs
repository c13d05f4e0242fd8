//! The months `trailmill status` prints: a line for each month of each table that has Parquet, or that
//! days of other months hold events of.

use std::collections::BTreeSet;
use std::sync::Arc;

use cloudtrail_model::{Day, Month, Table};
use lake::{Journal, MonthSource, Partition, PartitionState};
use lake_store::Store;
use monthly_aggregator::{DaysThere, MonthPlan, day_list, plan};
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
    bytes: u64,
    parts: u64,
    /// `complete`, `pending` or `missing_days`.
    state: &'static str,
    /// Event days that are not written yet, or were written before the daily parts that hold them now.
    pending_days: &'a [Day],
    source: Option<&'a MonthSource>,
    unfinished_since: Option<&'a str>,
}

/// Prints some months, each compared with the daily journals.
pub(crate) async fn print_months(
    lake: &Arc<dyn Store>,
    months: BTreeSet<(Table, Month)>,
    console: &Console,
) -> anyhow::Result<()> {
    let days_there = DaysThere::default();
    let mut heading_of = None;
    for (table, month) in months {
        let partition = Partition::month(table, month);
        if heading_of.replace(table) != Some(table) {
            console.line(&partition.table_name());
            console.line(&heading());
        }
        let state = Journal::new(lake.clone(), partition).read_outline().await?;
        let plan = plan(lake, &days_there, table, month).await?;
        print_month(table, month, &state, &plan, console);
    }
    Ok(())
}

fn heading() -> String {
    format!(
        "  {:<10}  {:>11}  {:>10}  {:>9}  {:>5}  {}",
        "month", "rows", "duplicates", "size", "parts", "state"
    )
}

fn print_month(table: Table, month: Month, state: &PartitionState, plan: &MonthPlan, console: &Console) {
    let pending_days = plan.changed_days(state);
    let object = MonthObject {
        table,
        month,
        commits: state.commits,
        committed_at: state.committed_at.as_deref(),
        records: state.parts.values().map(|part| part.records).sum(),
        duplicates: state.event_days.duplicates(),
        bytes: state.parts.values().map(|part| part.bytes).sum(),
        parts: state.parts.len() as u64,
        state: month_state(state, plan),
        pending_days: &pending_days,
        source: state.month.as_ref(),
        unfinished_since: state.open_claim.as_ref().map(|claim| claim.time.as_str()),
    };
    console.object(&object);
    let row = format!(
        "  {:<10}  {:>11}  {:>10}  {:>9}  {:>5}  {}",
        month.to_string(),
        count(object.records),
        count(object.duplicates),
        bytes(object.bytes),
        object.parts,
        remarks(&object),
    );
    console.line(row.trim_end());
}

/// Whether the Parquet of a month contains what the daily table holds of it now.
fn month_state(state: &PartitionState, plan: &MonthPlan) -> &'static str {
    if !plan.is_done(state) {
        "pending"
    } else if plan.source.missing_days.is_empty() {
        "complete"
    } else {
        "missing_days"
    }
}

/// The state in words, and what a person should look at.
fn remarks(month: &MonthObject<'_>) -> String {
    let mut remarks = Vec::new();
    match month.state {
        "complete" => remarks.push("complete".to_owned()),
        "pending" if month.commits == 0 => remarks.push("pending: not written yet".to_owned()),
        "pending" if month.pending_days.is_empty() => {
            remarks.push("pending: its delivery days have changed; run trailmill monthly".to_owned());
        }
        "pending" => {
            let days = day_list(month.pending_days);
            remarks.push(format!("pending: event days {days}; run trailmill monthly"));
        }
        _ => {}
    }
    if let Some(source) = month.source.filter(|source| !source.missing_days.is_empty()) {
        let days = counted(source.missing_days.len() as u64, "day");
        remarks.push(format!("without {days}: {}", day_list(&source.missing_days)));
    }
    if let Some(source) = month.source.filter(|source| !source.days_without_log_files.is_empty()) {
        remarks.push(format!("no log file on {}", day_list(&source.days_without_log_files)));
    }
    if let Some(source) = month.source.filter(|source| source.unreadable > 0) {
        remarks.push(format!("{} unreadable", counted(source.unreadable, "log file")));
    }
    if let Some(since) = month.unfinished_since {
        remarks.push(format!("unfinished attempt of {since}"));
    }
    remarks.join(", ")
}

#[cfg(test)]
#[path = "months_tests.rs"]
mod tests;
