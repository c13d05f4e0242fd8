//! Journal entries: claims and commits of a partition, as JSON. An entry is never changed or deleted.
//!
//! Entries are numbered without gaps. A commit is valid only at the sequence number after its own claim, so a later claim
//! fences every earlier attempt.

use cloudtrail_model::Day;
use serde::{Deserialize, Serialize};

use crate::Invariant;

/// The version of the entry format that this code writes, and the newest it reads.
pub const FORMAT_VERSION: u32 = 1;

/// The first bytes of an entry, as [`Entry::to_json`] writes it.
const CLAIM: &[u8] = br#"{"entry":"claim","#;
const COMMIT: &[u8] = br#"{"entry":"commit","#;

/// The unique ID of one attempt at a partition. A writer whose put-if-absent finds an existing entry compares the ID to learn
/// whether the entry is its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AttemptId(pub String);

impl std::fmt::Display for AttemptId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// One object of a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
pub enum Entry {
    /// A claim.
    Claim(Claim),
    /// A commit.
    Commit(Box<Commit>),
}

/// The start of an attempt. It fences every earlier attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// [`FORMAT_VERSION`] of the writer.
    pub version: u32,
    /// The sequence number of this entry, from 1.
    pub seq: u64,
    /// The attempt that claims.
    pub attempt: AttemptId,
    /// The time, RFC 3339. Informational only.
    pub time: String,
    /// The name and version of the tool.
    pub tool: String,
}

/// The result of an attempt: the inputs it read and the parts it published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    /// [`FORMAT_VERSION`] of the writer.
    pub version: u32,
    /// The sequence number of this entry: that of the claim plus one.
    pub seq: u64,
    /// The attempt whose claim it follows.
    pub attempt: AttemptId,
    /// The time, RFC 3339. Informational only.
    pub time: String,
    /// Whether this commit replaces the inputs and parts of every earlier one (`--rebuild`, a monthly rewrite).
    pub replaces: bool,
    /// The inputs that were read, in key order.
    pub inputs: Vec<Input>,
    /// The parts that were written, in part order.
    pub parts: Vec<Part>,
    /// Keys of earlier parts that this commit removes from the partition.
    pub retired: Vec<String>,
    /// The sums, which must balance.
    pub totals: Totals,
    /// Only at the monthly stage: the daily commits that the month was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<MonthSource>,
}

/// The daily commits that a month was made from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthSource {
    /// The totals of the daily stage over the days read: those of the month, and the first three of the next.
    pub daily: Totals,
    /// Missing days: days of the month that the daily stage had not committed. Their records are missing in the month.
    pub missing_days: Vec<Day>,
    /// The days among the first three of the next month that were not committed yet. They may hold late events of this month.
    pub awaited_days: Vec<Day>,
}

/// One log file (or, at the monthly stage, one daily part) that a commit accounts for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// The key, relative to the source.
    pub key: String,
    /// The ETag of the version that was read.
    pub etag: String,
    /// Size of the object in bytes, as stored.
    pub bytes: u64,
    /// Bytes of text after decompression; 0 if quarantined.
    pub raw_bytes: u64,
    /// Number of records; 0 if quarantined.
    pub records: u64,
    /// Records that were already in the partition.
    pub duplicates: u64,
    /// Only at the monthly stage: records that belong to another month.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub other_months: u64,
    /// Whether its records count.
    pub verdict: Verdict,
}

/// Whether an input's records count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// The input was read completely.
    Ok,
    /// The input could not be read completely. The lake holds none of its records.
    Quarantined {
        /// A stable code: `truncated_gzip`, `not_json` …
        reason: String,
        /// A description for people.
        detail: String,
    },
}

/// One object that a commit made visible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The key, relative to the lake.
    pub key: String,
    /// Size of the object in bytes.
    pub bytes: u64,
    /// Bytes of text before compression, line ends included.
    pub raw_bytes: u64,
    /// Number of records.
    pub records: u64,
    /// SHA-256 of the object, lower-case hexadecimal.
    pub sha256: String,
    /// The earliest eventTime, of those in CloudTrail's format (`2026-11-22T10:11:12Z`).
    pub min_event_time: Option<String>,
    /// The latest such eventTime.
    pub max_event_time: Option<String>,
}

/// Sums over a commit. They must balance: see [`Commit::check_balance`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Inputs.
    pub files_in: u64,
    /// Inputs whose records count.
    pub files_ok: u64,
    /// Inputs that were quarantined.
    pub files_quarantined: u64,
    /// Records of the inputs whose records count.
    pub records_in: u64,
    /// Records written.
    pub records_out: u64,
    /// Records dropped as duplicates: a record with the same eventID and the same bytes is in the partition.
    pub duplicates: u64,
    /// Only at the monthly stage: records that belong to another month.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub other_months: u64,
    /// Records kept although the partition has one with the same eventID and other bytes.
    pub conflicts: u64,
    /// Bytes of the inputs, as stored.
    pub bytes_in: u64,
    /// Bytes of the inputs' text.
    pub raw_bytes_in: u64,
    /// Bytes of the parts' text.
    pub raw_bytes_out: u64,
    /// Bytes of the parts.
    pub bytes_out: u64,
}

impl Totals {
    /// The sums of a commit. Saturates at the maximum of 64 bits, which only a forged journal reaches.
    pub fn of<'a>(inputs: &[Input], parts: impl IntoIterator<Item = &'a Part>, conflicts: u64) -> Self {
        let mut totals = Totals { conflicts, ..Totals::default() };
        for input in inputs {
            let quarantined = u64::from(matches!(input.verdict, Verdict::Quarantined { .. }));
            totals.add(&Totals {
                files_in: 1,
                files_ok: 1 - quarantined,
                files_quarantined: quarantined,
                records_in: input.records,
                duplicates: input.duplicates,
                other_months: input.other_months,
                bytes_in: input.bytes,
                raw_bytes_in: input.raw_bytes,
                ..Totals::default()
            });
        }
        for part in parts {
            totals.add(&Totals {
                records_out: part.records,
                bytes_out: part.bytes,
                raw_bytes_out: part.raw_bytes,
                ..Totals::default()
            });
        }
        totals
    }

    /// Adds the sums of another commit. Saturates at the maximum of 64 bits, which only a forged journal reaches.
    pub fn add(&mut self, other: &Totals) {
        let pairs = [
            (&mut self.files_in, other.files_in),
            (&mut self.files_ok, other.files_ok),
            (&mut self.files_quarantined, other.files_quarantined),
            (&mut self.records_in, other.records_in),
            (&mut self.records_out, other.records_out),
            (&mut self.duplicates, other.duplicates),
            (&mut self.other_months, other.other_months),
            (&mut self.conflicts, other.conflicts),
            (&mut self.bytes_in, other.bytes_in),
            (&mut self.raw_bytes_in, other.raw_bytes_in),
            (&mut self.raw_bytes_out, other.raw_bytes_out),
            (&mut self.bytes_out, other.bytes_out),
        ];
        for (sum, number) in pairs {
            *sum = sum.saturating_add(number);
        }
    }
}

/// Totals that contradict each other: a bug of Trailmill, found before the commit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the totals of the commit do not balance: {what} is {left}, the sum is {right}; nothing was committed (please report this)"
)]
pub struct Imbalance {
    what: &'static str,
    left: u64,
    right: u128,
}

impl Imbalance {
    /// The invariant that the commit would break.
    pub fn broken(&self) -> Invariant {
        if self.what.starts_with("files") { Invariant::FilesAccounted } else { Invariant::RecordsConserved }
    }
}

/// A commit whose totals balance. Only such commits are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balanced(pub(crate) Commit);

impl Commit {
    /// Checks the totals: see [`Commit::check_balance`].
    ///
    /// # Errors
    /// Fails if the totals contradict each other, the inputs or the parts.
    pub fn balanced(self) -> Result<Balanced, Imbalance> {
        self.check_balance()?;
        Ok(Balanced(self))
    }

    /// Checks that the totals balance: against each other, the inputs and the parts.
    ///
    /// # Errors
    /// Fails if they contradict each other.
    pub fn check_balance(&self) -> Result<(), Imbalance> {
        let totals = &self.totals;
        let quarantined =
            self.inputs.iter().filter(|i| matches!(i.verdict, Verdict::Quarantined { .. })).count();
        // 128 bits: the sums of a forged entry may overflow 64
        let sum = |numbers: &[u64]| numbers.iter().copied().map(u128::from).sum::<u128>();
        let inputs =
            |of: fn(&Input) -> u64| self.inputs.iter().map(|input| u128::from(of(input))).sum::<u128>();
        let parts = |of: fn(&Part) -> u64| self.parts.iter().map(|part| u128::from(of(part))).sum::<u128>();
        let balances = [
            ("files_in", totals.files_in, sum(&[totals.files_ok, totals.files_quarantined])),
            (
                "records_in",
                totals.records_in,
                sum(&[totals.records_out, totals.duplicates, totals.other_months]),
            ),
            ("files_in", totals.files_in, self.inputs.len() as u128),
            ("files_quarantined", totals.files_quarantined, quarantined as u128),
            ("records_in", totals.records_in, inputs(|i| i.records)),
            ("duplicates", totals.duplicates, inputs(|i| i.duplicates)),
            ("other_months", totals.other_months, inputs(|i| i.other_months)),
            ("bytes_in", totals.bytes_in, inputs(|i| i.bytes)),
            ("raw_bytes_in", totals.raw_bytes_in, inputs(|i| i.raw_bytes)),
            ("records_out", totals.records_out, parts(|p| p.records)),
            ("bytes_out", totals.bytes_out, parts(|p| p.bytes)),
            ("raw_bytes_out", totals.raw_bytes_out, parts(|p| p.raw_bytes)),
        ];
        // every row of the daily stage is accounted for
        let daily = self
            .month
            .as_ref()
            .map(|month| ("records_in", totals.records_in, u128::from(month.daily.records_out)));
        match balances.into_iter().chain(daily).find(|(_, left, right)| u128::from(*left) != *right) {
            Some((what, left, right)) => Err(Imbalance { what, left, right }),
            None => Ok(()),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde requires a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Lower-case hexadecimal, the format of [`Part::sha256`].
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An object of a journal that is not a valid entry.
#[derive(Debug, thiserror::Error)]
pub enum EntryError {
    /// The text is not a journal entry.
    #[error("not a journal entry")]
    Syntax(#[source] serde_json::Error),
    /// A newer version of Trailmill wrote the entry.
    #[error(
        "journal format {found} is newer than this version of trailmill reads (up to {FORMAT_VERSION}): upgrade trailmill"
    )]
    Newer {
        /// The format version of the entry.
        found: u32,
    },
}

impl Entry {
    /// Parses the decompressed text of a journal object. Unknown fields are ignored.
    ///
    /// # Errors
    /// Fails if the text is not an entry, or if its format version is newer than [`FORMAT_VERSION`].
    pub fn from_json(text: &[u8]) -> Result<Self, EntryError> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }

        if let Some(entry) = Self::as_written(text).filter(|entry| entry.version() <= FORMAT_VERSION) {
            return Ok(entry);
        }
        let Version { version } = serde_json::from_slice(text).map_err(EntryError::Syntax)?;
        if version > FORMAT_VERSION {
            return Err(EntryError::Newer { found: version });
        }
        serde_json::from_slice(text).map_err(EntryError::Syntax)
    }

    /// Parses an entry that begins as this crate writes it, in one pass. Otherwise serde buffers everything up to the field
    /// `entry`, and a commit has thousands of inputs.
    fn as_written(text: &[u8]) -> Option<Self> {
        if text.starts_with(COMMIT) {
            serde_json::from_slice(text).ok().map(Entry::Commit)
        } else if text.starts_with(CLAIM) {
            serde_json::from_slice(text).ok().map(Entry::Claim)
        } else {
            None
        }
    }

    /// Parses an entry without the inputs of a commit, which are most of its text.
    ///
    /// # Errors
    /// Fails if the text is not an entry, or if its format version is newer than [`FORMAT_VERSION`].
    pub fn outline_from_json(text: &[u8]) -> Result<Self, EntryError> {
        #[derive(Deserialize)]
        struct Outline {
            version: u32,
            seq: u64,
            attempt: AttemptId,
            time: String,
            replaces: bool,
            parts: Vec<Part>,
            retired: Vec<String>,
            totals: Totals,
            month: Option<MonthSource>,
        }

        if text.starts_with(COMMIT)
            && let Ok(outline) = serde_json::from_slice(text)
        {
            let Outline { version, seq, attempt, time, replaces, parts, retired, totals, month } = outline;
            if version <= FORMAT_VERSION {
                let inputs = Vec::new();
                return Ok(Entry::Commit(Box::new(Commit {
                    version,
                    seq,
                    attempt,
                    time,
                    replaces,
                    inputs,
                    parts,
                    retired,
                    totals,
                    month,
                })));
            }
        }
        let mut entry = Self::from_json(text)?;
        if let Entry::Commit(commit) = &mut entry {
            commit.inputs.clear();
        }
        Ok(entry)
    }

    fn version(&self) -> u32 {
        match self {
            Entry::Claim(claim) => claim.version,
            Entry::Commit(commit) => commit.version,
        }
    }

    /// The entry as JSON, in one line.
    ///
    /// # Errors
    /// Fails if serde cannot serialize it; no entry is known to do so.
    pub fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    /// The attempt that wrote the entry.
    pub fn attempt(&self) -> &AttemptId {
        match self {
            Entry::Claim(claim) => &claim.attempt,
            Entry::Commit(commit) => &commit.attempt,
        }
    }

    /// The sequence number.
    pub fn seq(&self) -> u64 {
        match self {
            Entry::Claim(claim) => claim.seq,
            Entry::Commit(commit) => commit.seq,
        }
    }
}

#[cfg(test)]
#[path = "entry_tests.rs"]
mod tests;
