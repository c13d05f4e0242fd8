//! Journal entries: claims and commits of a partition, as JSON. An entry is never changed or deleted.
//!
//! Entries are numbered without gaps. A commit is valid only at the sequence number after its own claim, so a later claim
//! fences every earlier attempt. The inputs of a commit are an object of their own: see [`ObjectRef`].

use std::cmp::Ordering;

use cloudtrail_model::Day;
use serde::{Deserialize, Serialize};

use crate::input::is_default;
use crate::{Part, Proof, Slice, Totals};

/// The version of the journal format that this code writes, and the only one it reads.
pub const FORMAT_VERSION: u32 = 2;

/// The unique ID of one attempt at a partition. A writer whose put-if-absent finds an existing entry compares the ID to learn
/// whether the entry is its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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

/// The result of an attempt: the parts it published, and counts. Its size does not depend on the number of inputs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The state of the partition's day; of a month always [`DayState::Committed`].
    pub state: DayState,
    /// Number of listed log files that are not read yet: the soft deadline had passed.
    pub left: u64,
    /// The inputs that were read; `None` if there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inputs: Option<ObjectRef>,
    /// Counts for each account and region of the inputs; `None` if no input has an account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<ObjectRef>,
    /// What precedes the keys of inputs in the source, such as `org/`: see [`Input::above`](crate::Input::above).
    #[serde(default, skip_serializing_if = "is_default")]
    pub above: Vec<String>,
    /// The inputs of earlier commits that these inputs replace: read again, since they had changed or were quarantined.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reread: InputCounts,
    /// The parts that were written, in part order.
    pub parts: Vec<Part>,
    /// Keys of earlier parts that this commit removes from the partition.
    pub retired: Vec<String>,
    /// Those of [`Commit::retired`] whose objects stay for a time, for queries that still read them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub kept: Vec<String>,
    /// The sums, which must balance.
    pub totals: Totals,
    /// Only at the monthly stage: the delivery days of the month when it was planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<MonthSource>,
    /// Only at the monthly stage: the event days that this commit writes. `None` if it writes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slice: Option<Slice>,
    /// Only at the daily stage, where the source has digest files: what they prove about the log files of the partition, those of
    /// this commit included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
}

/// An object that belongs to a commit: inputs or facts, one line of JSON each, in gzip. Its key follows from the commit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectRef {
    /// SHA-256 of the object, lower-case hexadecimal.
    pub sha256: String,
    /// Size of the object in bytes.
    pub bytes: u64,
    /// Number of lines.
    pub lines: u64,
}

/// The state of a day that has a commit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayState {
    /// Log files were delivered on the day.
    #[default]
    Committed,
    /// No log file was delivered on the day, and the source has older ones.
    Empty,
    /// The day is before the source's first log file: it was not recorded, or its log files have expired.
    BeforeSource,
}

/// Counts of inputs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputCounts {
    /// Inputs.
    pub files: u64,
    /// Inputs that are quarantined.
    pub quarantined: u64,
    /// Inputs that the store does not give out.
    pub unreadable: u64,
    /// Bytes of the inputs, as stored.
    pub bytes: u64,
}

/// The delivery days of a month, as its planning found them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthSource {
    /// The totals of the daily stage over the delivery days of the month.
    pub daily: Totals,
    /// Missing days: delivery days of the month that the daily stage had not committed. Their records are missing in the month.
    pub missing_days: Vec<Day>,
    /// Delivery days of the month on which no log file was delivered, or that are before the source's first one. Only of the
    /// main table.
    #[serde(default, skip_serializing_if = "is_default")]
    pub days_without_log_files: Vec<Day>,
    /// Number of log files of the delivery days that the source does not give out. Their records are missing in the month.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unreadable: u64,
    /// The first of those log files, at most 100.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unreadable_examples: Vec<String>,
}

impl DayState {
    /// The name in journals, JSON and logs.
    pub fn name(self) -> &'static str {
        match self {
            DayState::Committed => "committed",
            DayState::Empty => "empty",
            DayState::BeforeSource => "before_source",
        }
    }
}

/// Lower-case hexadecimal, the format of [`Part::sha256`].
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of a text of lower-case hexadecimal digits; `None` for any other text, or another number of bytes.
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    let pairs: &[[u8; 2]; N] = pairs.try_into().ok()?;
    let mut bytes = [0; N];
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(bytes)
}

/// An object of a journal that is not a valid entry.
#[derive(Debug, thiserror::Error)]
pub enum EntryError {
    /// The text is not a journal entry.
    #[error("not a journal entry")]
    Syntax(#[source] serde_json::Error),
    /// A newer version of Trailmill wrote the entry.
    #[error(
        "journal format {found} is newer than this version of trailmill reads ({FORMAT_VERSION}): upgrade trailmill"
    )]
    Newer {
        /// The format version of the entry.
        found: u32,
    },
    /// An older version of Trailmill wrote the entry.
    #[error(
        "journal format {found} is older than this version of trailmill reads ({FORMAT_VERSION}): {OLDER_ADVICE}"
    )]
    Older {
        /// The format version of the entry.
        found: u32,
    },
}

/// What to do with a lake of an older format.
pub(crate) const OLDER_ADVICE: &str = "make a new lake from the raw logs in another folder or prefix; where they have expired, keep \
    this lake for reading (its parts are plain gzip NDJSON and Parquet) and let the new one begin where they begin";

impl Entry {
    /// Parses the decompressed text of a journal object. Unknown fields are ignored.
    ///
    /// # Errors
    /// Fails if the text is not an entry, or if its format version is not [`FORMAT_VERSION`].
    pub fn from_json(text: &[u8]) -> Result<Self, EntryError> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }

        let Version { version: found } = serde_json::from_slice(text).map_err(EntryError::Syntax)?;
        match found.cmp(&FORMAT_VERSION) {
            Ordering::Greater => Err(EntryError::Newer { found }),
            Ordering::Less => Err(EntryError::Older { found }),
            Ordering::Equal => serde_json::from_slice(text).map_err(EntryError::Syntax),
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
