//! Log files that CloudTrail delivered days late: the digest files of their day do not list them, those of a later day do.

use cloudtrail_model::LogFileId;
use cloudtrail_model::digest::{ListedElsewhere, LogVerdict, Severity};
use lake::Inputs;

use crate::day::DayProof;
use crate::region::{Found, RegionProof};

impl DayProof {
    /// Adds what the digest files of later days list of this day: log files that are missing in its inputs, or that have another
    /// content there.
    pub fn add_late(&mut self, listed: &[ListedElsewhere], inputs: &Inputs, max_found: usize) {
        for entry in listed {
            let identity = LogFileId::in_layout(&entry.key).map_or(&*entry.key, |id| id.identity);
            let (verdict, what) = match inputs.get(identity).map(|input| input.first_member_sha256) {
                None => (LogVerdict::Missing, "is missing"),
                Some(Some(sha256)) if sha256 != entry.sha256 => {
                    (LogVerdict::Modified, "has another content than it lists")
                }
                Some(_) => continue,
            };
            let Ok(key) = cloudtrail_model::SourceKey::parse(&entry.key) else { continue };
            let is_here = |of: &RegionProof| of.account == key.account && of.region == key.region;
            let at = self.regions.iter().position(is_here).unwrap_or_else(|| {
                let (account, region) = (key.account.clone(), key.region.clone());
                self.regions.push(RegionProof { account, region, ..RegionProof::default() });
                self.regions.len() - 1
            });
            let region = &mut self.regions[at];
            *region.log_files.entry(verdict).or_default() += 1;
            let message = format!("{:?} {what}; the digest file of {} lists it", entry.key, entry.listed_at);
            region.add(Found { severity: Severity::Broken, kind: verdict.as_str(), message }, max_found);
        }
    }
}

#[cfg(test)]
#[path = "late_tests.rs"]
mod tests;
