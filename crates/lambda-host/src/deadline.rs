//! The soft deadline of a message.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// The time reserved to finish work in progress, publish and commit.
const KEPT: Duration = Duration::from_secs(60);

/// The soft deadline, after which no new work starts, if Lambda ends the function at `end`: a minute before `end`, or a third
/// of the remaining time if that is less.
pub(crate) fn soft_deadline(end: SystemTime, now: SystemTime) -> Instant {
    let left = end.duration_since(now).unwrap_or_default();
    Instant::now() + (left - KEPT.min(left / 3))
}

#[cfg(test)]
#[path = "deadline_tests.rs"]
mod tests;
