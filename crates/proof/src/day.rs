//! Proves the log files of a day, of all accounts and regions.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::Arc;

use cloudtrail_model::digest::{LogVerdict, Severity, Window};
use cloudtrail_model::{Day, Kind, Table};
use futures::{FutureExt, StreamExt};
use jiff::{SignedDuration, Timestamp};
use lake::Proof;
use serde::Serialize;

use crate::digest_files::DigestSource;
use crate::public_keys::PublicKeySource;
use crate::region::{DayCheck, Found, RegionProof};
use crate::regions::{LogFile, Regions};

/// Regions whose digest files are read at once.
const REGIONS_AT_ONCE: usize = 32;
/// The maximum of findings that a commit states.
const MAX_EXAMPLES: usize = 20;
/// The age of a day from which on a lifecycle rule may have deleted its log files: shorter rules are rare, and a log file that is
/// missing on a younger day is worth an alarm.
const EXPIRY: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long after a day CloudTrail may still list its log files, but for those that it could not deliver.
const PATIENCE: SignedDuration = SignedDuration::from_hours(24);

/// Proves days.
#[derive(Debug, Clone)]
pub struct Prover {
    /// Where digest files lie.
    pub source: DigestSource,
    /// Where public keys come from.
    pub keys: Arc<dyn PublicKeySource>,
    /// The maximum of findings that are kept of each region and day.
    pub max_found: usize,
}

/// A day of a table.
#[derive(Debug, Clone, Copy)]
pub struct DayToProve {
    /// The table.
    pub table: Table,
    /// The delivery day.
    pub day: Day,
    /// When the log files were listed.
    pub as_of: Timestamp,
    /// The first day with log files in the source, if it is known: missing log files of an old day that is not later count as
    /// expired.
    pub first_day: Option<Day>,
    /// Whether regions without log files of the table are proven too. If not, no digest file is read for them, and a log file that is
    /// missing there is not noticed.
    pub all_regions: bool,
}

/// What is proven about the log files of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DayProof {
    /// The day.
    #[serde(serialize_with = "as_text")]
    pub day: Day,
    /// When the log files were listed.
    #[serde(serialize_with = "as_text")]
    pub as_of: Timestamp,
    /// Whether waiting can change nothing: see [`Proof::is_final`].
    pub is_final: bool,
    /// The accounts and regions, in their order, but for silent ones.
    pub regions: Vec<RegionProof>,
}

impl Prover {
    /// Proves the log files of a day, which come in the order of account and key. A region whose digest files cannot be read is not
    /// proven; the proof says why.
    pub async fn day(&self, wanted: DayToProve, log_files: impl Iterator<Item = LogFile> + Send) -> DayProof {
        let DayToProve { table, day, as_of, .. } = wanted;
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        let check = DayCheck {
            source: self.source.clone(),
            keys: self.keys.clone(),
            kind: Kind::of(table),
            day,
            as_of,
            expired_through: wanted.expired_through(),
            max_found: self.max_found,
            checks: tokio::sync::Semaphore::new(threads),
        };
        let mut regions = Vec::new();
        let wanted_regions = Regions::new(log_files, &self.source.folders)
            .filter(|region| wanted.all_regions || !region.log_files.is_empty());
        let mut proofs = futures::stream::iter(wanted_regions)
            .map(|region| check.region(region).boxed())
            .buffered(REGIONS_AT_ONCE);
        while let Some(proof) = proofs.next().await {
            regions.extend(proof);
        }
        let settled = Window::of_day(day).until.saturating_add(PATIENCE).unwrap_or(Timestamp::MAX);
        let is_final = as_of >= settled && !regions.iter().any(RegionProof::is_young);
        DayProof { day, as_of, is_final, regions }
    }
}

impl DayToProve {
    /// Whether the day is so old that a lifecycle rule may have deleted its log files: thirty days.
    pub fn may_have_expired(&self) -> bool {
        let old = self.as_of.checked_sub(EXPIRY);
        old.is_ok_and(|old| self.day < Day::at(old))
    }

    /// The last day whose missing log files may have expired: it is old, and the source has nothing of any day before it.
    fn expired_through(&self) -> Option<Day> {
        (self.may_have_expired() && self.day <= self.first_day?).then_some(self.day)
    }
}

impl DayProof {
    /// What a commit states.
    pub fn summary(&self) -> Proof {
        let DayProof { as_of, is_final, regions, .. } = self;
        let mut proof = Proof { as_of: as_of.to_string(), is_final: *is_final, ..Proof::default() };
        for region in regions {
            proof.digests += region.digests;
            proof.digests_proven += region.digests_proven;
            proof.broken += region.broken;
            proof.unproven += region.unproven;
            add(
                &mut proof.log_files,
                region.log_files.iter().map(|(verdict, count)| (verdict.as_str(), *count)),
            );
            add(&mut proof.findings, region.findings.iter().map(|(kind, count)| (*kind, *count)));
        }
        let found = |severity| {
            let all = regions.iter().flat_map(|region| &region.found);
            all.filter(move |found| found.severity == severity).map(|found: &Found| found.message.clone())
        };
        proof.examples =
            found(Severity::Broken).chain(found(Severity::Unproven)).take(MAX_EXAMPLES).collect();
        proof
    }

    /// Whether log files are missing that digest files list.
    pub fn has_missing(&self) -> bool {
        self.regions.iter().any(|region| region.log_files.contains_key(&LogVerdict::Missing))
    }

    /// Whether there is anything to prove, or to prove it with.
    pub fn is_empty(&self) -> bool {
        self.regions.is_empty()
    }
}

fn add<'a>(sums: &mut BTreeMap<String, u64>, counts: impl Iterator<Item = (&'a str, u64)>) {
    for (name, count) in counts {
        *sums.entry(name.to_owned()).or_default() += count;
    }
}

fn as_text<S: serde::Serializer>(value: &impl std::fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

#[cfg(test)]
#[path = "day_tests.rs"]
mod tests;
