//! The command line: what can be asked for, and the help texts.

mod days;
mod lake_commands;
mod places;
mod proof;
mod queue_commands;
mod search_commands;
mod tuning;

use clap::{Parser, Subcommand};

pub(crate) use self::days::DayArguments;
pub(crate) use self::lake_commands::{
    DailyArguments, DdlArguments, DdlFormat, DemoArguments, DoctorArguments, ExportArguments,
    MonthlyArguments, RunArguments, StatusArguments, VerifyArguments,
};
pub(crate) use self::places::{LakeArguments, SourceArguments, SourceBucketArguments, WrittenLakeArguments};
pub(crate) use self::proof::{ProofArguments, ProofChoice, VerifyProofArguments};
pub(crate) use self::queue_commands::{RedriveArguments, SubmitArguments, WorkerArguments};
pub(crate) use self::search_commands::{SearchArguments, WhoArguments};
pub(crate) use self::tuning::{ParquetArguments, TuningArguments};

/// Turns raw CloudTrail logs into a lake people can query.
#[derive(Debug, Parser)]
#[command(name = "trailmill", version, about, max_term_width = 110, subcommand_required = true)]
#[command(
    after_help = "Exit status: 0 done; 1 failed; 2 committed, but log files are quarantined, unreadable, or not as CloudTrail signed \
                  them. Of search and who: 0 found; 1 not found; 2 failed."
)]
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
    /// Look at a bucket or folder: what CloudTrail delivered there, whether it can be read, and which command to run.
    Doctor(DoctorArguments),
    /// Find records by key, address, caller, call, resource or text: in Parquet, and in days that no Parquet has yet.
    Search(SearchArguments),
    /// Say in one page what a principal, an access key or an address did, and how it came to be.
    Who(WhoArguments),
    /// Show what the lake holds, day by day, and which days are missing.
    Status(StatusArguments),
    /// Read every part again and hold it against the journal; or prove log files by CloudTrail's digest files.
    Verify(VerifyArguments),
    /// Make a month of logs of a plausible organisation, turn it into a lake, and show how to query it.
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
