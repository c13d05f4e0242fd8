//! Facts of a commit: counts for each account and region of its inputs, a line each.

use std::collections::BTreeMap;

use lake_store::ErrorKind;
use serde::{Deserialize, Serialize};

use crate::input::is_default;
use crate::lines_object::read_lines_object;
use crate::{InputCounts, Journal, JournalError, PartitionState};

/// Counts of one account in one region.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Facts {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) files: u64,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) quarantined: u64,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) unreadable: u64,
    pub(crate) records: u64,
    pub(crate) bytes: u64,
}

impl Facts {
    pub(crate) fn add(&mut self, counts: &InputCounts, records: u64) {
        self.files += counts.files;
        self.quarantined += counts.quarantined;
        self.unreadable += counts.unreadable;
        self.records = self.records.saturating_add(records);
        self.bytes = self.bytes.saturating_add(counts.bytes);
    }

    /// Adds the counts of another commit or folder, whatever its account and region.
    pub(crate) fn add_counts(&mut self, other: &Facts) {
        let Facts { files, quarantined, unreadable, records, bytes, .. } = *other;
        self.add(&InputCounts { files, quarantined, unreadable, bytes }, records);
    }
}

impl Journal {
    /// Number of log files by account and region, over the commits that count. A log file that was read again counts again. Log
    /// files without an account are not in it.
    ///
    /// # Errors
    /// Fails if the store fails, or if facts are missing or differ from their commit.
    pub async fn read_facts(
        &self,
        state: &PartitionState,
    ) -> Result<BTreeMap<(String, String), u64>, JournalError> {
        let mut files: BTreeMap<(String, String), u64> = BTreeMap::new();
        for of in &state.inputs_of {
            let Some(stated) = &of.facts else { continue };
            let key = self.partition().facts_key(of.seq, &of.attempt);
            let body = match self.store.get(&key, None).await {
                Ok(body) => body,
                Err(error) if error.kind == ErrorKind::NotFound => {
                    return Err(self.damaged(format!("{key} is missing")));
                }
                Err(error) => return Err(self.unreachable(error)),
            };
            let read = read_lines_object(stated, &body, |line| {
                let facts: Facts =
                    serde_json::from_slice(line).map_err(|error| format!("not facts ({error})"))?;
                let sum = files.entry((facts.account, facts.region)).or_default();
                *sum = sum.saturating_add(facts.files);
                Ok(())
            });
            read.map_err(|what| self.damaged(format!("{key}: {what}")))?;
        }
        Ok(files)
    }
}

#[cfg(test)]
#[path = "facts_tests.rs"]
mod tests;
