//! What the digests of a bucket in memory prove.

use std::io::Read;

use cloudtrail_model::digest::{
    DigestContent, DigestFile, LogFileContent, LogFileFacts, Origin, PublicKeys, RegionCheck, RegionReport,
    RingVerifier, Scope,
};
use cloudtrail_model::{Kind, SourceKey};

use crate::signed::bucket::SignedBucket;
use crate::signed::digest_chain::sha256;

/// Checks the log files of a scope against the digests of a bucket. Of a copy, neither metadata nor the time of delivery is
/// known.
pub fn judge(bucket: &SignedBucket, scope: &Scope, keys: &PublicKeys) -> RegionReport {
    let is_copy = scope.origin == Origin::Copy;
    let mut check = RegionCheck::new(scope.clone());
    for (key, object) in &bucket.objects {
        let member = first_member(&object.body, DigestFile::MAX_TEXT);
        let content = member.as_ref().map_or(DigestContent::Damaged, |member| DigestContent::Text {
            text: &member.text,
            trailing_member: member.trailing,
        });
        let signature = object.metadata.get("signature").filter(|_| !is_copy);
        // what is no digest of the scope is passed over
        let _ = check.add_digest(key, content, signature.map(String::as_str));
    }
    let mut judged = check.judge(keys, &RingVerifier);
    for (key, object) in &bucket.objects {
        let Ok(parsed) = SourceKey::parse(key) else { continue };
        let is_here = parsed.account == scope.account && parsed.region == scope.region;
        if parsed.kind == Kind::Digest || !is_here || !scope.days.contains(&parsed.day) {
            continue;
        }
        let content = content(&object.body);
        let delivered = (!is_copy).then_some(object.delivered);
        judged.add_log_file(LogFileFacts { key, content, delivered });
    }
    judged.finish()
}

/// What reading a log file gives.
pub fn content(body: &[u8]) -> LogFileContent {
    match first_member(body, usize::MAX - 1) {
        None => LogFileContent::Damaged,
        Some(member) => LogFileContent::Text {
            first_member_sha256: sha256(&member.text),
            trailing_member: member.trailing,
        },
    }
}

/// The first member of a gzip file.
pub(crate) struct FirstMember {
    pub(crate) text: Vec<u8>,
    /// Whether bytes follow it.
    pub(crate) trailing: bool,
}

/// The first member of a gzip file, of a longer text one byte more than the limit; `None` if it is not whole gzip.
#[expect(clippy::disallowed_methods, reason = "only the first member is listed in a digest")]
pub(crate) fn first_member(body: &[u8], limit: usize) -> Option<FirstMember> {
    let mut decoder = flate2::bufread::GzDecoder::new(body);
    let mut text = Vec::new();
    decoder.by_ref().take(limit as u64 + 1).read_to_end(&mut text).ok()?;
    Some(FirstMember { text, trailing: !decoder.into_inner().is_empty() })
}
