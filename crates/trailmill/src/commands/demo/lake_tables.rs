//! The tables of a lake by its journals: a row for each, and what is quarantined.

use std::collections::BTreeSet;
use std::sync::Arc;

use cloudtrail_model::{Month, Table};
use daily_aggregator::LeftOutFile;
use lake::{Journal, Partition, PartitionSpan};
use lake_store::Store;
use serde::Serialize;

use crate::args::DayArguments;
use crate::commands::verify::{daily_partitions, monthly_partitions};
use crate::terminal::numbers::{bytes, count, counted};
use crate::terminal::printable::printable_within;
use crate::views::calendar::DayStatus;

/// Characters of a quarantined log file's key, or of the reason, that are shown.
const MAX_SHOWN: usize = 200;

/// What the journals say of one table, over all its days and months.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct TableFigures {
    /// The table.
    pub(super) table: Table,
    /// Delivery days that have a commit.
    pub(super) days: u64,
    /// Log files accounted for, quarantined ones too.
    pub(super) log_files: u64,
    /// Records in the daily parts.
    pub(super) records: u64,
    /// Records dropped as duplicates by the daily stage.
    pub(super) duplicates: u64,
    /// Bytes of the daily parts.
    pub(super) daily_bytes: u64,
    /// Rows of the Parquet.
    pub(super) parquet_rows: u64,
    /// Bytes of the Parquet.
    pub(super) parquet_bytes: u64,
}

/// The tables of a lake.
#[derive(Debug, Default, Serialize)]
pub(super) struct LakeTables {
    /// Those that have log files.
    pub(super) tables: Vec<TableFigures>,
    /// Quarantined log files of all tables.
    pub(super) quarantined: u64,
    /// The first of them.
    pub(super) quarantined_example: Option<LeftOutFile>,
    /// Records dropped by the monthly stage, as duplicates of ones delivered on another day.
    pub(super) monthly_duplicates: u64,
    /// Months that some of the records may be of, and that have no Parquet, since they have missing days.
    pub(super) months_without_parquet: BTreeSet<Month>,
}

impl LakeTables {
    /// Reads the journals of a lake.
    ///
    /// # Errors
    /// Where a journal cannot be listed or read.
    pub(super) async fn read(lake: &Arc<dyn Store>) -> anyhow::Result<Self> {
        let mut found = LakeTables::default();
        let all_days = DayArguments::default().range();
        for (table, day) in daily_partitions(&**lake, &all_days).await? {
            let state = Journal::new(lake.clone(), Partition::day(table, day)).read().await?;
            found.months_without_parquet.extend(state.event_months.iter().copied());
            let day = DayStatus::new(&state, None);
            let figures = found.of_table(table);
            figures.days += u64::from(day.commits > 0);
            figures.log_files += day.files;
            figures.records += day.records;
            figures.duplicates += day.duplicates;
            figures.daily_bytes += day.bytes_after;
            found.quarantined += day.quarantined;
            let first = day.quarantined_files.into_iter().next();
            found.quarantined_example = found.quarantined_example.or(first);
        }
        for partition in monthly_partitions(&**lake).await? {
            let state = Journal::new(lake.clone(), partition).read_outline().await?;
            let figures = found.of_table(partition.table);
            figures.parquet_rows += state.parts.values().map(|part| part.records).sum::<u64>();
            figures.parquet_bytes += state.parts.values().map(|part| part.bytes).sum::<u64>();
            found.monthly_duplicates += state.event_days.duplicates();
            if let PartitionSpan::Month(month) = partition.span {
                found.months_without_parquet.remove(&month);
            }
        }
        found.tables.retain(|figures| figures.log_files > 0);
        Ok(found)
    }

    fn of_table(&mut self, table: Table) -> &mut TableFigures {
        let at = self.tables.iter().position(|figures| figures.table == table).unwrap_or_else(|| {
            self.tables.push(TableFigures::of(table));
            self.tables.len() - 1
        });
        &mut self.tables[at]
    }

    /// The table as text, and why the Parquet has fewer rows than there are records, where it has.
    pub(super) fn lines(&self) -> Vec<String> {
        let heads =
            ["table", "days", "log files", "records", "duplicates", "NDJSON", "Parquet rows", "Parquet"];
        let rows = self.tables.iter().map(|figures| row(&figures.cells()));
        let mut lines: Vec<String> = std::iter::once(row(&heads.map(str::to_owned))).chain(rows).collect();
        lines.extend(self.not_in_parquet());
        lines
    }

    fn not_in_parquet(&self) -> Option<String> {
        let sum = |of: fn(&TableFigures) -> u64| self.tables.iter().map(of).sum::<u64>();
        let without = sum(|figures| figures.records).saturating_sub(sum(|figures| figures.parquet_rows));
        let of_incomplete_months = without.saturating_sub(self.monthly_duplicates);
        let mut reasons = Vec::new();
        if of_incomplete_months > 0 {
            let months = self.months_without_parquet.iter().map(Month::to_string).collect::<Vec<_>>();
            let records = counted(of_incomplete_months, "record");
            reasons.push(format!(
                "{records} with an event day in {}, which has missing days",
                months.join(", ")
            ));
        }
        if self.monthly_duplicates > 0 {
            reasons.push(counted(self.monthly_duplicates, "duplicate") + " between days");
        }
        (!reasons.is_empty()).then(|| format!("  not in the Parquet: {}", reasons.join("; ")))
    }

    /// How many log files are quarantined, and one of them with its reason.
    pub(super) fn quarantined_lines(&self) -> Vec<String> {
        let Some(example) = &self.quarantined_example else { return vec!["Quarantined: none".to_owned()] };
        vec![
            format!(
                "Quarantined: {}. Nothing of them is in the lake. The first of them, and why:",
                counted(self.quarantined, "log file")
            ),
            format!("  {}", printable_within(&example.key, MAX_SHOWN)),
            format!("  {}", printable_within(&example.detail, MAX_SHOWN)),
        ]
    }
}

impl TableFigures {
    fn of(table: Table) -> Self {
        TableFigures {
            table,
            days: 0,
            log_files: 0,
            records: 0,
            duplicates: 0,
            daily_bytes: 0,
            parquet_rows: 0,
            parquet_bytes: 0,
        }
    }

    fn cells(&self) -> [String; 8] {
        [
            self.table.to_string(),
            count(self.days),
            count(self.log_files),
            count(self.records),
            count(self.duplicates),
            bytes(self.daily_bytes),
            count(self.parquet_rows),
            bytes(self.parquet_bytes),
        ]
    }
}

fn row([table, days, log_files, records, duplicates, daily, rows, parquet]: &[String; 8]) -> String {
    format!(
        "  {table:<27}  {days:>4}  {log_files:>9}  {records:>9}  {duplicates:>10}  {daily:>8}  {rows:>12}  {parquet:>8}"
    )
}

#[cfg(test)]
#[path = "lake_tables_tests.rs"]
pub(super) mod tests;
