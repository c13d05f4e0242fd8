//! What `trailmill daily` prints: a line or an object for each partition, then the sums.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::anyhow;
use cloudtrail_model::Day;
use daily_aggregator::{DayReport, LeftOutFile, UnreadableFiles};
use lake::{Committed, DayState, Outcome, Proof, ProofState, Totals};
use serde::Serialize;

use crate::Ending;
use crate::peak_memory::peak_memory_bytes;
use crate::terminal::console::Console;
use crate::terminal::numbers::{bytes, count, counted};

/// Unreadable log files named below a partition.
const MAX_UNREADABLE_LINES: usize = 10;
/// Findings about digest files named below a partition.
const MAX_PROOF_LINES: usize = 3;

/// Everything a run did, over all partitions.
#[derive(Debug, Default)]
pub(crate) struct RunSummary {
    /// Partitions that got a commit.
    pub(crate) committed: u64,
    up_to_date: u64,
    pub(crate) failed: u64,
    /// Days that are not up to date: they failed, or were not come to.
    pub(crate) failed_days: BTreeSet<Day>,
    quarantined: u64,
    unreadable: u64,
    /// Days that contradict what CloudTrail signed.
    broken: u64,
    listed: u64,
    /// The sums of those commits.
    pub(crate) totals: Totals,
    pub(crate) elapsed: Duration,
}

/// A partition as JSON.
#[derive(Debug, Serialize)]
struct PartitionObject<'a> {
    partition: String,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    committed: Option<&'a Committed>,
    /// Log files that this run quarantined.
    quarantined: &'a [LeftOutFile],
    /// Log files that earlier runs quarantined, and that still are.
    quarantined_earlier: &'a [LeftOutFile],
    /// Log files that the source does not give out.
    unreadable: &'a UnreadableFiles,
    /// What digest files prove about the day.
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: &'a Option<Proof>,
    listed: u64,
    others: u64,
    /// Objects in the partition that are not parts of the lake, left alone.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    foreign: &'a [String],
}

/// The whole run as JSON.
#[derive(Debug, Serialize)]
struct SummaryObject {
    summary: Totals,
    committed: u64,
    up_to_date: u64,
    failed: u64,
    quarantined_in_all: u64,
    unreadable_in_all: u64,
    proofs_broken: u64,
    seconds: f64,
    peak_memory_bytes: Option<u64>,
}

/// Why nothing of a run counts for a partition.
pub(crate) fn superseded(report: &DayReport) -> anyhow::Error {
    anyhow!(
        "{} was superseded: another run claimed it after this one, so this one stopped, and nothing it did there \
         counts; when the other run has ended, run this command again",
        report.partition
    )
}

/// Prints what became of a partition.
pub(crate) fn print_report(report: &DayReport, console: &Console) {
    let DayReport { quarantined, quarantined_earlier, unreadable, proof, .. } = report;
    console.object(&PartitionObject {
        partition: report.partition.to_string(),
        outcome: report.outcome.name(),
        committed: report.outcome.committed(),
        quarantined,
        quarantined_earlier,
        unreadable,
        proof,
        listed: report.listed,
        others: report.others,
        foreign: &report.foreign,
    });
    let partition = report.partition;
    match &report.outcome {
        Outcome::Empty | Outcome::UpToDate if report.listed == 0 && quarantined_earlier.is_empty() => {}
        Outcome::Empty | Outcome::UpToDate => {
            console.line(&format!("{partition}: up to date, {}", counted(report.listed, "file")));
        }
        // an error, which is said once for all tables of the day
        Outcome::Superseded { .. } => {}
        Outcome::Committed(committed) => print_committed(&partition.to_string(), committed, console),
    }
    for file in quarantined {
        console.line(&format!("  quarantined {}: {}", file.key, file.detail));
    }
    for file in quarantined_earlier {
        console.line(&format!("  still quarantined {}: {}", file.key, file.detail));
    }
    print_unreadable(unreadable, console);
    if let Some(proof) = proof {
        print_proof(proof, console);
    }
    if let Some(example) = &report.other_example {
        let others = counted(report.others, "object");
        console.line(&format!("  {others} skipped, not log files, such as {example}"));
    }
    print_foreign(&report.foreign, console);
}

/// Names log files that the source does not give out, as many as a person reads.
fn print_unreadable(files: &UnreadableFiles, console: &Console) {
    for LeftOutFile { key, detail, .. } in files.examples.iter().take(MAX_UNREADABLE_LINES) {
        console.line(&format!("  unreadable {key}: {detail}"));
    }
    let more = files.count.saturating_sub(MAX_UNREADABLE_LINES as u64);
    if more > 0 {
        console.line(&format!("  and {} more unreadable", count(more)));
    }
}

/// What digest files prove about a day, and the first of what they do not.
fn print_proof(proof: &Proof, console: &Console) {
    console.line(&format!("  {}: {}", proof.state().name(), proof::sentence(proof)));
    for example in proof.examples.iter().take(MAX_PROOF_LINES) {
        console.line(&format!("    {example}"));
    }
}

/// Names the objects in a partition that Trailmill did not put there.
pub(crate) fn print_foreign(foreign: &[String], console: &Console) {
    for key in foreign {
        console.line(&format!(
            "  left alone: {key}, not a part of this lake, but readers of the table may read it; move it away"
        ));
    }
}

/// The state of a day without log files, in words.
pub(crate) fn without_log_files(state: DayState) -> Option<&'static str> {
    match state {
        DayState::Committed => None,
        DayState::Empty => Some("empty: no log file was delivered"),
        DayState::BeforeSource => Some("before the first log file of the source"),
    }
}

fn print_committed(partition: &str, committed: &Committed, console: &Console) {
    let totals = &committed.totals;
    if let Some(why) = without_log_files(committed.state) {
        return console.line(&format!("{partition}: {why}"));
    }
    let mut line = format!(
        "{partition}: {}, {} in, {} out, {}, {} -> {} in {}",
        counted(totals.files_in, "file"),
        counted(totals.records_in, "record"),
        count(totals.records_out),
        counted(totals.duplicates, "duplicate"),
        bytes(totals.bytes_in),
        bytes(totals.bytes_out),
        counted(committed.parts.len() as u64, "part"),
    );
    for (number, noun) in [
        (totals.conflicts, "conflict"),
        (committed.retired, "replaced part"),
        (committed.swept, "deleted orphan"),
    ] {
        if number > 0 {
            line.push_str(&format!(", {}", counted(number, noun)));
        }
    }
    console.line(&line);
}

impl RunSummary {
    /// Adds what became of a partition.
    pub(crate) fn add(&mut self, report: &DayReport) {
        self.listed += report.listed;
        self.quarantined += (report.quarantined.len() + report.quarantined_earlier.len()) as u64;
        self.unreadable += report.unreadable.count;
        let is_broken = |proof: &Proof| proof.state() == ProofState::Broken;
        self.broken += u64::from(report.proof.as_ref().is_some_and(is_broken));
        if let Some(committed) = report.outcome.committed() {
            self.committed += 1;
            self.totals.add(&committed.totals);
        }
        match &report.outcome {
            Outcome::Empty | Outcome::UpToDate => self.up_to_date += 1,
            Outcome::Superseded { .. } => self.failed += 1,
            Outcome::Committed(_) => {}
        }
    }

    /// Whether there was no log file on the days asked for.
    pub(crate) fn met_nothing(&self) -> bool {
        self.listed == 0 && self.committed == 0 && self.failed == 0
    }

    /// Prints the sums. What failed has been said, a line each.
    pub(crate) fn print(&self, console: &Console) {
        console.object(&SummaryObject {
            summary: self.totals,
            committed: self.committed,
            up_to_date: self.up_to_date,
            failed: self.failed,
            quarantined_in_all: self.quarantined,
            unreadable_in_all: self.unreadable,
            proofs_broken: self.broken,
            seconds: self.elapsed.as_secs_f64(),
            peak_memory_bytes: peak_memory_bytes(),
        });
        let totals = &self.totals;
        if self.committed == 0 && self.failed == 0 && self.listed > 0 {
            let files = counted(self.listed, "log file");
            console.line(&format!("nothing to do: none of {files} is new"));
        } else if self.committed > 0 {
            let failed = match self.failed {
                0 => String::new(),
                failed => format!("; {} failed", counted(failed, "partition")),
            };
            console.line(&format!(
                "{} read ({}), {} = {} + {} in {:.1} s{failed}",
                counted(totals.files_in, "log file"),
                bytes(totals.bytes_in),
                counted(totals.records_in, "record"),
                count(totals.records_out) + " written",
                counted(totals.duplicates, "duplicate"),
                self.elapsed.as_secs_f64(),
            ));
        }
        if self.quarantined > 0 {
            let files = counted(self.quarantined, "log file");
            console.line(&format!(
                "{files} quarantined: nothing of them is in the lake; see the lines above. One that is replaced is read \
                 again, all of them with --retry-quarantined"
            ));
        }
        if self.unreadable > 0 {
            let files = counted(self.unreadable, "log file");
            console.line(&format!(
                "{files} unreadable: nothing of them is in the lake; see the lines above. Every run of their days tries \
                 them again"
            ));
        }
        if self.broken > 0 {
            let days = counted(self.broken, "day");
            console.line(&format!(
                "{days} not as CloudTrail signed: see the lines above, and `trailmill verify --proof` for all findings"
            ));
        }
    }

    /// How the command ends.
    pub(crate) fn ending(&self) -> Ending {
        match (self.failed, self.quarantined + self.unreadable + self.broken) {
            (0, 0) => Ending::Done,
            (0, _) => Ending::LeftOut,
            _ => Ending::Failed,
        }
    }
}
