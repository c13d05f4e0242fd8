//! The log files of the demo's organisation, written to a folder.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context;
use cloudtrail_corpus::{DaySummary, OrganizationConfig};
use cloudtrail_model::Day;

use crate::terminal::console::Console;
use crate::terminal::progress_bar::FollowedRun;

/// What writes the objects of a day below a folder.
pub(super) type WriteDay = fn(&OrganizationConfig, Day, &Path) -> std::io::Result<DaySummary>;

/// What was written.
#[derive(Debug, Default)]
pub(super) struct MadeLogs {
    /// Log files and digests.
    pub(super) files: u64,
    /// Log files among them that are broken on purpose.
    pub(super) broken: u64,
    /// Records in them.
    pub(super) records: u64,
    /// Bytes of them.
    pub(super) bytes: u64,
}

/// Writes the objects of some days, several days at once.
///
/// # Errors
/// Where the folder cannot be written to.
pub(super) async fn make_logs(
    config: &OrganizationConfig,
    days: &[Day],
    folder: &Path,
    write: WriteDay,
    console: &Console,
) -> anyhow::Result<MadeLogs> {
    let days_made = Arc::new(AtomicU64::new(0));
    let followed = FollowedRun::of_made_days(console, days_made.clone(), days.len() as u64);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut working = Vec::new();
    for share in 0..threads {
        let share: Vec<Day> = days.iter().copied().skip(share).step_by(threads).collect();
        let (config, folder, days_made) = (config.clone(), folder.to_owned(), days_made.clone());
        working.push(tokio::task::spawn_blocking(move || {
            let mut summaries = Vec::with_capacity(share.len());
            for day in share {
                summaries.push(write(&config, day, &folder)?);
                days_made.fetch_add(1, Ordering::Relaxed);
            }
            std::io::Result::Ok(summaries)
        }));
    }
    let mut made = MadeLogs::default();
    for work in working {
        let summaries = work.await?.with_context(|| format!("cannot write to {}", folder.display()))?;
        summaries.iter().for_each(|day| made.add(day));
    }
    drop(followed);
    Ok(made)
}

impl MadeLogs {
    fn add(&mut self, day: &DaySummary) {
        self.files += day.files + day.broken + day.other_kinds;
        self.broken += day.broken;
        self.records += day.records + day.other_records;
        self.bytes += day.bytes;
    }
}
