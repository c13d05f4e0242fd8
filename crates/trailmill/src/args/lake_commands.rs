//! The options of the commands that work on a lake.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use cloudtrail_model::{Month, Table};

use super::days::DayArguments;
use super::places::{LakeArguments, SourceArguments, SourceBucketArguments, WrittenLakeArguments, place};
use super::proof::{ProofArguments, VerifyProofArguments};
use super::tuning::{ParquetArguments, TuningArguments};
use crate::places::Place;

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
    pub(crate) proof: ProofArguments,
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
    /// Look at every day of the source. Without it, once the lake has older days, only at the last 35 days and at incomplete or missing
    /// ones.
    #[arg(long, conflicts_with_all = ["day", "from", "to"])]
    pub(crate) all: bool,
    /// Write the Parquet of months with missing days too.
    #[arg(long)]
    pub(crate) allow_gaps: bool,
    /// Days in progress at once.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) days_at_once: u16,
    #[command(flatten)]
    pub(crate) proof: ProofArguments,
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

/// `trailmill doctor`
#[derive(Debug, Args)]
pub(crate) struct DoctorArguments {
    /// Where the log files are, s3://BUCKET/PREFIX or a folder.
    #[arg(value_name = "PLACE", value_parser = place())]
    pub(crate) source: Place,
    #[command(flatten)]
    pub(crate) bucket: SourceBucketArguments,
}

/// `trailmill verify`
#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    #[command(flatten)]
    pub(crate) lake: LakeArguments,
    #[command(flatten)]
    pub(crate) days: DayArguments,
    #[command(flatten)]
    pub(crate) proof: VerifyProofArguments,
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

/// A table by its name.
fn table(name: &str) -> Result<Table, String> {
    Table::ALL.into_iter().find(|table| table.as_str() == name).ok_or_else(|| {
        let names = Table::ALL.map(Table::as_str).join(", ");
        format!("there is no such table: it is one of {names}")
    })
}
