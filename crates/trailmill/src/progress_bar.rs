//! How far a run is, for a person at a terminal.

use std::sync::Arc;
use std::time::Duration;

use daily_aggregator::Progress;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::JoinHandle;

use crate::console::Console;
use crate::figures;

/// A bar that follows a run until it is dropped. Where nobody watches, nothing.
#[derive(Debug)]
pub(crate) struct FollowedRun {
    bar: ProgressBar,
    follower: Option<JoinHandle<()>>,
}

impl FollowedRun {
    pub(crate) fn start(console: &Console, progress: Arc<Progress>) -> Self {
        if !console.watched() {
            return FollowedRun { bar: ProgressBar::hidden(), follower: None };
        }
        let bar = ProgressBar::new(0);
        let template = "{bar:30} {pos}/{len} log files  {msg}  {elapsed}";
        bar.set_style(
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        let shown = bar.clone();
        let follower = tokio::spawn(async move {
            loop {
                let now = progress.now();
                shown.set_length(now.files_planned);
                shown.set_position(now.files_done);
                let (records, raw) = (figures::count(now.records), figures::bytes(now.raw_bytes));
                shown.set_message(format!("{records} records, {raw}"));
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
