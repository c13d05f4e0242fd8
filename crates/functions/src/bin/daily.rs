//! The daily function: a day's log files become gzipped NDJSON.

use std::process::ExitCode;

use daily_aggregator::Options;
use functions::{STAMP, run};
use stage_jobs::DailyJobs;

fn main() -> ExitCode {
    run(async |setup| {
        let (source, start) = setup.source().await?;
        Ok(DailyJobs {
            source,
            start,
            lake: setup.lake().await?,
            options: Options::default(),
            proof: setup.proof()?,
            stamp: STAMP,
            meant_to_be_silent: setup.meant_to_be_silent()?,
            daily_jobs: setup.queue("TRAILMILL_DAILY_JOBS")?,
            monthly_jobs: setup.optional_queue("TRAILMILL_MONTHLY_JOBS")?,
        })
    })
}
