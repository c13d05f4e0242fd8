//! What the survey of a source has found, in numbers.

use std::collections::{BTreeMap, BTreeSet};

use cloudtrail_model::SourceKey;
use serde::Serialize;

use crate::Source;

/// What the survey of a source has found. Names are from keys, which anybody may have written who can write there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SourceSummary {
    /// What precedes `AWSLogs/`, or an empty text: one for each trail that delivers with a prefix of its own.
    pub prefixes: BTreeSet<String>,
    /// `o-…` of organisation trails.
    pub organizations: BTreeSet<String>,
    /// Accounts that log files are from.
    pub accounts: BTreeSet<String>,
    /// Regions that log files are from.
    pub regions: BTreeSet<String>,
    /// Number of folders (one for each account and region) by kind of log files, such as `CloudTrail`.
    pub kinds: BTreeMap<&'static str, usize>,
    /// Number of folders of digest files.
    pub digest_folders: usize,
    /// Whether log files lie directly in the source, outside CloudTrail's layout.
    pub is_loose: bool,
}

impl Source {
    /// What the survey has found.
    pub fn summary(&self) -> SourceSummary {
        let mut summary =
            SourceSummary { digest_folders: self.digest_folders().len(), ..SourceSummary::default() };
        summary.is_loose = !self.layout.loose.is_empty();
        for (folder, _) in &self.layout.regions {
            // a key in the folder has all that is to be known of it
            let Ok(key) = SourceKey::parse(&format!("{folder}2026/01/01/file.json.gz")) else { continue };
            summary.prefixes.insert(key.prefix.unwrap_or_default());
            summary.organizations.extend(key.organization);
            summary.accounts.insert(key.account);
            summary.regions.insert(key.region);
            *summary.kinds.entry(key.kind.as_str()).or_default() += 1;
        }
        summary
    }
}

#[cfg(test)]
#[path = "summary_tests.rs"]
mod tests;
