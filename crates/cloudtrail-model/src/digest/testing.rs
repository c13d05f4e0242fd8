//! Digests for tests, with signatures that need no cryptography: the SHA-256 of the key and what is signed.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::digest::hex::{hex, sha256_of_hex};
use crate::digest::{
    DigestContent, DigestFile, DigestKey, FindingKind, LogFileContent, LogFileFacts, LogVerdict, Origin,
    PublicKeys, RegionCheck, RegionReport, Scope, VerifySignature,
};
use crate::{Day, Kind};

pub(crate) const BUCKET: &str = "trail-bucket";
pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const REGION: &str = "eu-west-1";

/// Its signatures are hashes.
pub(crate) struct Hashes;

impl VerifySignature for Hashes {
    fn is_valid(&self, public_key: &[u8], message: &[u8], signature: &[u8]) -> bool {
        signature == sign(public_key, message)
    }
}

fn sign(key: &[u8], message: &[u8]) -> Vec<u8> {
    Sha256::new().chain_update(key).chain_update(message).finalize().to_vec()
}

/// The keys `one` and `two`, by fingerprint `f1` and `f2`, valid in November 2026; `f3` was valid in October.
pub(crate) fn keys() -> PublicKeys {
    let key = |fingerprint: &str, value: &str, from: &str, to: &str| {
        format!(
            r#"{{"PublicKeyList":[{{"Fingerprint":"{fingerprint}","Value":"{value}",
            "ValidityStartTime":"{from}T00:00:00Z","ValidityEndTime":"{to}T00:00:00Z"}}]}}"#
        )
    };
    let one = key("f1", "b25l", "2026-11-01", "2026-12-01");
    let two = key("f2", "dHdv", "2026-11-01", "2026-12-01");
    let old = key("f3", "b25l", "2026-10-01", "2026-11-01");
    PublicKeys::parse(format!("{one}{two}{old}").as_bytes()).unwrap()
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn day() -> Day {
    "2026-11-22".parse().unwrap()
}

/// A digest object.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    pub(crate) key: String,
    pub(crate) text: String,
    pub(crate) signature: Option<String>,
    pub(crate) appended: bool,
    pub(crate) gzip: bool,
}

/// What a digest says, before it is signed.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) trail: &'static str,
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    pub(crate) backfill: bool,
    pub(crate) fingerprint: &'static str,
    pub(crate) key: &'static [u8],
    /// Key and SHA-256 of log files.
    pub(crate) log_files: Vec<(String, String)>,
}

impl Plan {
    /// The digest of the hour that ends half past an hour of the day, without log files.
    pub(crate) fn hour(hour: i64) -> Self {
        let start = day().midnight() + jiff::SignedDuration::from_mins(60 * hour - 30);
        let end = start + jiff::SignedDuration::from_hours(1);
        let log_files = Vec::new();
        Plan { trail: "audit", start, end, backfill: false, fingerprint: "f1", key: b"one", log_files }
    }

    pub(crate) fn with(mut self, log_files: &[(String, String)]) -> Self {
        self.log_files = log_files.to_vec();
        self
    }

    fn object_key(&self) -> String {
        let Plan { trail, end, backfill, .. } = self;
        let (folder, name) = (end.strftime("%Y/%m/%d"), end.strftime("%Y%m%dT%H%M%SZ"));
        let backfill = if *backfill { "_backfill" } else { "" };
        let folder = format!("AWSLogs/{ACCOUNT}/CloudTrail-Digest/{REGION}/{folder}");
        format!("{folder}/{ACCOUNT}_CloudTrail-Digest_{REGION}_{trail}_us-east-1_{name}{backfill}.json.gz")
    }

    /// The digest, signed, after another one.
    pub(crate) fn make(&self, previous: Option<&Made>) -> Made {
        let key = self.object_key();
        let log_files = self.log_files.iter().map(|(key, sha256)| {
            format!(r#"{{"s3Bucket":"{BUCKET}","s3Object":"{key}","hashValue":"{sha256}","hashAlgorithm":"SHA-256"}}"#)
        });
        let log_files = log_files.collect::<Vec<_>>().join(",");
        let quoted = |text: Option<String>| text.map_or("null".to_owned(), |text| format!("\"{text}\""));
        let text = format!(
            r#"{{"digestStartTime":"{}","digestEndTime":"{}","digestS3Bucket":"{BUCKET}","digestS3Object":"{key}",
            "digestPublicKeyFingerprint":"{}","previousDigestS3Bucket":{},"previousDigestS3Object":{},
            "previousDigestHashValue":{},"previousDigestHashAlgorithm":{},"previousDigestSignature":{},
            "logFiles":[{log_files}]}}"#,
            self.start,
            self.end,
            self.fingerprint,
            quoted(previous.map(|_| BUCKET.to_owned())),
            quoted(previous.map(|previous| previous.key.clone())),
            quoted(previous.map(|previous| hex(&Sha256::digest(&previous.text)))),
            quoted(previous.map(|_| "SHA-256".to_owned())),
            quoted(previous.and_then(|previous| previous.signature.clone())),
        );
        let to_sign = DigestFile::parse(text.as_bytes()).unwrap().string_to_sign();
        let signature = Some(hex(&sign(self.key, to_sign.as_bytes())));
        Made { key, text, signature, appended: false, gzip: true }
    }
}

/// Some digests of a chain, one after the other.
pub(crate) fn chain(plans: &[Plan]) -> Vec<Made> {
    let mut made: Vec<Made> = Vec::new();
    for plan in plans {
        made.push(plan.make(made.last()));
    }
    made
}

/// The key and the SHA-256 of the log file that was delivered at a minute of the day.
pub(crate) fn log_file(minute: u32) -> (String, String) {
    let folder = format!("AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/2026/11/22");
    let name =
        format!("{ACCOUNT}_CloudTrail_{REGION}_20261122T{:02}{:02}Z_abc.json.gz", minute / 60, minute % 60);
    (format!("{folder}/{name}"), hex(&Sha256::digest(minute.to_string())))
}

/// A whole day: the last digest of the day before, 24 of the day and two of the next one, each with the log files that were
/// delivered at full hours.
pub(crate) fn whole_day() -> (Vec<Made>, Vec<(String, String)>) {
    let log_files: Vec<_> = (0..24).map(|hour| log_file(hour * 60)).collect();
    let plan = |hour: i64| {
        let listed = usize::try_from(hour).ok().and_then(|hour| log_files.get(hour));
        Plan::hour(hour).with(listed.map_or(&[], std::slice::from_ref))
    };
    (chain(&(-1..26).map(plan).collect::<Vec<_>>()), log_files)
}

/// The scope of the day, a week later.
pub(crate) fn scope(origin: Origin) -> Scope {
    Scope::day(ACCOUNT, REGION, origin, Kind::CloudTrail, day(), at("2026-11-29T00:00:00Z"))
}

pub(crate) fn in_bucket() -> Scope {
    scope(Origin::Bucket(BUCKET.to_owned()))
}

/// The report about digests and log files. Digests outside the window are passed over; a copy has no signatures.
pub(crate) fn report_of(scope: &Scope, digests: &[Made], log_files: &[(String, String)]) -> RegionReport {
    let facts = log_files.iter().map(|(key, sha256)| facts(key, sha256));
    report_of_facts(scope, digests, facts)
}

pub(crate) fn report_of_facts<'a>(
    scope: &Scope,
    digests: &[Made],
    log_files: impl IntoIterator<Item = LogFileFacts<'a>>,
) -> RegionReport {
    let mut check = RegionCheck::new(scope.clone());
    for made in digests {
        let content = match made.gzip {
            true => DigestContent::Text { text: made.text.as_bytes(), trailing_member: made.appended },
            false => DigestContent::Damaged,
        };
        let signature = made.signature.as_deref().filter(|_| scope.origin != Origin::Copy);
        let added = check.add_digest(&made.key, content, signature);
        let end = DigestKey::parse(&made.key).unwrap().end;
        assert_eq!(
            added.is_ok(),
            scope.windows.iter().any(|window| (window.from..window.until).contains(&end))
        );
    }
    let mut judged = check.judge(&keys(), &Hashes);
    for file in log_files {
        judged.add_log_file(file);
    }
    judged.finish()
}

pub(crate) fn facts<'a>(key: &'a str, sha256: &str) -> LogFileFacts<'a> {
    let first_member_sha256 = sha256_of_hex(sha256).unwrap();
    LogFileFacts {
        key,
        content: LogFileContent::Text { first_member_sha256, trailing_member: false },
        delivered: None,
    }
}

/// The kinds of findings about digests.
pub(crate) fn kinds(report: &RegionReport) -> Vec<FindingKind> {
    report.findings.iter().map(|finding| finding.kind).collect()
}

/// The verdicts about log files that are not proven.
pub(crate) fn verdicts(report: &RegionReport) -> Vec<LogVerdict> {
    report.log_file_findings.iter().map(|finding| finding.verdict).collect()
}
