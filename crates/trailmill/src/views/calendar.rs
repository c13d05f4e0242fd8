//! The calendar `trailmill status` prints: a line a day, gaps and new log files where they are.

use std::collections::BTreeMap;

use cloudtrail_model::{Day, DayRange, Month, Table};
use daily_aggregator::{LeftOutFile, UnreadableFiles};
use lake::{DayState, PartitionState, Proof};
use serde::Serialize;

use crate::terminal::console::Console;
use crate::terminal::numbers::{bytes, count, counted};
use crate::views::run::without_log_files;

/// Quarantined, and unreadable, files named below a table's calendar.
const MAX_LINES: usize = 10;

/// What is known of one day of one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct DayStatus {
    /// Commits made; 0 where the day was never finished.
    pub(crate) commits: u64,
    /// When the newest was made.
    pub(crate) committed_at: Option<String>,
    /// `committed`, `empty` or `before_source`; `None` where the day was never finished.
    pub(crate) state: Option<DayState>,
    /// Log files that the newest run left to a later one.
    pub(crate) left: u64,
    /// Log files accounted for, quarantined ones too.
    pub(crate) files: u64,
    /// Records in the lake.
    pub(crate) records: u64,
    /// Records dropped as duplicates.
    pub(crate) duplicates: u64,
    /// Records kept although another has the same eventID.
    pub(crate) conflicts: u64,
    /// Log files quarantined.
    pub(crate) quarantined: u64,
    /// Which, and why.
    pub(crate) quarantined_files: Vec<LeftOutFile>,
    /// Log files that the source does not give out.
    pub(crate) unreadable: UnreadableFiles,
    /// Bytes of the log files.
    pub(crate) bytes_before: u64,
    /// Bytes of the parts.
    pub(crate) bytes_after: u64,
    /// Parts.
    pub(crate) parts: u64,
    /// A claim without a commit: of an attempt that is in progress, or that died.
    pub(crate) unfinished_since: Option<String>,
    /// Log files in the source that are not in the lake; `None` where no source was named.
    pub(crate) new_files: Option<u64>,
    /// What digest files prove about the day, by its newest commit.
    pub(crate) proof: Option<Proof>,
}

impl DayStatus {
    /// `state` has its inputs if some are quarantined or unreadable, or if `new_files` is known.
    pub(crate) fn new(state: &PartitionState, new_files: Option<u64>) -> Self {
        let counts = state.input_counts;
        DayStatus {
            commits: state.commits,
            committed_at: state.committed_at.clone(),
            state: state.day,
            left: state.left,
            files: counts.files,
            records: state.parts.values().map(|part| part.records).sum(),
            duplicates: state.totals.duplicates,
            conflicts: state.totals.conflicts,
            quarantined: counts.quarantined,
            quarantined_files: LeftOutFile::quarantined_among(&state.inputs),
            unreadable: UnreadableFiles::among(&state.inputs, |_| true),
            bytes_before: counts.bytes,
            bytes_after: state.parts.values().map(|part| part.bytes).sum(),
            parts: state.parts.len() as u64,
            unfinished_since: state.open_claim.as_ref().map(|claim| claim.time.clone()),
            new_files,
            proof: state.proof.clone(),
        }
    }

    /// What a person should look at, in words.
    fn remarks(&self) -> String {
        let mut remarks = Vec::new();
        if self.commits == 0 {
            remarks.push("not in the lake".to_owned());
        }
        remarks.extend(self.state.and_then(without_log_files).map(str::to_owned));
        if self.left > 0 {
            remarks.push(format!("{} left to read", counted(self.left, "log file")));
        }
        if let Some(new) = self.new_files.filter(|new| *new > 0) {
            remarks.push(counted(new, "new log file"));
        }
        if self.conflicts > 0 {
            remarks.push(counted(self.conflicts, "conflict"));
        }
        if let Some(since) = &self.unfinished_since {
            remarks.push(format!("unfinished attempt of {since}"));
        }
        remarks.join(", ")
    }
}

/// A day as JSON.
#[derive(Debug, Serialize)]
struct DayObject<'a> {
    table: Table,
    day: Day,
    #[serde(flatten)]
    status: &'a DayStatus,
}

/// The whole calendar as JSON.
#[derive(Debug, Serialize)]
struct CalendarObject {
    table: Table,
    days: u64,
    records: u64,
    gaps: Vec<Day>,
}

/// Prints every table's calendar.
pub(crate) fn print_calendar(
    calendar: &BTreeMap<Table, BTreeMap<Day, DayStatus>>,
    with_source: bool,
    console: &Console,
) {
    for (table, days) in calendar {
        console.line(&format!("{table}_daily"));
        let mut month = None;
        let with_proof = days.values().any(|status| status.proof.is_some());
        let gaps = gaps(days);
        for (day, status) in with_gaps(days, &gaps) {
            if month != Some(day.month()) {
                month = Some(day.month());
                console.line(&heading(day.month(), with_proof));
            }
            match status {
                Some(status) => {
                    console.object(&DayObject { table: *table, day, status });
                    console.line(&row(day, status, with_proof));
                }
                None => console.line(&format!("  {day}  {:>7}", "gap")),
            }
        }
        let records = days.values().map(|status| status.records).sum();
        console.object(&CalendarObject {
            table: *table,
            days: days.len() as u64,
            records,
            gaps: gaps.clone(),
        });
        console.line(&summary(days, &gaps, with_source));
        for line in quarantined_lines(days).into_iter().chain(unreadable_lines(days)) {
            console.line(&line);
        }
    }
}

fn heading(month: Month, with_proof: bool) -> String {
    format!(
        "  {:<10}  {:>7}  {:>11}  {:>10}  {:>11}  {:>10}  {:>9}  {:>9}  {:>5}{}",
        month.to_string(),
        "files",
        "records",
        "duplicates",
        "quarantined",
        "unreadable",
        "before",
        "after",
        "parts",
        if with_proof { "  proof" } else { "" },
    )
}

fn row(day: Day, status: &DayStatus, with_proof: bool) -> String {
    let proof = status.proof.as_ref().map_or("-", |proof| proof.state().name());
    let row = format!(
        "  {day}  {:>7}  {:>11}  {:>10}  {:>11}  {:>10}  {:>9}  {:>9}  {:>5}  {}{}",
        count(status.files),
        count(status.records),
        count(status.duplicates),
        count(status.quarantined),
        count(status.unreadable.count),
        bytes(status.bytes_before),
        bytes(status.bytes_after),
        status.parts,
        if with_proof { format!("{proof:<8}  ") } else { String::new() },
        status.remarks(),
    );
    row.trim_end().to_owned()
}

fn summary(days: &BTreeMap<Day, DayStatus>, gaps: &[Day], with_source: bool) -> String {
    let sum = |of: fn(&DayStatus) -> u64| days.values().map(of).sum::<u64>();
    let mut parts = vec![
        counted(days.values().filter(|status| status.commits > 0).count() as u64, "day"),
        counted(sum(|status| status.files), "log file"),
        counted(sum(|status| status.records), "record"),
        counted(sum(|status| status.duplicates), "duplicate"),
        format!("{} quarantined", count(sum(|status| status.quarantined))),
        format!("{} unreadable", count(sum(|status| status.unreadable.count))),
        format!(
            "{} -> {}",
            bytes(sum(|status| status.bytes_before)),
            bytes(sum(|status| status.bytes_after))
        ),
    ];
    if with_source {
        let days_with_new =
            days.values().filter(|status| status.new_files.is_some_and(|new| new > 0)).count();
        parts.push(format!("{} with new log files", counted(days_with_new as u64, "day")));
    }
    parts.push(match gaps {
        [] => "no gaps".to_owned(),
        [first, ..] => format!("{} from {first} on", counted(gaps.len() as u64, "gap day")),
    });
    format!("  {}", parts.join(", "))
}

/// The quarantined files of a table with their reasons, as many as a person reads.
fn quarantined_lines(days: &BTreeMap<Day, DayStatus>) -> Vec<String> {
    let files: Vec<&LeftOutFile> = days.values().flat_map(|status| &status.quarantined_files).collect();
    let shown = files.iter().take(MAX_LINES);
    let mut lines: Vec<String> =
        shown.map(|file| format!("  quarantined {}: {}", file.key, file.detail)).collect();
    if files.len() > lines.len() {
        let more = count((files.len() - lines.len()) as u64);
        lines.push(format!("  and {more} more quarantined: trailmill status --json names all"));
    }
    lines
}

/// The unreadable files of a table with their reasons, as many as a person reads.
fn unreadable_lines(days: &BTreeMap<Day, DayStatus>) -> Vec<String> {
    let mut all = UnreadableFiles::default();
    days.values().for_each(|status| all.add(status.unreadable.clone()));
    let shown = all.examples.iter().take(MAX_LINES);
    let mut lines: Vec<String> =
        shown.map(|file| format!("  unreadable {}: {}", file.key, file.detail)).collect();
    let more = all.count.saturating_sub(lines.len() as u64);
    if more > 0 {
        lines.push(format!("  and {} more unreadable", count(more)));
    }
    lines
}

/// Days between the first and the last that nobody knows of.
fn gaps(days: &BTreeMap<Day, DayStatus>) -> Vec<Day> {
    match (days.keys().next(), days.keys().next_back()) {
        (Some(first), Some(last)) => {
            DayRange::new(*first, *last).filter(|day| !days.contains_key(day)).collect()
        }
        _ => Vec::new(),
    }
}

fn with_gaps<'a>(days: &'a BTreeMap<Day, DayStatus>, gaps: &[Day]) -> BTreeMap<Day, Option<&'a DayStatus>> {
    let known = days.iter().map(|(day, status)| (*day, Some(status)));
    known.chain(gaps.iter().map(|day| (*day, None))).collect()
}

#[cfg(test)]
#[path = "calendar_tests.rs"]
mod tests;
