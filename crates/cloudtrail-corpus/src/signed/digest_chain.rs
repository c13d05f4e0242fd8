//! Digests, each after the other.

use std::collections::BTreeMap;

use cloudtrail_model::digest::{ChainId, DigestFile, DigestKey};
use jiff::{SignedDuration, Timestamp};
use ring::digest::{SHA256, digest};

use crate::gzip::Gzip;
use crate::signed::bucket::StoredObject;
use crate::signed::signer::DigestSigner;

/// Makes the digests of one chain, hour by hour.
#[derive(Debug)]
pub struct DigestChain<'a> {
    id: ChainId,
    bucket: String,
    signer: &'a DigestSigner,
    /// The fingerprint that digests name.
    fingerprint: String,
    /// Fields of the next digest about the last one.
    previous: Option<Previous>,
}

#[derive(Debug)]
struct Previous {
    key: String,
    sha256: String,
    signature: String,
}

/// What one digest is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestedHour {
    /// The begin of the time.
    pub start: Timestamp,
    /// The end of the time.
    pub end: Timestamp,
    /// The log files that were delivered: key, and SHA-256 of the decompressed text.
    pub log_files: Vec<(String, [u8; 32])>,
    /// When a backfill digest is made; others are made at the end of their hour.
    pub generated: Option<Timestamp>,
}

/// A digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedDigest {
    /// Its key.
    pub key: String,
    /// The object.
    pub object: StoredObject,
}

/// How long after the end of its hour CloudTrail delivers a digest, about.
const DELIVERY: SignedDuration = SignedDuration::from_mins(40);

impl<'a> DigestChain<'a> {
    /// A chain without digests in a bucket.
    pub fn new(id: ChainId, bucket: &str, signer: &'a DigestSigner) -> Self {
        let fingerprint = signer.fingerprint();
        DigestChain { id, bucket: bucket.to_owned(), signer, fingerprint, previous: None }
    }

    /// Names another key than the one that signs, as a forger would.
    pub fn claiming(self, fingerprint: String) -> Self {
        DigestChain { fingerprint, ..self }
    }

    /// The next digest.
    pub fn digest(&mut self, hour: &DigestedHour) -> SignedDigest {
        let key = DigestKey::of(&self.id, hour.end).to_string();
        let text = self.text(&key, hour);
        let signature = hex(&self.sign(&text));
        let mut metadata = BTreeMap::from([
            ("signature".to_owned(), signature.clone()),
            ("signature-algorithm".to_owned(), "SHA256withRSA".to_owned()),
        ]);
        if let Some(generated) = hour.generated {
            metadata.insert("backfill-generation-timestamp".to_owned(), generated.to_string());
        }
        let delivered = hour.generated.or_else(|| hour.end.checked_add(DELIVERY).ok()).unwrap_or(hour.end);
        let body = Gzip::new().member(text.as_bytes());
        self.previous = Some(Previous { key: key.clone(), sha256: hex(&sha256(text.as_bytes())), signature });
        SignedDigest { key, object: StoredObject { body, metadata, delivered } }
    }

    #[expect(clippy::expect_used, reason = "the text is made here")]
    fn sign(&self, text: &str) -> Vec<u8> {
        let digest = DigestFile::parse(text.as_bytes()).expect("the text of a digest");
        self.signer.sign(&digest.string_to_sign())
    }

    fn text(&self, key: &str, hour: &DigestedHour) -> String {
        let Self { id, bucket, fingerprint, previous, .. } = self;
        let quoted = |value: Option<&str>| value.map_or("null".to_owned(), |value| format!("\"{value}\""));
        let before = previous.as_ref();
        let log_files = hour.log_files.iter().map(|(key, sha256)| {
            let sha256 = hex(sha256);
            format!(
                r#"{{"s3Bucket":"{bucket}","s3Object":"{key}","hashValue":"{sha256}","hashAlgorithm":"SHA-256","newestEventTime":"{}","oldestEventTime":"{}"}}"#,
                hour.end, hour.start
            )
        });
        let log_files = log_files.collect::<Vec<_>>().join(",");
        let account = &id.account;
        format!(
            r#"{{"awsAccountId":"{account}","digestStartTime":"{}","digestEndTime":"{}","digestS3Bucket":"{bucket}","digestS3Object":"{key}","digestPublicKeyFingerprint":"{fingerprint}","digestSignatureAlgorithm":"SHA256withRSA","newestEventTime":null,"oldestEventTime":null,"previousDigestS3Bucket":{},"previousDigestS3Object":{},"previousDigestHashValue":{},"previousDigestHashAlgorithm":{},"previousDigestSignature":{},"logFiles":[{log_files}]}}"#,
            hour.start,
            hour.end,
            quoted(before.map(|_| bucket.as_str())),
            quoted(before.map(|before| before.key.as_str())),
            quoted(before.map(|before| before.sha256.as_str())),
            quoted(before.map(|_| "SHA-256")),
            quoted(before.map(|before| before.signature.as_str())),
        )
    }
}

/// SHA-256 of a text.
pub(crate) fn sha256(text: &[u8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, text).as_ref());
    bytes
}

/// Hexadecimal text, in lower case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
