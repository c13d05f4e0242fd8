//! What a check found.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::digest::digest_key::ChainId;
use crate::digest::finding::{Finding, Severity};
use crate::digest::hex::hex;
use crate::digest::log_verdict::{LogFileFinding, LogVerdict};

/// What is proven about the log files of one account and region, and what is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RegionReport {
    /// Twelve digits.
    pub account: String,
    /// For example `us-east-1`.
    pub region: String,
    /// The chains of digests, one for each window that has digests of it.
    pub chains: Vec<ChainReport>,
    /// What is wrong with digests, chain by chain, the oldest first.
    pub findings: Vec<Finding>,
    /// Number of log files with each verdict. Missing ones count, too.
    pub log_files: BTreeMap<LogVerdict, u64>,
    /// The log files that are not proven, by key.
    pub log_file_findings: Vec<LogFileFinding>,
    /// Log files that proven digests list, and that were none of those that were given: of another day for example. Sorted.
    pub elsewhere: Vec<ListedElsewhere>,
}

/// A chain of digests within a window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChainReport {
    /// The chain.
    #[serde(flatten)]
    pub chain: ChainId,
    /// Number of objects.
    pub digests: usize,
    /// Number of digests that are proven.
    pub proven: usize,
    /// The end of the hour of the first digest.
    #[serde(serialize_with = "instant")]
    pub first: Option<Timestamp>,
    /// The end of the hour of the last digest.
    #[serde(serialize_with = "instant")]
    pub last: Option<Timestamp>,
    /// The last digest before the window, as the first one in it states it.
    pub continues_from: Option<PreviousKey>,
}

/// A digest, as the next one states it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PreviousKey {
    /// Its key.
    pub key: String,
    /// SHA-256 of its text.
    #[serde(serialize_with = "as_hex")]
    pub sha256: [u8; 32],
}

/// A log file that a proven digest lists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ListedElsewhere {
    /// Its key.
    pub key: Box<str>,
    /// The bucket that it was delivered to.
    pub bucket: Box<str>,
    /// SHA-256 of its text.
    #[serde(serialize_with = "as_hex")]
    pub sha256: [u8; 32],
    /// The end of the hour of the digest.
    #[serde(serialize_with = "as_text")]
    pub listed_at: Timestamp,
}

impl RegionReport {
    /// Whether all log files that CloudTrail delivered are there, as it delivered them, and no others.
    pub fn is_proven(&self) -> bool {
        let is_fine = |finding: &Finding| finding.kind.severity() == Severity::Notice;
        self.log_file_findings.is_empty() && self.findings.iter().all(is_fine)
    }

    /// The most severe finding; `None` if there is none at all.
    pub fn worst(&self) -> Option<Severity> {
        let digests = self.findings.iter().map(|finding| finding.kind.severity());
        digests.chain(self.log_file_findings.iter().map(LogFileFinding::severity)).max()
    }
}

fn instant<S: Serializer>(instant: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    instant.map(|instant| instant.to_string()).serialize(serializer)
}

fn as_text<S: Serializer>(instant: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(instant)
}

fn as_hex<S: Serializer>(bytes: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&hex(bytes))
}
