//! What a job does: a stage runs over every table of a day or a month, for a message of a queue.
//!
//! | job | what it runs | what it sends |
//! |---|---|---|
//! | [`DailyJobs`] | the daily stage, all tables at once | the rest of a day that was not done in time; the months that the day completes or changes |
//! | [`MonthlyJobs`] | the monthly stage, one table after the other | |
//!
//! Both are [`Handler`](job_queue::Handler)s: a Lambda function or `trailmill worker` hands them messages. A job may come twice
//! and may be cut off anywhere: what is left to do follows from the source and the lake alone.

mod daily;
mod monthly;
mod months_to_send;
mod storage_metrics;
mod tables;
#[cfg(test)]
mod test_world;

pub use daily::DailyJobs;
pub use monthly::MonthlyJobs;
