//! `trailmill monthly`: a month of the daily tables becomes Parquet.

use std::collections::BTreeSet;
use std::sync::Arc;

use cloudtrail_model::{Day, Month, Table};
use futures::StreamExt;
use lake::{Committed, MonthSource, Outcome};
use monthly_aggregator::{
    DaysThere, MonthReport, MonthlyAggregator, MonthlyError, Options, Request, day_list,
};
use serde::Serialize;

use crate::args::{MonthlyArguments, ParquetArguments};
use crate::stamp::STAMP;
use crate::terminal::console::Console;
use crate::terminal::numbers::{bytes, count, counted};
use crate::terminal::progress_bar::FollowedRun;
use crate::views::run::print_foreign;
use crate::{Ending, places};

/// What a run did, over all tables and months.
#[derive(Debug, Default)]
pub(crate) struct MonthsSummary {
    /// Partitions that hold something, or would.
    pub(crate) found: u64,
    pub(crate) failed: u64,
    /// Rows of the months that were committed.
    pub(crate) rows: u64,
    /// Log files of the days that are quarantined or unreadable.
    left_out: u64,
    /// Days that were said to be missing.
    said_missing: BTreeSet<(Month, Vec<Day>)>,
}

/// Runs the command.
pub(crate) async fn run(arguments: MonthlyArguments, console: &Console) -> anyhow::Result<Ending> {
    let lake = places::open_written_lake(&arguments.lake).await?;
    let options = options(arguments.parquet, arguments.threads);
    let (progress, days_there) = (Arc::default(), DaysThere::default());
    let aggregator = MonthlyAggregator { lake, options, stamp: STAMP, progress, days_there };
    let followed = FollowedRun::of_months(console, aggregator.progress.clone());
    let request = Request { allow_gaps: arguments.allow_gaps, rebuild: arguments.rebuild, until: None };
    let tables = arguments.table.map_or(Table::ALL.to_vec(), |table| vec![table]);
    let mut summary = MonthsSummary::default();
    let mut runs = aggregator.run_tables(tables, arguments.month, request);
    while let Some((table, run)) = runs.next().await {
        followed.aside(|| summary.add(table, arguments.month, run, console));
    }
    drop(runs);
    drop(followed);
    if summary.found == 0 {
        anyhow::bail!(
            "nothing of {} is in the daily tables of {}; run `trailmill daily` for its days first",
            arguments.month,
            arguments.lake.place.lake
        );
    }
    Ok(summary.ending())
}

pub(crate) fn options(parquet: ParquetArguments, threads: Option<u16>) -> Options {
    let default = Options::default();
    Options {
        part_bytes: u64::from(parquet.part_size) << 20,
        part_rows: parquet.part_rows.unwrap_or(default.part_rows),
        row_group_raw_bytes: usize::from(parquet.row_group) << 20,
        level: parquet.zstd_level,
        threads: threads.map_or(default.threads, usize::from),
        ..default
    }
}

/// A month as JSON.
#[derive(Debug, Serialize)]
struct MonthObject<'a> {
    partition: String,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    committed: Option<&'a Committed>,
    source: &'a MonthSource,
    /// Objects in the partition that are not parts of the lake, left alone.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    foreign: &'a [String],
}

impl MonthsSummary {
    /// Prints how the run at one month of one table ended, and counts it.
    pub(crate) fn add(
        &mut self,
        table: Table,
        month: Month,
        run: Result<MonthReport, MonthlyError>,
        console: &Console,
    ) {
        match run {
            Ok(report) => {
                let empty = matches!(report.outcome, Outcome::Empty);
                self.found += u64::from(!empty);
                self.failed += u64::from(report.outcome.is_superseded());
                self.left_out += report.source.daily.files_quarantined + report.source.unreadable;
                if let Some(committed) = report.outcome.committed() {
                    self.rows += committed.totals.records_out;
                }
                if !empty {
                    print(&report, console);
                }
            }
            // the day of a table counts with that of the main one, so that one line says it of all
            Err(MonthlyError::MissingDays { days, .. }) if !self.is_news(month, &days) => self.failed += 1,
            Err(error) => {
                self.found += 1;
                self.failed += 1;
                console.error(&anyhow::Error::from(error).context(format!("{table}_monthly {month} failed")));
            }
        }
    }

    /// Whether these missing days of a month were not printed before.
    fn is_news(&mut self, month: Month, missing: &[Day]) -> bool {
        self.said_missing.insert((month, missing.to_vec()))
    }

    pub(crate) fn ending(&self) -> Ending {
        match (self.failed, self.left_out) {
            (0, 0) => Ending::Done,
            (0, _) => Ending::LeftOut,
            _ => Ending::Failed,
        }
    }
}

fn print(report: &MonthReport, console: &Console) {
    let (partition, source) = (report.partition, &report.source);
    console.object(&MonthObject {
        partition: partition.to_string(),
        outcome: report.outcome.name(),
        committed: report.outcome.committed(),
        source,
        foreign: &report.foreign,
    });
    match &report.outcome {
        Outcome::Empty => {}
        Outcome::UpToDate => console.line(&format!("{partition}: up to date")),
        Outcome::Superseded { .. } => console.error(&anyhow::anyhow!(
            "{partition} was superseded by a concurrent run: nothing of this attempt counts; run it again if the other one failed"
        )),
        Outcome::Committed(committed) if committed.only_swept() => {
            let swept = counted(committed.swept, "deleted orphan");
            console.line(&format!("{partition}: up to date, {swept}"));
        }
        Outcome::Committed(committed) => console.line(&reconciliation(&partition.to_string(), committed)),
    }
    let daily = &source.daily;
    if daily.files_quarantined > 0 {
        let files = counted(daily.files_quarantined, "log file");
        console.line(&format!(
            "  {files} of its days quarantined: nothing of them is in it; see trailmill status"
        ));
    }
    if source.unreadable > 0 {
        let files = counted(source.unreadable, "log file");
        console.line(&format!(
            "  {files} of its days unreadable: nothing of them is in it; see trailmill status"
        ));
    }
    if !source.missing_days.is_empty() {
        console.line(&format!("  without {}: not in the daily table", day_list(&source.missing_days)));
    }
    if !source.days_without_log_files.is_empty() {
        let days = day_list(&source.days_without_log_files);
        console.line(&format!("  no log file was delivered on {days}"));
    }
    print_foreign(&report.foreign, console);
}

/// Rows from the daily parts to the Parquet: the numbers add up.
fn reconciliation(partition: &str, committed: &Committed) -> String {
    let totals = &committed.totals;
    let mut line = format!(
        "{partition}: {} in {}",
        counted(totals.records_in, "record"),
        counted(totals.files_in, "daily part"),
    );
    if totals.other_slices > 0 {
        line.push_str(&format!(" - {} of other event days", count(totals.other_slices)));
    }
    line.push_str(&format!(
        " - {} = {}, {} -> {} in {}",
        counted(totals.duplicates, "duplicate"),
        counted(totals.records_out, "row"),
        bytes(totals.bytes_in),
        bytes(totals.bytes_out),
        counted(committed.parts.len() as u64, "part"),
    ));
    for (number, noun) in [
        (totals.conflicts, "conflict"),
        (committed.retired, "replaced part"),
        (committed.swept, "deleted orphan"),
    ] {
        if number > 0 {
            line.push_str(&format!(", {}", counted(number, noun)));
        }
    }
    line
}
