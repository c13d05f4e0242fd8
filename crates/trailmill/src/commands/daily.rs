//! `trailmill daily`: delivery days of a source become partitions of a lake.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cloudtrail_model::{Day, DayRange, Limits, Table, Totals};
use daily_aggregator::{
    Committed, DailyAggregator, DailyError, DayReport, Options, Outcome, Progress, Request, Source,
};
use lake_store::{ErrorKind, StoreError};
use serde::Serialize;

use crate::Ending;
use crate::args::{DailyArguments, DayArguments, TuningArguments};
use crate::console::Console;
use crate::figures::{bytes, count, counted};
use crate::peak_memory::peak_memory_bytes;
use crate::places;
use crate::progress_bar::FollowedRun;
use crate::stamp::STAMP;

/// Everything a run did, over all partitions.
#[derive(Debug, Default)]
pub(crate) struct RunSummary {
    pub(crate) committed: u64,
    up_to_date: u64,
    failed: u64,
    quarantined: u64,
    listed: u64,
    pub(crate) totals: Totals,
    pub(crate) elapsed: Duration,
}

/// Runs the command.
pub(crate) async fn run(arguments: DailyArguments, console: &Console) -> anyhow::Result<Ending> {
    arguments.days.check()?;
    places::refuse_overlap(&arguments.source, &arguments.lake)?;
    let source = places::open_source(&arguments.source).await?;
    let partitions = partitions(&source, arguments.days).await?;
    let lake = places::create_lake(&arguments.lake)?;
    let aggregator = DailyAggregator {
        source,
        lake,
        options: options(arguments.tuning),
        stamp: STAMP,
        progress: Arc::new(Progress::default()),
    };
    let request = Request {
        rebuild: arguments.rebuild,
        drop_missing: arguments.drop_missing,
        retry_quarantined: arguments.retry_quarantined,
    };
    let summary = mill(&aggregator, partitions, request, console).await;
    summary.print(console);
    Ok(summary.ending())
}

/// The partitions to bring up to date, in order.
async fn partitions(source: &Source, days: DayArguments) -> anyhow::Result<BTreeSet<(Day, Table)>> {
    if let Some((first, last)) = days.bounds() {
        let tables = source.tables();
        return Ok(DayRange::new(first, last)
            .flat_map(|day| tables.iter().map(move |table| (day, *table)))
            .collect());
    }
    Ok(source.days().await?.into_iter().filter(|(day, _)| days.contains(*day)).collect())
}

fn options(tuning: TuningArguments) -> Options {
    let default = Options::default();
    Options {
        limits: Limits { max_raw_bytes: tuning.max_file << 20, ..default.limits },
        level: tuning.level,
        threads: tuning.threads.map_or(default.threads, usize::from),
        fetches: usize::from(tuning.fetches),
        ..default
    }
}

/// Brings partitions up to date one after the other, each printed when it is done. A failed one does not hold up the
/// rest, unless the rest must fail for the same reason.
pub(crate) async fn mill(
    aggregator: &DailyAggregator,
    partitions: BTreeSet<(Day, Table)>,
    request: Request,
    console: &Console,
) -> RunSummary {
    let started = Instant::now();
    let followed = FollowedRun::start(console, aggregator.progress.clone());
    let mut summary = RunSummary::default();
    for (day, table) in partitions {
        match aggregator.run(table, day, request).await {
            Ok(report) => {
                summary.add(&report);
                followed.aside(|| print_report(&report, console));
            }
            Err(error) => {
                summary.failed += 1;
                let hopeless = is_hopeless(&error);
                let error = anyhow::Error::from(error).context(format!("{table}_daily {day} failed"));
                followed.aside(|| console.error(&error));
                if hopeless {
                    break;
                }
            }
        }
    }
    summary.elapsed = started.elapsed();
    summary
}

/// Whether every other partition would fail as this one did: no permission, or a store that cannot work.
fn is_hopeless(error: &DailyError) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(store) = error.downcast_ref::<StoreError>() {
            return matches!(store.kind, ErrorKind::Denied | ErrorKind::Permanent);
        }
        cause = error.source();
    }
    false
}

/// A partition as JSON.
#[derive(Debug, Serialize)]
struct PartitionObject<'a> {
    partition: String,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    committed: Option<&'a Committed>,
    quarantined_in_all: u64,
    listed: u64,
    others: u64,
}

/// The whole run as JSON.
#[derive(Debug, Serialize)]
struct SummaryObject {
    summary: Totals,
    committed: u64,
    up_to_date: u64,
    failed: u64,
    quarantined_in_all: u64,
    seconds: f64,
    peak_memory_bytes: Option<u64>,
}

fn print_report(report: &DayReport, console: &Console) {
    let (outcome, committed) = match &report.outcome {
        Outcome::UpToDate { .. } => ("up_to_date", None),
        Outcome::Committed(committed) => ("committed", Some(&**committed)),
        Outcome::Superseded => ("superseded", None),
    };
    console.object(&PartitionObject {
        partition: report.partition.to_string(),
        outcome,
        committed,
        quarantined_in_all: quarantined_in_all(report),
        listed: report.listed,
        others: report.others,
    });
    let partition = report.partition;
    match &report.outcome {
        Outcome::UpToDate { .. } if report.listed == 0 => {}
        Outcome::UpToDate { quarantined } => {
            let quarantined = if *quarantined > 0 {
                format!(", {} quarantined", count(*quarantined))
            } else {
                String::new()
            };
            console
                .line(&format!("{partition}: up to date, {}{quarantined}", counted(report.listed, "file")));
        }
        Outcome::Superseded => {
            console.line(&format!(
                "{partition}: superseded, another run took it over; nothing of this one counts"
            ));
        }
        Outcome::Committed(committed) => print_committed(&partition.to_string(), committed, console),
    }
    if let Some(example) = &report.other_example {
        let others = counted(report.others, "object");
        console.line(&format!("  {others} beside the log files passed over, such as {example}"));
    }
}

fn print_committed(partition: &str, committed: &Committed, console: &Console) {
    let totals = &committed.totals;
    let mut line = format!(
        "{partition}: {}, {} in, {} out, {}, {} -> {} in {}",
        counted(totals.files_in, "file"),
        counted(totals.records_in, "record"),
        count(totals.records_out),
        counted(totals.duplicates, "duplicate"),
        bytes(totals.bytes_in),
        bytes(totals.bytes_out),
        counted(committed.parts.len() as u64, "part"),
    );
    for (number, noun) in [
        (totals.conflicts, "conflict"),
        (committed.retired, "replaced part"),
        (committed.swept, "stray object"),
    ] {
        if number > 0 {
            line.push_str(&format!(", {}", counted(number, noun)));
        }
    }
    console.line(&line);
    for file in &committed.quarantined {
        console.line(&format!("  quarantined {}: {}", file.key, file.detail));
    }
}

fn quarantined_in_all(report: &DayReport) -> u64 {
    match &report.outcome {
        Outcome::UpToDate { quarantined } => *quarantined,
        Outcome::Committed(committed) => committed.quarantined_in_all,
        Outcome::Superseded => 0,
    }
}

impl RunSummary {
    fn add(&mut self, report: &DayReport) {
        self.listed += report.listed;
        self.quarantined += quarantined_in_all(report);
        match &report.outcome {
            Outcome::UpToDate { .. } => self.up_to_date += 1,
            Outcome::Committed(committed) => {
                self.committed += 1;
                self.totals.add(&committed.totals);
            }
            Outcome::Superseded => self.failed += 1,
        }
    }

    pub(crate) fn print(&self, console: &Console) {
        console.object(&SummaryObject {
            summary: self.totals,
            committed: self.committed,
            up_to_date: self.up_to_date,
            failed: self.failed,
            quarantined_in_all: self.quarantined,
            seconds: self.elapsed.as_secs_f64(),
            peak_memory_bytes: peak_memory_bytes(),
        });
        let totals = &self.totals;
        if self.listed == 0 && self.failed == 0 {
            console.line("no log files were delivered on the days asked for; trailmill status shows which days there are");
        } else if self.committed == 0 && self.failed == 0 {
            console.line(&format!("nothing to do: all {} are in the lake", counted(self.listed, "log file")));
        } else {
            console.line(&format!(
                "{} read ({}), {} = {} + {} in {:.1} s",
                counted(totals.files_in, "log file"),
                bytes(totals.bytes_in),
                counted(totals.records_in, "record"),
                count(totals.records_out) + " written",
                counted(totals.duplicates, "duplicate"),
                self.elapsed.as_secs_f64(),
            ));
        }
        if self.quarantined > 0 {
            let files = counted(self.quarantined, "log file");
            console
                .line(&format!("{files} quarantined: nothing of them is in the lake; see the lines above"));
        }
    }

    fn ending(&self) -> Ending {
        match (self.failed, self.quarantined) {
            (0, 0) => Ending::Done,
            (0, _) => Ending::Quarantined,
            _ => Ending::Failed,
        }
    }
}
