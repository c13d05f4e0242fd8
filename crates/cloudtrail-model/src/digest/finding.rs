//! What is wrong with digests, by name.

use std::fmt;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::digest::digest_key::ChainId;

/// How much a finding says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It can be so without anybody's doing.
    Notice,
    /// Something cannot be proven, and nothing contradicts it.
    Unproven,
    /// Something contradicts what CloudTrail signed.
    Broken,
}

/// What is wrong with a digest, or with a chain of them. The names are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// The object is not a digest file.
    DigestMalformed,
    /// The content is the digest of another key or bucket.
    DigestMoved,
    /// The content is not what CloudTrail signed.
    DigestAltered,
    /// CloudTrail signed the content, and the next digest states the hash of another.
    DigestReplaced,
    /// Bytes follow the first gzip member of the object.
    DigestAppended,
    /// A digest that must be there is not.
    DigestMissing,
    /// The signature in the metadata is not CloudTrail's, and the content is.
    SignatureAltered,
    /// The signature is invalid, and nothing says whether signature or content was altered.
    SignatureInvalid,
    /// An object in CloudTrail's bucket has no signature in its metadata.
    SignatureMissing,
    /// The newest digest of a copy: only the next one would have its signature.
    UnsignedHere,
    /// No public key that was given has the fingerprint and the time of the digest.
    KeyUnknown,
    /// The first digest of a chain: nothing before it is proven.
    ChainStarts,
    /// A chain begins again after another one: between them, CloudTrail made no digests.
    ChainRestarted,
    /// No digest after the last one, though they are hourly.
    DigestsEnd,
    /// Not one digest in the time.
    NoDigests,
    /// The digest before is in another bucket, since the trail delivered there.
    BucketChanged,
}

impl FindingKind {
    /// All kinds.
    pub const ALL: [FindingKind; 16] = [
        FindingKind::DigestMalformed,
        FindingKind::DigestMoved,
        FindingKind::DigestAltered,
        FindingKind::DigestReplaced,
        FindingKind::DigestAppended,
        FindingKind::DigestMissing,
        FindingKind::SignatureAltered,
        FindingKind::SignatureInvalid,
        FindingKind::SignatureMissing,
        FindingKind::UnsignedHere,
        FindingKind::KeyUnknown,
        FindingKind::ChainStarts,
        FindingKind::ChainRestarted,
        FindingKind::DigestsEnd,
        FindingKind::NoDigests,
        FindingKind::BucketChanged,
    ];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            FindingKind::DigestMalformed => "digest_malformed",
            FindingKind::DigestMoved => "digest_moved",
            FindingKind::DigestAltered => "digest_altered",
            FindingKind::DigestReplaced => "digest_replaced",
            FindingKind::DigestAppended => "digest_appended",
            FindingKind::DigestMissing => "digest_missing",
            FindingKind::SignatureAltered => "signature_altered",
            FindingKind::SignatureInvalid => "signature_invalid",
            FindingKind::SignatureMissing => "signature_missing",
            FindingKind::UnsignedHere => "unsigned_here",
            FindingKind::KeyUnknown => "key_unknown",
            FindingKind::ChainStarts => "chain_starts",
            FindingKind::ChainRestarted => "chain_restarted",
            FindingKind::DigestsEnd => "digests_end",
            FindingKind::NoDigests => "no_digests",
            FindingKind::BucketChanged => "bucket_changed",
        }
    }

    /// How much it says.
    pub fn severity(self) -> Severity {
        match self {
            FindingKind::DigestMalformed
            | FindingKind::DigestMoved
            | FindingKind::DigestAltered
            | FindingKind::DigestReplaced
            | FindingKind::DigestAppended
            | FindingKind::DigestMissing
            | FindingKind::SignatureAltered
            | FindingKind::SignatureInvalid
            | FindingKind::SignatureMissing => Severity::Broken,
            FindingKind::UnsignedHere
            | FindingKind::KeyUnknown
            | FindingKind::ChainRestarted
            | FindingKind::DigestsEnd
            | FindingKind::NoDigests => Severity::Unproven,
            FindingKind::ChainStarts | FindingKind::BucketChanged => Severity::Notice,
        }
    }
}

/// One finding about digests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// The chain that it is in; `None` where there is no digest at all.
    pub chain: Option<ChainId>,
    /// The key of the digest that it is about, or that it comes before.
    pub digest: Option<String>,
    /// The time that no digest is of.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Number of digests that are missing; of several in a row all but the last are counted by the hour.
    pub missing: u32,
    /// The key of the last one of those that are missing, if a digest states it.
    pub missing_key: Option<String>,
    /// More about a digest that is malformed.
    pub detail: Option<String>,
}

impl fmt::Display for Finding {
    /// One line, for people. Keys are written by others, and are escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digest = self.digest.as_deref().unwrap_or_default();
        let chain = self.chain.as_ref().map(ToString::to_string).unwrap_or_default();
        let detail = self.detail.as_deref().unwrap_or("it cannot be read");
        let span = self.span.map(|(from, to)| format!(" ({from} to {to})")).unwrap_or_default();
        let missing = self.missing;
        match self.kind {
            FindingKind::DigestMalformed => {
                write!(f, "{digest:?} is not a digest file: {detail}; get it back from a backup or a replica")
            }
            FindingKind::DigestMoved => {
                write!(f, "{digest:?} has the content of another digest; find out who put it there")
            }
            FindingKind::DigestAltered => {
                write!(f, "{digest:?} is not what CloudTrail signed; get it back from a backup or a replica")
            }
            FindingKind::DigestReplaced => write!(
                f,
                "{digest:?} has a valid signature, but the digest after it states another content; compare it with a backup"
            ),
            FindingKind::DigestAppended => {
                write!(f, "bytes follow the gzip member of {digest:?}; find out who added them")
            }
            FindingKind::DigestMissing => write!(
                f,
                "missing before {digest:?}: {missing} of the {chain}{span}; get back what was deleted from a backup or a replica"
            ),
            FindingKind::SignatureAltered => write!(
                f,
                "the signature in the metadata of {digest:?} was altered; its content is as CloudTrail signed it"
            ),
            FindingKind::SignatureInvalid => write!(
                f,
                "{digest:?} does not have a valid signature: it, or its signature, was altered; get it back from a backup"
            ),
            FindingKind::SignatureMissing => write!(
                f,
                "{digest:?} has no signature in its metadata: it was written again by somebody other than CloudTrail"
            ),
            FindingKind::UnsignedHere => {
                write!(
                    f,
                    "{digest:?} is the newest one here, and unsigned here: the next digest has its signature"
                )
            }
            FindingKind::KeyUnknown => write!(
                f,
                "no public key for {digest:?}; list the keys of its region and time with `aws cloudtrail list-public-keys`"
            ),
            FindingKind::ChainStarts => {
                write!(f, "{digest:?} is the first of the {chain}; nothing before it is proven")
            }
            FindingKind::ChainRestarted => write!(
                f,
                "{digest:?} begins the {chain} again: CloudTrail made none before it{span}; look for StopLogging, \
                 UpdateTrail and DeleteTrail"
            ),
            FindingKind::DigestsEnd => write!(
                f,
                "no {chain} after {digest:?}{span}, where {missing} are due; they were deleted, or the trail was stopped"
            ),
            FindingKind::NoDigests => {
                write!(
                    f,
                    "no digests at all{span}; turn on log file validation of the trail, or look who deleted them"
                )
            }
            FindingKind::BucketChanged => {
                write!(f, "the digest before {digest:?} was delivered to another bucket; check that one, too")
            }
        }
    }
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for FindingKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A finding as JSON.
#[derive(Serialize)]
struct Fields<'a> {
    finding: FindingKind,
    severity: Severity,
    #[serde(skip_serializing_if = "Option::is_none")]
    chain: Option<&'a ChainId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing_key: Option<&'a str>,
    message: String,
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Fields {
            finding: self.kind,
            severity: self.kind.severity(),
            chain: self.chain.as_ref(),
            digest: self.digest.as_deref(),
            from: self.span.map(|(from, _)| from.to_string()),
            to: self.span.map(|(_, to)| to.to_string()),
            missing: (self.missing > 0).then_some(self.missing),
            missing_key: self.missing_key.as_deref(),
            message: self.to_string(),
        }
        .serialize(serializer)
    }
}

#[cfg(test)]
#[path = "finding_tests.rs"]
mod tests;
