//! What CloudTrail's digest files prove about the log files of a day, as a commit states it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::input::is_default;

/// What CloudTrail's digest files prove about the log files of a day: that they are all there, and as CloudTrail delivered them.
/// Its size does not depend on the number of log files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// When log files and digest files were listed, RFC 3339.
    pub as_of: String,
    /// Whether waiting can change nothing: CloudTrail is no longer expected to deliver a digest file about the day.
    pub is_final: bool,
    /// Number of digest files that were read.
    pub digests: u64,
    /// Number of digest files that are proven to be CloudTrail's.
    pub digests_proven: u64,
    /// Number of log files with each verdict, such as `proven` and `missing`.
    pub log_files: BTreeMap<String, u64>,
    /// Number of findings about digest files by kind, such as `digest_missing`. Notices count, too.
    #[serde(default, skip_serializing_if = "is_default")]
    pub findings: BTreeMap<String, u64>,
    /// Number of findings that contradict what CloudTrail signed, about log files and digest files.
    #[serde(default, skip_serializing_if = "is_default")]
    pub broken: u64,
    /// Number of findings that are neither proven nor contradicted.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unproven: u64,
    /// The first of the broken and unproven findings, the broken ones first: a sentence each.
    #[serde(default, skip_serializing_if = "is_default")]
    pub examples: Vec<String>,
}

/// What a [`Proof`] says, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProofState {
    /// All log files that CloudTrail delivered are there, as it delivered them, and no others.
    Proven,
    /// Nothing is contradicted, and digest files are still to come.
    Pending,
    /// Nothing is contradicted, and something is not proven.
    Unproven,
    /// Something contradicts what CloudTrail signed.
    Broken,
}

impl Proof {
    /// What it says, in one word.
    pub fn state(&self) -> ProofState {
        match self {
            Proof { broken: 1.., .. } => ProofState::Broken,
            Proof { is_final: false, .. } => ProofState::Pending,
            Proof { unproven: 1.., .. } => ProofState::Unproven,
            _ => ProofState::Proven,
        }
    }

    /// Number of log files that are proven.
    pub fn log_files_proven(&self) -> u64 {
        self.log_files.get("proven").copied().unwrap_or(0)
    }

    /// Number of log files that were delivered or are there.
    pub fn log_files_in_all(&self) -> u64 {
        self.log_files.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Whether another proof says the same, whenever it was made. Examples do not count: some name the time of the proof.
    pub fn says_the_same(&self, other: &Proof) -> bool {
        let (as_of, examples) = (self.as_of.clone(), self.examples.clone());
        *self == Proof { as_of, examples, ..other.clone() }
    }
}

impl ProofState {
    /// The name in `status`, JSON and logs.
    pub fn name(self) -> &'static str {
        match self {
            ProofState::Proven => "proven",
            ProofState::Pending => "pending",
            ProofState::Unproven => "unproven",
            ProofState::Broken => "broken",
        }
    }
}

#[cfg(test)]
#[path = "proof_tests.rs"]
mod tests;
