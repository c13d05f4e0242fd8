//! The monthly function: the events of a month become Parquet.

use std::process::ExitCode;

use functions::{STAMP, run};
use monthly_aggregator::Options;
use stage_jobs::MonthlyJobs;

fn main() -> ExitCode {
    run(async |setup| {
        let default = Options::default();
        Ok(MonthlyJobs {
            lake: setup.lake().await?,
            options: Options {
                slice_days: setup.number("TRAILMILL_SLICE_DAYS", default.slice_days)?.max(1),
                ..default
            },
            stamp: STAMP,
            monthly_jobs: setup.queue("TRAILMILL_MONTHLY_JOBS")?,
        })
    })
}
