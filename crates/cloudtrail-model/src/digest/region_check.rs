//! Checks the log files of one account and region against the digests of all its trails.
//!
//! Digests first, then log files, then the report. What is held grows with the log files that the digests list (some 200 bytes
//! each), and with the log files that are not proven; nothing with the bytes of either.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::digest::chain::{Chain, JudgedChain};
use crate::digest::coverage::Coverage;
use crate::digest::digest_file::{DigestError, DigestFile};
use crate::digest::digest_key::{ChainId, DigestKey};
use crate::digest::finding::{Finding, FindingKind};
use crate::digest::held::Held;
use crate::digest::hex::unhex;
use crate::digest::listed::{Listed, ListedLogFiles, Place, place};
use crate::digest::log_verdict::{LogFileContent, LogFileFacts, LogFileFinding, LogVerdict};
use crate::digest::public_keys::PublicKeys;
use crate::digest::report::{ListedElsewhere, RegionReport};
use crate::digest::scope::{HOUR, Scope};
use crate::digest::signature::VerifySignature;
use crate::{LogFileName, SourceKey};

/// The content of an object among digests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DigestContent<'a> {
    /// Whole gzip.
    Text {
        /// The decompressed first gzip member; of one that is longer than [`DigestFile::MAX_TEXT`], one byte more.
        text: &'a [u8],
        /// Whether bytes follow the first gzip member.
        trailing_member: bool,
    },
    /// Not whole gzip.
    Damaged,
}

/// A key that is not one of the digests of a check.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{key:?} is not the key of a digest of account {account} in {region} and of the time that is checked"
)]
pub struct NotADigestHere {
    key: String,
    account: String,
    region: String,
}

/// A check that is given digests.
#[derive(Debug)]
pub struct RegionCheck {
    scope: Scope,
    chains: BTreeMap<(ChainId, usize), Vec<Held>>,
    listed: Vec<Listed>,
    elsewhere: Vec<(u32, ListedElsewhere)>,
    digests: u32,
}

impl RegionCheck {
    /// A check without digests.
    pub fn new(scope: Scope) -> Self {
        let (chains, listed, elsewhere) = (BTreeMap::new(), Vec::new(), Vec::new());
        RegionCheck { scope, chains, listed, elsewhere, digests: 0 }
    }

    /// The fingerprints of the public keys that the digests say they were signed with.
    pub fn fingerprints(&self) -> BTreeSet<&str> {
        let digests = self.chains.values().flatten();
        digests.filter_map(|held| Some(held.content.as_ref().ok()?.fingerprint.as_str())).collect()
    }

    /// Adds a digest, in any order. `key` is its whole key, and `signature` the value of `x-amz-meta-signature` in its
    /// metadata: `None` if there is none, as in every copy.
    ///
    /// # Errors
    /// Fails if the key is not that of a digest of the account and region within the windows of the scope. Such an object can be
    /// passed over: it proves nothing, and a digest that was renamed is missing in its chain.
    pub fn add_digest(
        &mut self,
        key: &str,
        content: DigestContent<'_>,
        signature: Option<&str>,
    ) -> Result<(), NotADigestHere> {
        let Scope { account, region, origin, .. } = &self.scope;
        let parsed = DigestKey::parse(key)
            .filter(|parsed| parsed.source.account == *account && parsed.source.region == *region);
        let found = parsed.and_then(|parsed| Some((self.scope.window_of(parsed.end)?, parsed)));
        let Some((window, parsed)) = found else {
            return Err(NotADigestHere { key: key.into(), account: account.clone(), region: region.clone() });
        };
        let name = origin.name(key).to_owned();
        let (content, appended) = match content {
            DigestContent::Text { text, trailing_member } => (DigestFile::parse(text), trailing_member),
            DigestContent::Damaged => (Err(DigestError::NotGzip), false),
        };
        let is_in_place = |file: &DigestFile| origin.name_in(&file.bucket, &file.key) == Some(&*name);
        let mut held = Held {
            number: self.digests,
            in_place: content.as_ref().is_ok_and(is_in_place),
            content,
            appended,
            signature: signature.map(signature_bytes),
            proof: None,
            name,
            key: parsed,
        };
        self.take_log_files(&mut held);
        self.digests += 1;
        self.chains.entry((held.key.chain(), window)).or_default().push(held);
        Ok(())
    }

    /// Moves the log files that a digest lists into the list of all. Those of a digest of another place count for nothing.
    fn take_log_files(&mut self, held: &mut Held) {
        let Ok(file) = &mut held.content else { return };
        for entry in std::mem::take(&mut file.log_files) {
            if !held.in_place {
                continue;
            }
            match place(&entry, &file.bucket, &self.scope) {
                Place::OtherKind => {}
                Place::Here(name) => {
                    let (name, sha256, digest) = (Box::from(name), entry.sha256, held.number);
                    self.listed.push(Listed { name, sha256, digest, is_proven: false, is_there: false });
                }
                Place::Elsewhere => {
                    let bucket = entry.bucket.unwrap_or_else(|| file.bucket.as_str().into());
                    let (key, sha256, listed_at) = (entry.key, entry.sha256, held.key.end);
                    let elsewhere = ListedElsewhere { key, bucket, sha256, listed_at };
                    self.elsewhere.push((held.number, elsewhere));
                }
            }
        }
    }

    /// Judges the digests. Log files follow.
    pub fn judge(self, keys: &PublicKeys, verifier: &dyn VerifySignature) -> JudgedRegion {
        let RegionCheck { scope, chains, mut listed, elsewhere, .. } = self;
        let mut judged: Vec<JudgedChain> = Vec::new();
        for ((id, window), digests) in chains {
            let chain = Chain { id, window: scope.windows[window], digests };
            judged.push(chain.judge(&scope, keys, verifier));
        }
        let mut digests: Vec<&Held> = judged.iter().flat_map(|chain| &chain.digests).collect();
        digests.sort_unstable_by_key(|digest| digest.number);
        let is_proven = |number: u32| digests[number as usize].proof.is_some();
        listed.iter_mut().for_each(|entry| entry.is_proven = is_proven(entry.digest));
        let mut elsewhere: Vec<ListedElsewhere> = elsewhere
            .into_iter()
            .filter(|(number, _)| is_proven(*number))
            .map(|(_, listed)| listed)
            .collect();
        elsewhere.sort_unstable();
        elsewhere.dedup();

        let mut spans: BTreeMap<&ChainId, Vec<(Timestamp, Timestamp)>> = BTreeMap::new();
        for chain in judged.iter().filter(|chain| !chain.report.chain.backfill) {
            spans.entry(&chain.report.chain).or_default().extend(&chain.spans);
        }
        let trails: Vec<Coverage> = spans.into_values().map(Coverage::of).collect();
        let keys = digests.iter().map(|digest| digest.key.to_string()).collect();
        let mut report = RegionReport {
            account: scope.account.clone(),
            region: scope.region.clone(),
            chains: Vec::new(),
            findings: no_digests(&judged, &scope),
            log_files: BTreeMap::new(),
            log_file_findings: Vec::new(),
            elsewhere,
        };
        for chain in judged {
            report.findings.extend(chain.findings);
            report.chains.push(chain.report);
        }
        JudgedRegion { scope, keys, trails, listed: ListedLogFiles::of(listed), unlisted: Vec::new(), report }
    }
}

/// A check that has judged the digests, and is given log files.
#[derive(Debug)]
pub struct JudgedRegion {
    scope: Scope,
    /// The keys of digests, by number.
    keys: Vec<String>,
    /// The time that the digests of each trail are of, without backfill digests: those only add to it.
    trails: Vec<Coverage>,
    listed: ListedLogFiles,
    /// For each finding about a log file that no digest lists: its index, and the SHA-256 of its text.
    unlisted: Vec<(usize, [u8; 32])>,
    report: RegionReport,
}

impl JudgedRegion {
    /// Adds a log file that is there, in any order. All log files of the scope must be added, each once: those that are not
    /// are reported as missing.
    pub fn add_log_file(&mut self, file: LogFileFacts<'_>) {
        let entries = self.listed.find(file.key, &self.scope.origin);
        let Some(first) = entries.first() else { return self.add_unlisted(file) };
        let (entry, verdict) = match file.content {
            LogFileContent::Damaged => (first, LogVerdict::Damaged),
            LogFileContent::NotRead => (first, LogVerdict::NotRead),
            LogFileContent::Text { first_member_sha256, trailing_member } => {
                // a log file that was delivered twice is listed twice, perhaps with two hashes
                let equal = entries.iter().find(|entry| entry.sha256 == first_member_sha256);
                match equal {
                    None => (first, LogVerdict::Modified),
                    Some(equal) if trailing_member => (equal, LogVerdict::Appended),
                    Some(equal) if equal.is_proven => (equal, LogVerdict::Proven),
                    Some(equal) => (equal, LogVerdict::Unproven),
                }
            }
        };
        let (digest, is_digest_proven) = (entry.digest, entry.is_proven);
        self.add_finding(file.key, verdict, Some(digest), is_digest_proven);
    }

    fn add_unlisted(&mut self, file: LogFileFacts<'_>) {
        let verdict = self.verdict_of_unlisted(&file);
        if let LogFileContent::Text { first_member_sha256, .. } = file.content {
            self.unlisted.push((self.report.log_file_findings.len(), first_member_sha256));
        }
        self.add_finding(file.key, verdict, None, false);
    }

    fn verdict_of_unlisted(&self, file: &LogFileFacts<'_>) -> LogVerdict {
        let Scope { as_of, patience, .. } = &self.scope;
        let delivered = match file.delivered {
            Some(instant) => (instant, instant),
            None => time_in_name(file.key),
        };
        if as_of.duration_since(delivered.1) < *patience {
            LogVerdict::NotListedYet
        } else if !self.trails.is_empty() && self.trails.iter().all(|trail| trail.covers(delivered)) {
            LogVerdict::Unlisted
        } else {
            LogVerdict::NotCovered
        }
    }

    fn add_finding(&mut self, key: &str, verdict: LogVerdict, digest: Option<u32>, is_digest_proven: bool) {
        *self.report.log_files.entry(verdict).or_default() += 1;
        if verdict == LogVerdict::Proven {
            return;
        }
        let digest = digest.and_then(|number| self.keys.get(number as usize).cloned());
        let key = key.to_owned();
        let found = LogFileFinding { key, verdict, digest, is_digest_proven, delivered_to: None };
        self.report.log_file_findings.push(found);
    }

    /// Whether a log file that is not there is of a day whose log files a lifecycle rule may have deleted.
    fn is_expired(&self, key: &str) -> bool {
        let Some(last) = self.scope.expired_through else { return false };
        SourceKey::parse(key).is_ok_and(|key| key.day <= last)
    }

    /// The report, when all log files were added.
    pub fn finish(mut self) -> RegionReport {
        let listed = std::mem::take(&mut self.listed);
        let mut missing: BTreeMap<[u8; 32], &str> = BTreeMap::new();
        for entry in listed.missing() {
            let verdict =
                if self.is_expired(&entry.name) { LogVerdict::Expired } else { LogVerdict::Missing };
            self.add_finding(&entry.name, verdict, Some(entry.digest), entry.is_proven);
            if entry.is_proven && verdict == LogVerdict::Missing {
                missing.insert(entry.sha256, &entry.name);
            }
        }
        let report = &mut self.report;
        for (at, sha256) in &self.unlisted {
            let (Some(name), Some(found)) = (missing.get(sha256), report.log_file_findings.get_mut(*at))
            else {
                continue;
            };
            let counted = report.log_files.entry(found.verdict).or_default();
            *counted = counted.saturating_sub(1);
            *report.log_files.entry(LogVerdict::Moved).or_default() += 1;
            found.verdict = LogVerdict::Moved;
            found.delivered_to = Some((*name).to_owned());
        }
        report.log_files.retain(|_, count| *count > 0);
        report.log_file_findings.sort_by(|a, b| a.key.cmp(&b.key));
        self.report
    }
}

/// From which to which instant a log file may have been delivered, by its name: a minute, or the day of its folder.
fn time_in_name(key: &str) -> (Timestamp, Timestamp) {
    let name = key.rsplit('/').next().unwrap_or(key);
    if let Some(name) = LogFileName::parse(name) {
        let minutes = SignedDuration::from_mins(i64::from(name.minute));
        let minute = name.day.midnight().saturating_add(minutes).unwrap_or(Timestamp::MAX);
        return (minute, minute);
    }
    let day = SourceKey::parse(key).map(|key| key.day);
    let end = |day: crate::Day| day.next().map_or(Timestamp::MAX, crate::Day::midnight);
    day.map_or((Timestamp::MIN, Timestamp::MIN), |day| (day.midnight(), end(day)))
}

/// A finding for each window without one digest, if there should be some.
fn no_digests(judged: &[JudgedChain], scope: &Scope) -> Vec<Finding> {
    let due = scope.as_of.saturating_sub(scope.patience).unwrap_or(Timestamp::MIN);
    let is_empty = |from: Timestamp, until: Timestamp| {
        let mut digests =
            judged.iter().filter(|chain| !chain.report.chain.backfill).flat_map(|chain| &chain.digests);
        until.duration_since(from) >= HOUR
            && !digests.any(|digest| from <= digest.key.end && digest.key.end < until)
    };
    let windows = scope.windows.iter().map(|window| (window.from, window.until.min(due)));
    let empty = windows.filter(|(from, until)| is_empty(*from, *until));
    let finding = |span| Finding {
        kind: FindingKind::NoDigests,
        chain: None,
        digest: None,
        span: Some(span),
        missing: 0,
        missing_key: None,
        detail: None,
    };
    empty.map(finding).collect()
}

/// The bytes of a signature in metadata; empty, and so invalid, if the text is anything but a signature.
fn signature_bytes(text: &str) -> Vec<u8> {
    if text.len() > DigestFile::MAX_SIGNATURE { Vec::new() } else { unhex(text).unwrap_or_default() }
}

#[cfg(test)]
#[path = "region_check_tests.rs"]
mod tests;
