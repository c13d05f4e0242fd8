//! How far a run is, for a person at a terminal.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::JoinHandle;

use crate::terminal::console::Console;
use crate::terminal::numbers;

/// A bar that follows a run until it is dropped. Where nobody watches, nothing.
#[derive(Debug)]
pub(crate) struct FollowedRun {
    bar: ProgressBar,
    follower: Option<JoinHandle<()>>,
}

/// Where a run is: how many of how many, and what else there is to say.
#[derive(Debug)]
struct Position {
    done: u64,
    planned: u64,
    message: String,
}

impl FollowedRun {
    /// Follows the daily stage.
    pub(crate) fn of_days(console: &Console, progress: Arc<daily_aggregator::Progress>) -> Self {
        Self::start(console, "log files", move || {
            let now = progress.now();
            let (records, raw) = (numbers::count(now.records), numbers::bytes(now.raw_bytes));
            let message = format!("{records} records, {raw}");
            Position { done: now.files_done, planned: now.files_planned, message }
        })
    }

    /// Follows the monthly stage.
    pub(crate) fn of_months(console: &Console, progress: Arc<monthly_aggregator::Progress>) -> Self {
        Self::start(console, "records", move || {
            let (planned, done) = progress.now();
            Position { done, planned, message: String::new() }
        })
    }

    /// Follows how many of some days have their log files.
    pub(crate) fn of_made_days(console: &Console, made: Arc<AtomicU64>, planned: u64) -> Self {
        Self::start(console, "days", move || Position {
            done: made.load(Ordering::Relaxed),
            planned,
            message: String::new(),
        })
    }

    /// Follows a search: bytes of parts, as far as it is known which are searched.
    pub(crate) fn of_search(console: &Console, progress: Arc<search::Progress>) -> Self {
        Self::start(console, "MB", move || {
            let (planned, done, found) = progress.now();
            let message = format!("{} found", numbers::count(found));
            Position { done: done / 1_000_000, planned: planned / 1_000_000, message }
        })
    }

    fn start(console: &Console, unit: &str, now: impl Fn() -> Position + Send + 'static) -> Self {
        if !console.watched() {
            return FollowedRun { bar: ProgressBar::hidden(), follower: None };
        }
        let bar = ProgressBar::new(0);
        let template = format!("{{bar:30}} {{pos}}/{{len}} {unit}  {{msg}}  {{elapsed}}");
        bar.set_style(
            ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        let shown = bar.clone();
        let follower = tokio::spawn(async move {
            loop {
                let Position { done, planned, message } = now();
                shown.set_length(planned);
                shown.set_position(done);
                shown.set_message(message);
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        });
        FollowedRun { bar, follower: Some(follower) }
    }

    /// Prints while the bar steps aside.
    pub(crate) fn aside(&self, print: impl FnOnce()) {
        self.bar.suspend(print);
    }
}

impl Drop for FollowedRun {
    fn drop(&mut self) {
        if let Some(follower) = &self.follower {
            follower.abort();
        }
        self.bar.finish_and_clear();
    }
}
