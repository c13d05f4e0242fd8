//! The options of the commands that work with queues.

use clap::{ArgGroup, Args};
use cloudtrail_model::{Day, Month};
use stage_jobs::MeantToBeSilent;

use super::places::{SourceArguments, SourceBucketArguments, WrittenLakeArguments, place};
use super::proof::ProofArguments;
use super::tuning::{ParquetArguments, TuningArguments};
use crate::places::Place;

/// `trailmill submit`
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("wanted").args(["day", "from", "month"]).required(true))]
pub(crate) struct SubmitArguments {
    /// The URL of the queue of requests.
    #[arg(long, value_name = "URL")]
    pub(crate) queue: String,
    /// One delivery day, as 2026-11-22.
    #[arg(long, value_name = "DAY")]
    pub(crate) day: Option<Day>,
    /// The first delivery day.
    #[arg(long, value_name = "DAY", requires = "to")]
    pub(crate) from: Option<Day>,
    /// The last delivery day.
    #[arg(long, value_name = "DAY", requires = "from")]
    pub(crate) to: Option<Day>,
    /// Every day of a month, as 2026-11, and then its Parquet.
    #[arg(long, value_name = "MONTH")]
    pub(crate) month: Option<Month>,
    /// Read every log file of the days again and replace their parts. Their months follow.
    #[arg(long)]
    pub(crate) rebuild: bool,
    /// Try quarantined log files again although they have not changed.
    #[arg(long)]
    pub(crate) retry_quarantined: bool,
    /// Write the Parquet of a month with missing days too.
    #[arg(long, requires = "month")]
    pub(crate) allow_gaps: bool,
    /// Ask for more than 400 days.
    #[arg(long, requires = "from")]
    pub(crate) force: bool,
    /// Where the log files are: then no day before the first log file is asked for, and the price is exact.
    #[arg(long, value_name = "PLACE", value_parser = place())]
    pub(crate) source: Option<Place>,
    #[command(flatten)]
    pub(crate) bucket: SourceBucketArguments,
}

/// `trailmill worker`
#[derive(Debug, Args)]
pub(crate) struct WorkerArguments {
    #[command(flatten)]
    pub(crate) source: SourceArguments,
    #[command(flatten)]
    pub(crate) lake: WrittenLakeArguments,
    /// The URL of the queue of requests; without it no requests are taken.
    #[arg(long, value_name = "URL")]
    pub(crate) requests: Option<String>,
    /// The URL of the queue of daily jobs.
    #[arg(long, value_name = "URL")]
    pub(crate) daily_jobs: String,
    /// The URL of the queue of monthly jobs; without it no Parquet is made.
    #[arg(long, value_name = "URL")]
    pub(crate) monthly_jobs: Option<String>,
    /// Days before yesterday that a schedule's tick asks for too, for log files that came late.
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) late_days: u16,
    /// Accounts, or regions of accounts, that are meant to deliver nothing, as 111122223333,444455556666/eu-west-1.
    #[arg(long, value_name = "ACCOUNTS")]
    pub(crate) silent_accounts: Option<MeantToBeSilent>,
    /// Days in progress at once.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) days_at_once: u16,
    /// Seconds that a message is hidden from other workers; prolonged as long as it is worked on.
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u16).range(10..=43200))]
    pub(crate) hidden: u16,
    /// Seconds to finish the work in progress after SIGTERM or SIGINT; other workers do what is not done by then.
    #[arg(long, value_name = "SECONDS", default_value_t = 25)]
    pub(crate) drain: u16,
    /// The name of this installation in logs and metrics.
    #[arg(long, value_name = "NAME", default_value = "trailmill")]
    pub(crate) stack: String,
    #[command(flatten)]
    pub(crate) proof: ProofArguments,
    #[command(flatten)]
    pub(crate) tuning: TuningArguments,
    #[command(flatten)]
    pub(crate) parquet: ParquetArguments,
}

/// `trailmill redrive`
#[derive(Debug, Args)]
pub(crate) struct RedriveArguments {
    /// The URL of the queue of failed messages.
    #[arg(long, value_name = "URL")]
    pub(crate) from: String,
    /// The URL of the queue they go back to.
    #[arg(long, value_name = "URL")]
    pub(crate) to: String,
    /// Messages to move at most.
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    pub(crate) most: usize,
}
