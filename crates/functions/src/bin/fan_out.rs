//! The fan-out function: requests become daily jobs.

use std::process::ExitCode;

use fan_out::FanOut;
use functions::{run, today};

fn main() -> ExitCode {
    run(async |setup| {
        Ok(FanOut {
            daily_jobs: setup.queue("TRAILMILL_DAILY_JOBS")?,
            late_days: setup.number("TRAILMILL_LATE_DAYS", 3)?,
            today,
        })
    })
}
