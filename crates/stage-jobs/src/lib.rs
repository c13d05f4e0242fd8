//! The handlers of jobs: a job is a message that asks for a stage to run over all tables of a day or a month.
//!
//! | job | what it runs | what it sends |
//! |---|---|---|
//! | [`DailyJobs`] | the daily stage, all tables at once | the rest of a day that was not finished before the deadline; the months that the day completes or changes |
//! | [`MonthlyJobs`] | the monthly stage, one table after the other | the rest of a month that was not finished before the deadline |
//!
//! Both are [`Handler`](job_queue::Handler)s, called by a Lambda function or `trailmill worker`. Jobs are idempotent: they may
//! be delivered several times and stopped anywhere, since the work left is determined from the source and the lake alone.

mod daily;
mod monthly;
mod months_to_send;
mod silence;
mod storage_metrics;
mod tables;
#[cfg(test)]
mod testing;

pub use daily::DailyJobs;
pub use monthly::MonthlyJobs;
pub use silence::{BadAccount, MeantToBeSilent};
