//! The report for an auditor: what is proven about a range of days, what is not, and why.

use std::collections::BTreeMap;
use std::fmt::Write;

use cloudtrail_model::digest::{FindingKind, LogVerdict, Severity};
use cloudtrail_model::{Day, Table};
use jiff::Timestamp;
use lake::{Proof, ProofState};
use serde::Serialize;

use crate::day::DayProof;
use crate::region::{Found, RegionProof};

/// Findings of one region and day that the Markdown names; the JSON has all that were kept.
const MAX_NAMED: usize = 20;

/// What is proven about a range of days.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// When the journals were read.
    #[serde(serialize_with = "as_text")]
    pub as_of: Timestamp,
    /// Who made it.
    pub tool: String,
    /// Where digest files were read.
    pub source: String,
    /// The lake whose journals say what was read.
    pub lake: String,
    /// Where public keys came from.
    pub public_keys: String,
    /// The days of each table, in their order.
    pub days: Vec<ReportedDay>,
}

/// A day of a table.
#[derive(Debug, Clone, Serialize)]
pub struct ReportedDay {
    /// The table.
    pub table: Table,
    /// What is proven.
    #[serde(flatten)]
    pub proof: DayProof,
}

impl Report {
    /// The worst state of all days: [`ProofState::Proven`] only if every day is proven, and there is one.
    pub fn state(&self) -> ProofState {
        let states = self.days.iter().map(|day| day.proof.summary().state());
        states.max().unwrap_or(ProofState::Unproven)
    }

    /// The report as Markdown (CommonMark with tables). Keys are in code spans: what logs contain is written by anybody.
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        // writing to a string does not fail
        let _ = self.write_markdown(&mut text);
        text
    }

    fn write_markdown(&self, text: &mut String) -> std::fmt::Result {
        let Report { as_of, tool, source, lake, public_keys, days } = self;
        writeln!(text, "# CloudTrail log files proven by digest files\n")?;
        writeln!(text, "- Result: **{}**", self.state().name())?;
        writeln!(text, "- As of {as_of}, by {}", code(tool))?;
        writeln!(text, "- Digest files: {}", code(source))?;
        writeln!(text, "- Journals of what was read: {}", code(lake))?;
        writeln!(text, "- Public keys: {}\n", code(public_keys))?;
        writeln!(text, "## Days\n")?;
        writeln!(
            text,
            "| table | day | result | log files proven | digest files proven | broken | not proven |"
        )?;
        writeln!(text, "|---|---|---|---|---|---|---|")?;
        for ReportedDay { table, proof } in days {
            let sums = proof.summary();
            writeln!(
                text,
                "| {table} | {} | {} | {} of {} | {} of {} | {} | {} |",
                proof.day,
                sums.state().name(),
                sums.log_files_proven(),
                sums.log_files_in_all(),
                sums.digests_proven,
                sums.digests,
                sums.broken,
                sums.unproven,
            )?;
        }
        writeln!(text, "\n## Not proven\n")?;
        if days.iter().all(|day| day.proof.regions.iter().all(RegionProof::is_proven)) {
            writeln!(text, "Nothing.")?;
        }
        for ReportedDay { table, proof } in days {
            for region in proof.regions.iter().filter(|region| !region.is_proven()) {
                write_region(text, *table, proof.day, region)?;
            }
        }
        writeln!(text, "\n## What this means\n")?;
        writeln!(text, "{}", MEANING.trim())
    }
}

/// What a reader must know to judge the report.
const MEANING: &str = "
*proven*: CloudTrail signed a digest file that lists every one of these log files with the SHA-256 of what was read, and lists no
other. *broken*: something contradicts what CloudTrail signed. *unproven*: nothing contradicts it, and nothing proves it.
*pending*: digest files about the day are still to come.

The proof is about what CloudTrail delivered: not about events that a trail does not record, nor about time in which logging or log
file validation was off. Whoever holds CloudTrail's private key, or can change the public keys used here, can forge it.
";

fn write_region(text: &mut String, table: Table, day: Day, region: &RegionProof) -> std::fmt::Result {
    let RegionProof { account, region: name, log_files, found, broken, unproven, .. } = region;
    writeln!(text, "### {table} {day}, account {account}, {name}\n")?;
    let counts: Vec<String> =
        log_files.iter().map(|(verdict, count)| format!("{count} {}", verdict.as_str())).collect();
    writeln!(
        text,
        "Log files: {}.\n",
        if counts.is_empty() { "none".to_owned() } else { counts.join(", ") }
    )?;
    for Found { severity, kind, message } in found.iter().take(MAX_NAMED) {
        let severity = if *severity == Severity::Broken { "broken" } else { "unproven" };
        writeln!(text, "- {severity}, {kind}: {}", code(message))?;
    }
    let named = found.len().min(MAX_NAMED) as u64;
    let more = (broken + unproven).saturating_sub(named);
    if more > 0 {
        writeln!(text, "- and {more} more")?;
    }
    writeln!(text)
}

/// Text as a code span (CommonMark 0.31 §6.1), on one line, whatever is in it: between more backticks than it has in a row.
fn code(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() || c == '|' { ' ' } else { c }).collect();
    let longest = line.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    format!("{fence} {line} {fence}")
}

impl DayProof {
    /// `3,911 of 3,911 log files proven by 288 digest files`, with the counts of other verdicts.
    pub fn sentence(&self) -> String {
        sentence(&self.summary())
    }
}

/// What a proof says, in one line.
pub fn sentence(proof: &Proof) -> String {
    let (proven, all) = (proof.log_files_proven(), proof.log_files_in_all());
    let mut text = format!(
        "{proven} of {all} log files proven by {} of {} digest files",
        proof.digests_proven, proof.digests
    );
    let others: BTreeMap<&str, u64> = proof
        .log_files
        .iter()
        .filter(|(verdict, _)| *verdict != LogVerdict::Proven.as_str())
        .map(|(verdict, count)| (verdict.as_str(), *count))
        .collect();
    for (verdict, count) in others {
        text.push_str(&format!(", {count} {}", verdict.replace('_', " ")));
    }
    let is_notice = |name: &str| {
        FindingKind::ALL.iter().any(|kind| kind.as_str() == name && kind.severity() == Severity::Notice)
    };
    for (kind, count) in proof.findings.iter().filter(|(kind, _)| !is_notice(kind)) {
        text.push_str(&format!(", {count} {}", kind.replace('_', " ")));
    }
    text
}

fn as_text<S: serde::Serializer>(value: &impl std::fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
