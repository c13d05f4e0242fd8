//! The text of a digest file. Whoever can write to the bucket can write one: until its signature is verified, every field
//! is only a claim, so all that is held of it is bounded by the length of its text, and the text by a limit.

use std::fmt;

use jiff::Timestamp;
use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer};
use sha2::{Digest as _, Sha256};

use crate::digest::hex::{hex, sha256_of_hex, unhex};

/// A digest file: which log files CloudTrail delivered within an hour, and the digest before it. A value of it proves nothing
/// by itself.
#[derive(Clone, PartialEq, Eq)]
pub struct DigestFile {
    /// SHA-256 of the text.
    pub sha256: [u8; 32],
    /// The begin of the time that the digest is of. It lists the log files *delivered* from here on.
    pub start: Timestamp,
    /// The end of that time.
    pub end: Timestamp,
    /// The bucket that it was delivered to.
    pub bucket: String,
    /// The key that it was delivered to.
    pub key: String,
    /// The fingerprint of the public key that verifies it.
    pub fingerprint: String,
    /// The digest before it; `None` in the first of a chain.
    pub previous: Option<PreviousDigest>,
    /// The log files that it lists.
    pub log_files: Vec<ListedLogFile>,
    /// `digestEndTime`, as it is written: a part of what is signed.
    end_text: String,
}

/// What a digest says about the digest before it.
#[derive(Clone, PartialEq, Eq)]
pub struct PreviousDigest {
    /// The bucket that it was delivered to.
    pub bucket: String,
    /// The key that it was delivered to.
    pub key: String,
    /// SHA-256 of its text.
    pub sha256: [u8; 32],
    /// Its signature.
    pub signature: Vec<u8>,
    /// Its signature, as it is written: a part of what is signed.
    signature_text: String,
}

/// A log file, as a digest lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedLogFile {
    /// The bucket that it was delivered to; `None` if that is the bucket of the digest.
    pub bucket: Option<Box<str>>,
    /// The key that it was delivered to.
    pub key: Box<str>,
    /// SHA-256 of its text, that is of its decompressed first gzip member.
    pub sha256: [u8; 32],
}

/// Why the content of an object is not that of a digest file. Quotes nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// The object is not whole gzip.
    #[error("it is not whole gzip")]
    NotGzip,
    /// The text is longer than [`DigestFile::MAX_TEXT`].
    #[error("its text is longer than {} bytes", DigestFile::MAX_TEXT)]
    TooLarge,
    /// Not the JSON of a digest file.
    #[error("it is not the JSON of a digest file (line {line}, column {column})")]
    Json {
        /// Where the parser stopped, from 1.
        line: usize,
        /// Where the parser stopped, from 1.
        column: usize,
    },
    /// A field has no valid value.
    #[error("its field {field} is missing or invalid")]
    Field {
        /// The name of the field.
        field: &'static str,
    },
}

/// The members of a digest file that mean something here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Members {
    digest_start_time: String,
    digest_end_time: String,
    digest_s3_bucket: String,
    digest_s3_object: String,
    digest_public_key_fingerprint: String,
    #[serde(default)]
    digest_signature_algorithm: Option<String>,
    previous_digest_s3_bucket: Option<String>,
    previous_digest_s3_object: Option<String>,
    previous_digest_hash_value: Option<String>,
    previous_digest_hash_algorithm: Option<String>,
    previous_digest_signature: Option<String>,
    log_files: Vec<LogFileMembers>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogFileMembers {
    s3_bucket: Box<str>,
    s3_object: Box<str>,
    #[serde(deserialize_with = "sha256")]
    hash_value: [u8; 32],
    #[serde(rename = "hashAlgorithm", deserialize_with = "is_sha256")]
    _algorithm: (),
}

const SIGNATURE_ALGORITHM: &str = "SHA256withRSA";
const HASH_ALGORITHM: &str = "SHA-256";

impl DigestFile {
    /// The longest text that is read, in bytes: about 140,000 log files. Decompress no more than one byte more.
    pub const MAX_TEXT: usize = 64 << 20;
    /// The longest key, bucket name or fingerprint that is read, in bytes: the longest key of S3.
    const MAX_FIELD: usize = 1024;
    /// The longest signature that is read, in hexadecimal digits: that of a key of 8,192 bits.
    pub(crate) const MAX_SIGNATURE: usize = 2048;

    /// Reads the decompressed content of a digest file. Takes memory in proportion to the text.
    ///
    /// # Errors
    /// Fails if the text is too long, is not the JSON of a digest file, or has an invalid field.
    pub fn parse(text: &[u8]) -> Result<Self, DigestError> {
        if text.len() > Self::MAX_TEXT {
            return Err(DigestError::TooLarge);
        }
        let members: Members = serde_json::from_slice(text)
            .map_err(|error| DigestError::Json { line: error.line(), column: error.column() })?;
        let invalid = |field| DigestError::Field { field };
        let short = |value: String, field| {
            if value.len() <= Self::MAX_FIELD { Ok(value) } else { Err(invalid(field)) }
        };
        if members.digest_signature_algorithm.as_deref().is_some_and(|name| name != SIGNATURE_ALGORITHM) {
            return Err(invalid("digestSignatureAlgorithm"));
        }
        let previous = previous(&members)?;
        let bucket = short(members.digest_s3_bucket, "digestS3Bucket")?;
        let log_files = members.log_files.into_iter().map(|listed| {
            if listed.s3_object.len() > Self::MAX_FIELD || listed.s3_bucket.len() > Self::MAX_FIELD {
                return Err(invalid("logFiles"));
            }
            Ok(ListedLogFile {
                bucket: (*listed.s3_bucket != *bucket).then_some(listed.s3_bucket),
                key: listed.s3_object,
                sha256: listed.hash_value,
            })
        });
        let log_files = log_files.collect::<Result<_, _>>()?;
        Ok(DigestFile {
            sha256: Sha256::digest(text).into(),
            start: members.digest_start_time.parse().map_err(|_| invalid("digestStartTime"))?,
            end: members.digest_end_time.parse().map_err(|_| invalid("digestEndTime"))?,
            key: short(members.digest_s3_object, "digestS3Object")?,
            fingerprint: short(members.digest_public_key_fingerprint, "digestPublicKeyFingerprint")?,
            previous,
            log_files,
            end_text: short(members.digest_end_time, "digestEndTime")?,
            bucket,
        })
    }

    /// What CloudTrail signs of the digest ("Custom implementations of CloudTrail log file integrity validation", AWS
    /// CloudTrail user guide).
    pub fn string_to_sign(&self) -> String {
        let Self { end_text, bucket, key, .. } = self;
        let previous = self.previous.as_ref().map_or("null", |previous| &previous.signature_text);
        format!("{end_text}\n{bucket}/{key}\n{}\n{previous}", hex(&self.sha256))
    }
}

/// The digest before, of which either all fields are there or none.
fn previous(members: &Members) -> Result<Option<PreviousDigest>, DigestError> {
    let invalid = |field| DigestError::Field { field };
    let Members {
        previous_digest_s3_bucket: bucket,
        previous_digest_s3_object: key,
        previous_digest_hash_value: hash,
        previous_digest_hash_algorithm: algorithm,
        previous_digest_signature: signature,
        ..
    } = members;
    if [bucket, key, hash, algorithm, signature].iter().all(|field| field.is_none()) {
        return Ok(None);
    }
    let short = |value: &Option<String>, field| {
        value.clone().filter(|value| value.len() <= DigestFile::MAX_FIELD).ok_or(invalid(field))
    };
    if algorithm.as_deref() != Some(HASH_ALGORITHM) {
        return Err(invalid("previousDigestHashAlgorithm"));
    }
    let signature_text = signature.clone().filter(|text| text.len() <= DigestFile::MAX_SIGNATURE);
    let signature_text = signature_text.ok_or(invalid("previousDigestSignature"))?;
    Ok(Some(PreviousDigest {
        bucket: short(bucket, "previousDigestS3Bucket")?,
        key: short(key, "previousDigestS3Object")?,
        sha256: hash.as_deref().and_then(sha256_of_hex).ok_or(invalid("previousDigestHashValue"))?,
        signature: unhex(&signature_text).ok_or(invalid("previousDigestSignature"))?,
        signature_text,
    }))
}

fn sha256<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
    let text = String::deserialize(deserializer)?;
    sha256_of_hex(&text).ok_or_else(|| D::Error::invalid_value(Unexpected::Other("text"), &"a SHA-256"))
}

fn is_sha256<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    let is_known = String::deserialize(deserializer)? == HASH_ALGORITHM;
    is_known.then_some(()).ok_or_else(|| D::Error::invalid_value(Unexpected::Other("text"), &HASH_ALGORITHM))
}

impl fmt::Debug for DigestFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, log_files, previous, .. } = self;
        write!(f, "DigestFile {{ key: {key:?}, log_files: {}, previous: {previous:?} }}", log_files.len())
    }
}

impl fmt::Debug for PreviousDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.key)
    }
}

#[cfg(test)]
#[path = "digest_file_tests.rs"]
mod tests;
