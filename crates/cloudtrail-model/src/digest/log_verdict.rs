//! What digests prove about one log file.

use std::fmt;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::digest::finding::Severity;

/// A log file that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogFileFacts<'a> {
    /// Its key: whole, or from `AWSLogs/` on in a copy.
    pub key: &'a str,
    /// What reading it gave.
    pub content: LogFileContent,
    /// When it was written to the bucket, by the bucket's clock. `None` in a copy, which has another: then the time in its
    /// name counts, which is too early for a log file that CloudTrail could not deliver at once.
    pub delivered: Option<Timestamp>,
}

/// What reading a log file gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFileContent {
    /// Its text.
    Text {
        /// SHA-256 of the decompressed first gzip member.
        first_member_sha256: [u8; 32],
        /// Whether bytes follow the first gzip member.
        trailing_member: bool,
    },
    /// It is not whole gzip.
    Damaged,
    /// It was not read, or not hashed.
    NotRead,
}

/// What is proven about a log file. The names are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogVerdict {
    /// It is as CloudTrail delivered it.
    Proven,
    /// It is as a digest lists it, and that digest is not proven.
    Unproven,
    /// Its content is not what the digest lists.
    Modified,
    /// Bytes follow the gzip member that the digest lists.
    Appended,
    /// A digest lists it, and it is not whole gzip.
    Damaged,
    /// A digest lists it, and it could not be read, or was not hashed.
    NotRead,
    /// A digest lists it, and it is not there.
    Missing,
    /// A digest lists it, and it is not there, as no log file of its day or an earlier one is: it is as old as those that a
    /// lifecycle rule has deleted.
    Expired,
    /// No digest lists it, and it has the content of a log file that is missing.
    Moved,
    /// No digest lists it, though all trails' digests are proven for the time of its delivery.
    Unlisted,
    /// No digest lists it yet, and one still may.
    NotListedYet,
    /// No digest lists it, and not all digests of the time of its delivery are here and proven.
    NotCovered,
}

impl LogVerdict {
    /// All verdicts.
    pub const ALL: [LogVerdict; 12] = [
        LogVerdict::Proven,
        LogVerdict::Unproven,
        LogVerdict::Modified,
        LogVerdict::Appended,
        LogVerdict::Damaged,
        LogVerdict::NotRead,
        LogVerdict::Missing,
        LogVerdict::Expired,
        LogVerdict::Moved,
        LogVerdict::Unlisted,
        LogVerdict::NotListedYet,
        LogVerdict::NotCovered,
    ];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            LogVerdict::Proven => "proven",
            LogVerdict::Unproven => "unproven",
            LogVerdict::Modified => "modified",
            LogVerdict::Appended => "appended",
            LogVerdict::Damaged => "damaged",
            LogVerdict::NotRead => "not_read",
            LogVerdict::Missing => "missing",
            LogVerdict::Expired => "expired",
            LogVerdict::Moved => "moved",
            LogVerdict::Unlisted => "unlisted",
            LogVerdict::NotListedYet => "not_listed_yet",
            LogVerdict::NotCovered => "not_covered",
        }
    }
}

/// A log file that is not proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFileFinding {
    /// Its key, as it was given or as a digest lists it.
    pub key: String,
    /// What is known of it.
    pub verdict: LogVerdict,
    /// The key of the digest that lists it.
    pub digest: Option<String>,
    /// Whether that digest is proven. If it is not, the verdict is what an unproven digest says.
    pub is_digest_proven: bool,
    /// Of a log file that was moved, the key that it was delivered to.
    pub delivered_to: Option<String>,
}

impl LogFileFinding {
    /// How much it says.
    pub fn severity(&self) -> Severity {
        match self.verdict {
            LogVerdict::Proven | LogVerdict::NotListedYet => Severity::Notice,
            LogVerdict::Unproven | LogVerdict::NotRead | LogVerdict::NotCovered | LogVerdict::Expired => {
                Severity::Unproven
            }
            LogVerdict::Moved | LogVerdict::Unlisted => Severity::Broken,
            LogVerdict::Modified | LogVerdict::Appended | LogVerdict::Damaged | LogVerdict::Missing => {
                if self.is_digest_proven { Severity::Broken } else { Severity::Unproven }
            }
        }
    }
}

impl fmt::Display for LogFileFinding {
    /// One line, for people. Keys are written by others, and are escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, digest, delivered_to, .. } = self;
        let digest = digest.as_deref().unwrap_or_default();
        let delivered_to = delivered_to.as_deref().unwrap_or_default();
        match self.verdict {
            LogVerdict::Proven => write!(f, "{key:?} is as CloudTrail delivered it"),
            LogVerdict::Unproven => write!(f, "{key:?} is as {digest:?} lists it"),
            LogVerdict::Modified => write!(f, "{key:?} has another content than {digest:?} lists"),
            LogVerdict::Appended => {
                write!(f, "bytes follow the gzip member of {key:?} that {digest:?} lists")
            }
            LogVerdict::Damaged => write!(f, "{key:?} is not whole gzip; {digest:?} lists it"),
            LogVerdict::NotRead => {
                write!(f, "{key:?} was not read, or not hashed; {digest:?} lists it")
            }
            LogVerdict::Missing => write!(f, "{key:?} is missing; {digest:?} lists it"),
            LogVerdict::Expired => {
                write!(
                    f,
                    "{key:?} is not there, and as old as log files that have expired; {digest:?} lists it"
                )
            }
            LogVerdict::Moved => write!(f, "{key:?} has the content that was delivered to {delivered_to:?}"),
            LogVerdict::Unlisted => write!(f, "{key:?} is in no digest: CloudTrail did not deliver it"),
            LogVerdict::NotListedYet => write!(f, "{key:?} is in no digest yet"),
            LogVerdict::NotCovered => {
                write!(f, "{key:?} is in no digest here, and not all digests of its time are here and proven")
            }
        }?;
        let is_said_by_a_digest = self.digest.is_some() && !self.is_digest_proven;
        if is_said_by_a_digest { f.write_str(", which is not proven") } else { Ok(()) }
    }
}

impl fmt::Display for LogVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for LogVerdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A finding as JSON.
#[derive(Serialize)]
struct Fields<'a> {
    key: &'a str,
    verdict: LogVerdict,
    severity: Severity,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest_proven: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivered_to: Option<&'a str>,
    message: String,
}

impl Serialize for LogFileFinding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Fields {
            key: &self.key,
            verdict: self.verdict,
            severity: self.severity(),
            digest: self.digest.as_deref(),
            digest_proven: self.digest.as_ref().map(|_| self.is_digest_proven),
            delivered_to: self.delivered_to.as_deref(),
            message: self.to_string(),
        }
        .serialize(serializer)
    }
}

#[cfg(test)]
#[path = "log_verdict_tests.rs"]
mod tests;
