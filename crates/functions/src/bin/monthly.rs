//! The monthly function: a month's days become Parquet.

use std::process::ExitCode;

use functions::{STAMP, run};
use monthly_aggregator::Options;
use stage_jobs::MonthlyJobs;

fn main() -> ExitCode {
    run(async |setup| {
        let (lake, options) = (setup.lake().await?, Options::default());
        Ok(MonthlyJobs { lake, options, stamp: STAMP })
    })
}
