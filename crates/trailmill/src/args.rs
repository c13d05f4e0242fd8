//! The command line.

use std::fmt;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use cloudtrail_model::{Day, Month, Table};

use crate::place::Place;
use crate::queue_args::{RedriveArguments, SubmitArguments, WorkerArguments};

/// Turns raw CloudTrail logs into a lake people can query.
#[derive(Debug, Parser)]
#[command(name = "trailmill", version, about, max_term_width = 110, subcommand_required = true)]
#[command(after_help = "Exit status: 0 done; 1 failed; 2 committed, but log files are quarantined.")]
pub(crate) struct Arguments {
    /// Print JSON, a line an object, instead of text.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Do it all: delivery days into gzipped NDJSON, then each complete month into Parquet.
    Run(RunArguments),
    /// Turn delivery days of log files into gzipped NDJSON. Run it again at any time: only what is new is read.
    Daily(DailyArguments),
    /// Turn a month of the daily tables into Parquet. Run it again at any time: unchanged days write nothing.
    Monthly(MonthlyArguments),
    /// Print the Parquet of a month as NDJSON: each line equal, as JSON, to the record CloudTrail delivered.
    Export(ExportArguments),
    /// Show what the lake holds, day by day, and what it lacks.
    Status(StatusArguments),
    /// Read every part again and hold it against the journal.
    Verify(VerifyArguments),
    /// Make a plausible organisation's month of logs, mill it, and show how to query it.
    Demo(DemoArguments),
    /// Ask the deployed functions, or workers, for days or a month.
    Submit(SubmitArguments),
    /// Do what the Lambda functions do in one process, which polls their queues; for ECS, Kubernetes or a server.
    Worker(WorkerArguments),
    /// Send failed messages back to the queue they came from.
    Redrive(RedriveArguments),
    /// Print the statements that make a monthly table readable in Athena, DuckDB or Spark, or the docs of its columns.
    Ddl(DdlArguments),
    /// Print docs/guide/cli.md.
    #[command(hide = true)]
    CliReference,
}

/// Which days.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct DayArguments {
    /// One delivery day, as 2026-11-22.
    #[arg(long, value_name = "DAY", conflicts_with_all = ["from", "to"])]
    pub(crate) day: Option<Day>,
    /// The first delivery day.
    #[arg(long, value_name = "DAY")]
    pub(crate) from: Option<Day>,
    /// The last delivery day.
    #[arg(long, value_name = "DAY")]
    pub(crate) to: Option<Day>,
}

/// Where log files come from.
#[derive(Debug, Clone, Args)]
pub(crate) struct SourceArguments {
    /// Where the log files are, s3://BUCKET/PREFIX or a folder: what holds AWSLogs, anything below it, or loose log files.
    #[arg(long, value_name = "PLACE", value_parser = place())]
    pub(crate) source: Place,
    #[command(flatten)]
    pub(crate) bucket: SourceBucketArguments,
}

/// How a source in S3 is asked.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct SourceBucketArguments {
    /// Pay for the requests to the source's bucket.
    #[arg(long)]
    pub(crate) requester_pays: bool,
    /// The account that must own the source's bucket; S3 refuses any other's.
    #[arg(long, value_name = "ACCOUNT", value_parser = account)]
    pub(crate) source_owner: Option<String>,
}

/// Where the lake is.
#[derive(Debug, Clone, Args)]
pub(crate) struct LakeArguments {
    /// Where the lake is: s3://BUCKET/PREFIX, or a folder.
    #[arg(long, value_name = "PLACE", value_parser = place())]
    pub(crate) lake: Place,
    /// The account that must own the lake's bucket; S3 refuses any other's.
    #[arg(long, value_name = "ACCOUNT", value_parser = account)]
    pub(crate) lake_owner: Option<String>,
}

/// Where the lake is, for what writes to it.
#[derive(Debug, Clone, Args)]
pub(crate) struct WrittenLakeArguments {
    #[command(flatten)]
    pub(crate) place: LakeArguments,
    /// The KMS key, by ARN or id, that new objects in S3 are encrypted with; the bucket's default by itself.
    #[arg(long, value_name = "KEY")]
    pub(crate) kms_key: Option<String>,
}

/// `trailmill daily`
#[derive(Debug, Args)]
pub(crate) struct DailyArguments {
    #[command(flatten)]
    pub(crate) source: SourceArguments,
    #[command(flatten)]
    pub(crate) lake: WrittenLakeArguments,
    #[command(flatten)]
    pub(crate) days: DayArguments,
    /// Read every log file of these days again and replace their parts.
    #[arg(long)]
    pub(crate) rebuild: bool,
    /// With --rebuild: drop the events of log files that are no longer in the source.
    #[arg(long, requires = "rebuild")]
    pub(crate) drop_missing: bool,
    /// Try quarantined log files again although they have not changed.
    #[arg(long)]
    pub(crate) retry_quarantined: bool,
    #[command(flatten)]
    pub(crate) tuning: TuningArguments,
}

/// `trailmill run`
#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    #[command(flatten)]
    pub(crate) source: SourceArguments,
    #[command(flatten)]
    pub(crate) lake: WrittenLakeArguments,
    #[command(flatten)]
    pub(crate) days: DayArguments,
    /// Write the Parquet of months with missing days too.
    #[arg(long)]
    pub(crate) allow_gaps: bool,
    /// Days in progress at once.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) days_at_once: u16,
    #[command(flatten)]
    pub(crate) tuning: TuningArguments,
    #[command(flatten)]
    pub(crate) parquet: ParquetArguments,
}

/// `trailmill monthly`
#[derive(Debug, Args)]
pub(crate) struct MonthlyArguments {
    #[command(flatten)]
    pub(crate) lake: WrittenLakeArguments,
    /// The month, as 2026-11.
    #[arg(long, value_name = "MONTH")]
    pub(crate) month: Month,
    /// One table alone; all by default.
    #[arg(long, value_name = "TABLE", value_parser = table)]
    pub(crate) table: Option<Table>,
    /// Go on although days of the month are missing.
    #[arg(long)]
    pub(crate) allow_gaps: bool,
    /// Write the month again although nothing has changed.
    #[arg(long)]
    pub(crate) rebuild: bool,
    /// Threads that flatten and encode; as many as there are cores by default.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    #[command(flatten)]
    pub(crate) parquet: ParquetArguments,
}

/// How Parquet is written.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct ParquetArguments {
    /// MiB after which a Parquet file is full.
    #[arg(long, value_name = "MIB", default_value_t = 192, value_parser = clap::value_parser!(u32).range(1..=65536))]
    pub(crate) part_size: u32,
    /// Rows after which a Parquet file is full; no bound by default.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) part_rows: Option<u64>,
    /// MiB of text in a row group; memory is a small multiple of it.
    #[arg(long, value_name = "MIB", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub(crate) row_group: u16,
    /// zstd level of the Parquet.
    #[arg(long, value_name = "1-22", default_value_t = 3, value_parser = clap::value_parser!(i32).range(1..=22))]
    pub(crate) zstd_level: i32,
}

/// `trailmill export`
#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    #[command(flatten)]
    pub(crate) lake: LakeArguments,
    /// The month, as 2026-11.
    #[arg(long, value_name = "MONTH")]
    pub(crate) month: Month,
    /// Which table.
    #[arg(long, value_name = "TABLE", default_value = "cloudtrail", value_parser = table)]
    pub(crate) table: Table,
    /// The file to write, which must not be there yet; standard output by default.
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// Settings that change how the work is done, not what comes out.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct TuningArguments {
    /// How hard parts are compressed, as with gzip: 1 is fastest, 9 smallest.
    #[arg(long, value_name = "1-9", default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=9))]
    pub(crate) level: u32,
    /// Threads that decode and compress; as many as there are cores by default.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Log files fetched at once.
    #[arg(long, value_name = "N", default_value_t = 128, value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub(crate) fetches: u16,
    /// MiB that a log file may have after decompression; larger ones are quarantined.
    #[arg(long, value_name = "MIB", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=4095))]
    pub(crate) max_file: u32,
}

/// `trailmill status`
#[derive(Debug, Args)]
pub(crate) struct StatusArguments {
    #[command(flatten)]
    pub(crate) lake: LakeArguments,
    /// Where the log files are, to see which days have new ones.
    #[arg(long, value_name = "PLACE", value_parser = place())]
    pub(crate) source: Option<Place>,
    #[command(flatten)]
    pub(crate) bucket: SourceBucketArguments,
    #[command(flatten)]
    pub(crate) days: DayArguments,
}

/// `trailmill verify`
#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    #[command(flatten)]
    pub(crate) lake: LakeArguments,
    #[command(flatten)]
    pub(crate) days: DayArguments,
}

/// `trailmill demo`
#[derive(Debug, Args)]
pub(crate) struct DemoArguments {
    /// The folder to work in; must be empty or new.
    #[arg(long, value_name = "DIR", default_value = "trailmill-demo")]
    pub(crate) dir: PathBuf,
    /// Days to make, from the first of the month on.
    #[arg(long, value_name = "N", default_value_t = 31, value_parser = clap::value_parser!(u16).range(1..=31))]
    pub(crate) days: u16,
    /// Another seed makes another organisation.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
}

/// `trailmill ddl`
#[derive(Debug, Args)]
pub(crate) struct DdlArguments {
    /// What to print.
    #[arg(value_enum, value_name = "FORMAT")]
    pub(crate) format: DdlFormat,
    /// Where the lake is: s3://BUCKET/PREFIX, or a folder.
    #[arg(long, value_name = "PLACE", default_value = "s3://my-lake")]
    pub(crate) location: String,
    /// cloudtrail, cloudtrail_network_activity, cloudtrail_insight or cloudtrail_aggregated.
    #[arg(long, value_name = "TABLE", default_value = "cloudtrail", value_parser = table)]
    pub(crate) table: Table,
}

/// What `trailmill ddl` prints.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum DdlFormat {
    /// Amazon Athena.
    Athena,
    /// DuckDB.
    Duckdb,
    /// Apache Spark.
    Spark,
    /// The docs of the columns of every table.
    Markdown,
}

fn place() -> impl TypedValueParser<Value = Place> {
    OsStringValueParser::new().try_map(Place::try_from)
}

/// The id of an account.
fn account(id: &str) -> Result<String, &'static str> {
    if id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(id.to_owned())
    } else {
        Err("an account is twelve digits")
    }
}

/// A table by its name.
fn table(name: &str) -> Result<Table, String> {
    Table::ALL.into_iter().find(|table| table.as_str() == name).ok_or_else(|| {
        let names = Table::ALL.map(Table::as_str).join(", ");
        format!("there is no such table: it is one of {names}")
    })
}

impl DayArguments {
    /// Refuses an empty range.
    pub(crate) fn check(self) -> anyhow::Result<()> {
        match (self.from, self.to) {
            (Some(from), Some(to)) if to < from => {
                anyhow::bail!("--to {to} is before --from {from}: there is no day between them")
            }
            _ => Ok(()),
        }
    }

    /// Whether only some days are asked for.
    pub(crate) fn are_named(self) -> bool {
        self.day.or(self.from).or(self.to).is_some()
    }

    /// The days asked for.
    pub(crate) fn range(self) -> RangeInclusive<Day> {
        let first = self.day.or(self.from).unwrap_or(Day::FIRST);
        first..=self.day.or(self.to).unwrap_or(Day::LAST)
    }
}

/// ` of 2026-11-22`, ` from 2026-11-22 on` …; nothing where every day is asked for.
impl fmt::Display for DayArguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.day, self.from, self.to) {
            (Some(day), _, _) => write!(f, " of {day}"),
            (None, Some(from), Some(to)) => write!(f, " from {from} to {to}"),
            (None, Some(from), None) => write!(f, " from {from} on"),
            (None, None, Some(to)) => write!(f, " up to {to}"),
            (None, None, None) => Ok(()),
        }
    }
}
