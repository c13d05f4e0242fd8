//! How long a message may take.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// What is kept of the time to finish what is under way, publish and commit.
const KEPT: Duration = Duration::from_secs(60);

/// When to start on nothing new, where Lambda ends the function at `end`: a minute before, or a third of the time, where
/// that is less.
pub(crate) fn soft_deadline(end: SystemTime, now: SystemTime) -> Instant {
    let left = end.duration_since(now).unwrap_or_default();
    Instant::now() + (left - KEPT.min(left / 3))
}

#[cfg(test)]
#[path = "deadline_tests.rs"]
mod tests;
