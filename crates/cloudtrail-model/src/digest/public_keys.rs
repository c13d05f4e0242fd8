//! CloudTrail's public keys, as `aws cloudtrail list-public-keys` prints them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

/// How far from the end of a digest's hour the validity of its key may lie. Digests are signed after their hour, so the one
/// after a rotation has the newer key; aws-cli allows two hours. A day is no less safe, since keys are valid for weeks.
const ROTATION: SignedDuration = SignedDuration::from_hours(24);

/// Public keys by fingerprint. Each region has its own; keys of several regions can be in one set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublicKeys {
    keys: Vec<PublicKey>,
}

/// One public key of CloudTrail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// Identifies the key in digests: hexadecimal text.
    pub fingerprint: String,
    /// The DER of an `RSAPublicKey` of PKCS#1.
    pub der: Vec<u8>,
    /// The first and the last instant of its validity.
    pub validity: (Timestamp, Timestamp),
}

/// Why a text is not a list of public keys. Does not name the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeysError {
    /// Not the JSON that the command prints.
    #[error(
        "not the JSON of a list of public keys: {reason} (write the file with `aws cloudtrail list-public-keys --output json`)"
    )]
    Json {
        /// What the parser found, and where.
        reason: String,
    },
    /// A key with a value that is not base64, or a validity that is not two instants.
    #[error("public key {fingerprint:?} has an invalid {field} (write the file again)")]
    Field {
        /// The fingerprint of the key.
        fingerprint: String,
        /// The name of the field.
        field: &'static str,
    },
    /// No key at all.
    #[error("no public key in it (ask for the time of the digests: `--start-time`, `--end-time`)")]
    Empty,
}

#[derive(Deserialize)]
struct List {
    #[serde(rename = "PublicKeyList")]
    keys: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    fingerprint: String,
    value: String,
    validity_start_time: Instant,
    validity_end_time: Instant,
}

/// Version 1 of aws-cli prints seconds since 1970, version 2 prints RFC 3339.
#[derive(Deserialize)]
#[serde(untagged)]
enum Instant {
    Seconds(f64),
    Text(String),
}

impl PublicKeys {
    /// Reads the JSON of `aws cloudtrail list-public-keys`. Several outputs one after the other are one set, so that
    /// `for region in …; do aws cloudtrail list-public-keys --region $region …; done > FILE` works.
    ///
    /// # Errors
    /// Fails if the text is not such JSON, if a field is invalid, or if it has no key.
    pub fn parse(text: &[u8]) -> Result<Self, PublicKeysError> {
        let keys = PublicKeys::parse_list(text)?;
        if keys.is_empty() { Err(PublicKeysError::Empty) } else { Ok(keys) }
    }

    /// Reads the same JSON, of which a list may be empty.
    ///
    /// # Errors
    /// Fails if the text is not such JSON, or if a field is invalid.
    pub fn parse_list(text: &[u8]) -> Result<Self, PublicKeysError> {
        let mut keys = Vec::new();
        for list in serde_json::Deserializer::from_slice(text).into_iter::<List>() {
            let list = list.map_err(|error| PublicKeysError::Json { reason: error.to_string() })?;
            for entry in list.keys {
                keys.push(PublicKey::try_from(entry)?);
            }
        }
        Ok(PublicKeys { keys })
    }

    /// Each key by fingerprint, as the JSON of a list of its own. Keys whose fingerprint is not hexadecimal are left out.
    pub fn as_json(&self) -> impl Iterator<Item = (&str, String)> {
        let is_hex = |key: &&PublicKey| {
            let digits = key.fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit());
            digits && (1..=128).contains(&key.fingerprint.len())
        };
        self.keys.iter().filter(is_hex).map(|key| {
            let PublicKey { fingerprint, der, validity: (from, to) } = key;
            let json = serde_json::json!({ "PublicKeyList": [{
                "Fingerprint": fingerprint,
                "Value": STANDARD.encode(der),
                "ValidityStartTime": from.to_string(),
                "ValidityEndTime": to.to_string(),
            }]});
            (fingerprint.as_str(), json.to_string())
        })
    }

    /// The keys with a fingerprint that were valid at an instant, give or take a day: one, unless two lists disagree.
    pub fn valid_at(&self, fingerprint: &str, at: Timestamp) -> impl Iterator<Item = &PublicKey> {
        self.with_fingerprint(fingerprint).filter(move |key| {
            let (from, to) = key.validity;
            at.duration_since(from) >= -ROTATION && at.duration_since(to) <= ROTATION
        })
    }

    /// The keys with a fingerprint, whenever they were valid.
    pub fn with_fingerprint(&self, fingerprint: &str) -> impl Iterator<Item = &PublicKey> {
        self.keys.iter().filter(move |key| key.fingerprint.eq_ignore_ascii_case(fingerprint))
    }

    /// Adds other keys. A key that is there already is not added again.
    pub fn extend(&mut self, other: PublicKeys) {
        for key in other.keys {
            if !self.keys.contains(&key) {
                self.keys.push(key);
            }
        }
    }

    /// Number of keys.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is no key, so that no digest can be verified.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

impl TryFrom<Entry> for PublicKey {
    type Error = PublicKeysError;

    fn try_from(entry: Entry) -> Result<Self, PublicKeysError> {
        let Entry { fingerprint, value, validity_start_time, validity_end_time } = entry;
        let bad = |field| PublicKeysError::Field { fingerprint: fingerprint.clone(), field };
        let der = STANDARD.decode(value.trim()).map_err(|_| bad("Value"))?;
        let from = validity_start_time.timestamp().ok_or_else(|| bad("ValidityStartTime"))?;
        let to = validity_end_time.timestamp().ok_or_else(|| bad("ValidityEndTime"))?;
        Ok(PublicKey { fingerprint, der, validity: (from, to) })
    }
}

impl Instant {
    fn timestamp(&self) -> Option<Timestamp> {
        match self {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "saturates, and jiff refuses what is out of range"
            )]
            Instant::Seconds(seconds) => Timestamp::from_second(*seconds as i64).ok(),
            Instant::Text(text) => text.parse().ok(),
        }
    }
}

#[cfg(test)]
#[path = "public_keys_tests.rs"]
mod tests;
