//! Proves the log files of one account and region on one day.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cloudtrail_model::digest::{
    DigestContent, DigestKey, Finding, FindingKind, ListedElsewhere, LogFileFacts, LogVerdict, Origin,
    RegionCheck, RegionReport, RingVerifier, Scope, Severity, Window,
};
use cloudtrail_model::{Day, Kind};
use jiff::{SignedDuration, Timestamp};
use lake_store::with_causes;
use serde::Serialize;

use crate::digest_files::{DigestFilesError, DigestObject, DigestSource};
use crate::public_keys::PublicKeySource;
use crate::regions::{LogFile, Region};

/// How long after a day CloudTrail may still deliver a log file of it: it tries for 30 days ("How CloudTrail works", AWS CloudTrail
/// user guide).
const LATEST_DELIVERY: SignedDuration = SignedDuration::from_hours(31 * 24);
/// The maximum of log files of a region whose time of delivery is asked for.
const MAX_ASKED: usize = 10_000;
/// The digest files of a log file's delivery: of its hour, and the next one, which has the signature.
const AFTER_DELIVERY: SignedDuration = SignedDuration::from_hours(3);

/// What is proven about the log files of one account and region on one day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RegionProof {
    /// Twelve digits.
    pub account: String,
    /// For example `us-east-1`.
    pub region: String,
    /// Number of digest files.
    pub digests: u64,
    /// Number of digest files that are proven.
    pub digests_proven: u64,
    /// Number of log files with each verdict.
    pub log_files: BTreeMap<LogVerdict, u64>,
    /// Number of findings about digest files, by name of their kind.
    pub findings: BTreeMap<&'static str, u64>,
    /// Number of broken and unproven findings.
    pub broken: u64,
    /// See `broken`.
    pub unproven: u64,
    /// The first broken and unproven findings, the broken ones first.
    pub found: Vec<Found>,
    /// Log files of other days that proven digest files list, and that those days' own digest files do not cover.
    #[serde(skip)]
    pub late: Vec<ListedElsewhere>,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// How much it says.
    pub severity: Severity,
    /// The name of its kind or verdict.
    pub kind: &'static str,
    /// A sentence for people.
    pub message: String,
}

/// A check of one day.
pub(crate) struct DayCheck {
    pub(crate) source: DigestSource,
    pub(crate) keys: Arc<dyn PublicKeySource>,
    pub(crate) kind: Kind,
    pub(crate) day: Day,
    pub(crate) as_of: Timestamp,
    pub(crate) expired_through: Option<Day>,
    /// The maximum of [`RegionProof::found`].
    pub(crate) max_found: usize,
    /// Bounds the checks at once: each holds the text of a digest file.
    pub(crate) checks: tokio::sync::Semaphore,
}

impl DayCheck {
    /// Proves a region: `None` if it is silent, that is without log files and digest files, and no digest file is missing.
    pub(crate) async fn region(&self, region: Region) -> Option<RegionProof> {
        let (account, name) = (region.account.clone(), region.region.clone());
        let files = region.log_files.len() as u64;
        let mut proof = match self.prove(region).await {
            Ok(proof) => proof?,
            Err(error) => RegionProof {
                log_files: BTreeMap::from([(LogVerdict::NotCovered, files)]),
                unproven: files.max(1),
                found: vec![Found {
                    severity: Severity::Unproven,
                    kind: "not_checked",
                    message: with_causes(&error),
                }],
                ..RegionProof::default()
            },
        };
        (proof.account, proof.region) = (account, name);
        Some(proof)
    }

    async fn prove(&self, region: Region) -> Result<Option<RegionProof>, DigestFilesError> {
        let windows = vec![Window::of_day(self.day)];
        let objects = self.source.read(&region.folders, &windows).await?;
        if objects.is_empty() && region.log_files.is_empty() && !self.is_gap(&region).await? {
            return Ok(None);
        }
        let region = Arc::new(region);
        let (report, failure) = self.check(&region, objects, windows, BTreeMap::new()).await;
        let unlisted: BTreeSet<String> = report
            .log_file_findings
            .iter()
            .filter(|found| found.verdict == LogVerdict::Unlisted)
            .map(|found| found.key.clone())
            .collect();
        let is_unsigned =
            |found: &Finding| found.kind == FindingKind::UnsignedHere && self.is_about_the_day(found);
        if unlisted.is_empty() && !report.findings.iter().any(is_unsigned) {
            return Ok(Some(self.proof_of(report, failure)));
        }
        // log files may have been delivered late: digest files of the time of their delivery list them. The signature of a backfill
        // digest in a copy is in the next one, which may come days later
        let delivered = self.delivered(&unlisted).await?;
        let windows = self.windows(&delivered);
        let objects = self.source.read(&region.folders, &windows).await?;
        let (report, failure) = self.check(&region, objects, windows, delivered).await;
        Ok(Some(self.proof_of(report, failure)))
    }

    async fn is_gap(&self, region: &Region) -> Result<bool, DigestFilesError> {
        for folder in &region.folders {
            if self.source.is_gap(folder, self.day).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// When log files were written to the bucket, by key. Those that CloudTrail cannot have delivered then are left out.
    async fn delivered(
        &self,
        log_files: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, Timestamp>, DigestFilesError> {
        let mut delivered = BTreeMap::new();
        if self.source.bucket.is_none() {
            return Ok(delivered);
        }
        let latest = self.day.midnight().saturating_add(LATEST_DELIVERY).unwrap_or(Timestamp::MAX);
        for key in log_files.iter().take(MAX_ASKED) {
            let object = match self.source.store.get_described(self.source.key_in_store(key)).await {
                Ok(object) => object,
                Err(error) if error.kind == lake_store::ErrorKind::NotFound => continue,
                Err(error) => return Err(error.into()),
            };
            let written = object.written.and_then(|time| Timestamp::try_from(time).ok());
            let is_possible = |time: &Timestamp| (self.day.midnight()..latest).contains(time);
            if let Some(written) = written.filter(is_possible) {
                delivered.insert(key.clone(), written);
            }
        }
        Ok(delivered)
    }

    /// The windows with the digest files of the day and of late deliveries. Of a copy, the time of delivery is lost: all in which
    /// CloudTrail may have delivered.
    fn windows(&self, delivered: &BTreeMap<String, Timestamp>) -> Vec<Window> {
        let day = Window::of_day(self.day);
        if self.source.bucket.is_none() {
            let until = day.from.saturating_add(LATEST_DELIVERY).unwrap_or(Timestamp::MAX);
            return vec![Window { from: day.from, until: until.min(self.as_of).max(day.until) }];
        }
        let mut windows = vec![day];
        let times: BTreeSet<Timestamp> = delivered.values().copied().collect();
        for time in times {
            let until = time.saturating_add(AFTER_DELIVERY).unwrap_or(Timestamp::MAX);
            match windows.last_mut() {
                // they must not overlap: a digest file counts in one window
                Some(last) if time <= last.until => last.until = last.until.max(until),
                _ => windows.push(Window { from: time, until }),
            }
        }
        windows
    }

    /// Checks log files against digest files. Returns a description of the failure if public keys cannot be had.
    async fn check(
        &self,
        region: &Arc<Region>,
        objects: Vec<DigestObject>,
        windows: Vec<Window>,
        delivered: BTreeMap<String, Timestamp>,
    ) -> (RegionReport, Option<String>) {
        let _permit = self.checks.acquire().await;
        let whole = windows.iter().copied().reduce(|all, window| Window {
            from: all.from.min(window.from),
            until: all.until.max(window.until),
        });
        let scope = self.scope(region, Origin::Copy, windows);
        let bucket = self.source.bucket.as_ref().map(|bucket| bucket.name.clone());
        let check = blocking(move || with_digests(scope, bucket, &objects)).await;
        let fingerprints: BTreeSet<String> = check.fingerprints().into_iter().map(str::to_owned).collect();
        let (keys, failure) = match whole {
            Some(window) if !fingerprints.is_empty() => {
                match self.keys.keys(&region.region, &fingerprints, window).await {
                    Ok(keys) => (keys, None),
                    Err(error) => {
                        let cause = with_causes(&*error);
                        (Default::default(), Some(format!("no public keys of {}: {cause}", region.region)))
                    }
                }
            }
            _ => Default::default(),
        };
        let (region, source) = (region.clone(), self.source.clone());
        let report = blocking(move || {
            let mut judged = check.judge(&keys, &RingVerifier);
            for LogFile { key, content } in &region.log_files {
                let key = source.whole_key(key);
                let delivered = delivered.get(&key).copied();
                judged.add_log_file(LogFileFacts { key: &key, content: *content, delivered });
            }
            judged.finish()
        });
        (report.await, failure)
    }

    /// Whether a finding about digest files says something about the day. Those that are read for late deliveries, and the last ones
    /// of the window, list no log file of the day.
    fn is_about_the_day(&self, finding: &Finding) -> bool {
        let end = finding.digest.as_deref().and_then(DigestKey::parse).map(|key| key.end);
        let Some(from) = finding.span.map(|(from, _)| from).or(end) else { return true };
        // the last hour of the window is there for a signature alone
        from < Window::of_day(self.day).until.saturating_sub(SignedDuration::from_hours(1)).unwrap_or(from)
    }

    fn scope(&self, region: &Region, origin: Origin, windows: Vec<Window>) -> Scope {
        Scope {
            windows,
            expired_through: self.expired_through,
            ..Scope::day(&region.account, &region.region, origin, self.kind, self.day, self.as_of)
        }
    }

    fn proof_of(&self, report: RegionReport, failure: Option<String>) -> RegionProof {
        let mut proof = RegionProof { log_files: report.log_files, ..RegionProof::default() };
        for chain in &report.chains {
            proof.digests += chain.digests as u64;
            proof.digests_proven += chain.proven as u64;
        }
        if let Some(message) = failure {
            proof
                .add(Found { severity: Severity::Unproven, kind: "no_public_keys", message }, self.max_found);
        }
        for finding in &report.findings {
            if !self.is_about_the_day(finding) {
                // nor does the digest file count that has its signature in one that was not read
                let is_unsigned = finding.kind == FindingKind::UnsignedHere;
                proof.digests = proof.digests.saturating_sub(is_unsigned.into());
                continue;
            }
            *proof.findings.entry(finding.kind.as_str()).or_default() += 1;
            let (severity, kind) = (finding.kind.severity(), finding.kind.as_str());
            proof.add(Found { severity, kind, message: finding.to_string() }, self.max_found);
        }
        for finding in &report.log_file_findings {
            let (severity, kind) = (finding.severity(), finding.verdict.as_str());
            proof.add(Found { severity, kind, message: finding.to_string() }, self.max_found);
        }
        proof.found.sort_by_key(|found| std::cmp::Reverse(found.severity));
        let is_late = |listed: &ListedElsewhere| {
            let key = cloudtrail_model::SourceKey::parse(&listed.key);
            key.is_ok_and(|key| key.day < self.day && Window::of_day(key.day).until <= listed.listed_at)
        };
        proof.late = report.elsewhere.into_iter().filter(is_late).collect();
        proof
    }
}

impl RegionProof {
    /// Counts a finding, and keeps it if there is room. A broken one takes the place of one that is not.
    pub(crate) fn add(&mut self, found: Found, max: usize) {
        match found.severity {
            Severity::Notice => return,
            Severity::Unproven => self.unproven += 1,
            Severity::Broken => self.broken += 1,
        }
        if self.found.len() < max {
            self.found.push(found);
        } else if found.severity == Severity::Broken
            && let Some(less) = self.found.iter_mut().rev().find(|kept| kept.severity < Severity::Broken)
        {
            *less = found;
        }
    }

    /// Whether digest files may still come that list log files of the day.
    pub(crate) fn is_young(&self) -> bool {
        self.log_files.contains_key(&LogVerdict::NotListedYet)
    }

    /// Whether nothing is broken or unproven.
    pub fn is_proven(&self) -> bool {
        self.broken == 0 && self.unproven == 0
    }
}

/// A check that has all digest files. The digest files of a bucket name it; if all name another one, the bucket is a copy.
fn with_digests(mut scope: Scope, bucket: Option<String>, objects: &[DigestObject]) -> RegionCheck {
    if let Some(bucket) = bucket {
        let is_copy =
            objects.iter().filter_map(|object| object.text()?.bucket()).all(|named| named != bucket);
        if !is_copy || objects.is_empty() {
            scope.origin = Origin::Bucket(bucket);
        }
    }
    let mut check = RegionCheck::new(scope);
    for object in objects {
        let text = object.text();
        let content = text.as_ref().map_or(DigestContent::Damaged, |text| text.content());
        // of another account or region: it proves nothing here
        let _passed_over = check.add_digest(&object.key, content, object.signature.as_deref());
    }
    check
}

/// Runs work that takes CPU time off the threads that wait for storage.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

#[cfg(test)]
#[path = "region_tests.rs"]
mod tests;
