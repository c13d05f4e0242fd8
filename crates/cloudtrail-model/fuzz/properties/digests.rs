//! Any bytes as a digest file among others, as a list of public keys, and as the key of a digest: no panic, nothing is proven
//! by it, and every log file that was given is in the report.

use cloudtrail_model::digest::{
    DigestContent, DigestFile, DigestKey, LogFileContent, LogFileFacts, LogVerdict, Origin, PublicKeys,
    RegionCheck, Scope, VerifySignature,
};
use cloudtrail_model::{Day, Kind};

/// No signature is valid.
struct Nobody;

impl VerifySignature for Nobody {
    fn is_valid(&self, _: &[u8], _: &[u8], _: &[u8]) -> bool {
        false
    }
}

const FOLDER: &str = "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/11/22/";
const LOG_FILE: &str = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/22/\
                        111122223333_CloudTrail_eu-west-1_20261122T0500Z_abc.json.gz";
const KEYS: &[u8] =
    br#"{"PublicKeyList":[{"Fingerprint":"f","Value":"AQID","ValidityStartTime":0,"ValidityEndTime":4e9}]}"#;

fn digest_key(minute: u8, backfill: &str) -> String {
    let name =
        format!("111122223333_CloudTrail-Digest_eu-west-1_t_us-east-1_20261122T05{minute:02}00Z{backfill}");
    format!("{FOLDER}{name}.json.gz")
}

pub(crate) fn check(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Some(key) = DigestKey::parse(text)
    {
        assert_eq!(key.to_string(), text);
    }
    let _ = PublicKeys::parse(bytes);
    if let Ok(digest) = DigestFile::parse(bytes) {
        assert_eq!(
            digest.string_to_sign().lines().count(),
            digest.string_to_sign().matches('\n').count() + 1
        );
    }
    let keys = PublicKeys::parse(KEYS).expect("a list of keys");
    let day: Day = "2026-11-22".parse().expect("a day");
    for origin in [Origin::Copy, Origin::Bucket("b".to_owned())] {
        let as_of = day.midnight() + jiff::SignedDuration::from_hours(200);
        let scope = Scope::day("111122223333", "eu-west-1", origin, Kind::CloudTrail, day, as_of);
        let mut check = RegionCheck::new(scope);
        // the text once as one of a chain, between one that is damaged and itself
        let content = DigestContent::Text { text: bytes, trailing_member: bytes.len() % 2 == 1 };
        let signature = std::str::from_utf8(bytes).ok();
        for (minute, backfill, content) in [
            (10, "", DigestContent::Damaged),
            (20, "", content),
            (30, "", content),
            (30, "_backfill", content),
        ] {
            let added = check.add_digest(&digest_key(minute, backfill), content, signature);
            added.expect("a key of the scope");
        }
        let mut judged = check.judge(&keys, &Nobody);
        let content = LogFileContent::Text { first_member_sha256: [0; 32], trailing_member: false };
        judged.add_log_file(LogFileFacts { key: LOG_FILE, content, delivered: None });
        let report = judged.finish();
        assert!(!report.is_proven() && !report.log_files.contains_key(&LogVerdict::Proven));
        assert!(report.log_file_findings.iter().any(|found| found.key == LOG_FILE));
        assert!(report.elsewhere.is_empty() && report.chains.iter().all(|chain| chain.proven == 0));
    }
}
