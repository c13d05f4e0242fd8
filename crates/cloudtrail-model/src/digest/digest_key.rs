//! Keys of digest files ("CloudTrail digest file structure", AWS CloudTrail user guide):
//!
//! ```text
//! [prefix/]AWSLogs/[o-id/]ACCOUNT/CloudTrail-Digest/REGION/YYYY/MM/DD/
//!     ACCOUNT_CloudTrail-Digest_REGION_TRAIL_HOMEREGION_YYYYMMDDTHHMMSSZ[_backfill].json.gz
//! ```

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::delivery::calendar::number;
use crate::delivery::source_key::is_region;
use crate::{Day, Kind, SourceKey};

/// The key of a digest file, taken apart.
///
/// ```
/// use cloudtrail_model::digest::DigestKey;
///
/// let key = DigestKey::parse(
///     "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/11/22/\
///      111122223333_CloudTrail-Digest_eu-west-1_audit_trail_us-east-1_20261122T050131Z.json.gz",
/// )
/// .expect("the key of a digest");
/// assert_eq!((key.trail.as_str(), key.home_region.as_str()), ("audit_trail", "us-east-1"));
/// assert_eq!((key.end.to_string().as_str(), key.backfill), ("2026-11-22T05:01:31Z", false));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestKey {
    /// Every segment of the key. Its region is the region that the log files are from.
    pub source: SourceKey,
    /// The name of the trail.
    pub trail: String,
    /// The region that the trail was created in.
    pub home_region: String,
    /// The end of the hour that the digest is of.
    pub end: Timestamp,
    /// Whether it is of the chain of backfill digests, which list log files that the digest of their hour left out.
    pub backfill: bool,
}

impl DigestKey {
    /// Parses a key; `None` if it is not that of a digest file.
    pub fn parse(key: &str) -> Option<Self> {
        let source = SourceKey::parse(key).ok().filter(|source| source.kind == Kind::Digest)?;
        let stem = source.file.strip_suffix(".json.gz")?;
        let (stem, backfill) = match stem.strip_suffix("_backfill") {
            Some(stem) => (stem, true),
            None => (stem, false),
        };
        let start = format!("{}_{}_{}_", source.account, Kind::Digest, source.region);
        // from the end, since the name of a trail may contain underscores
        let mut parts = stem.strip_prefix(&start)?.rsplitn(3, '_');
        let (end, home_region, trail) = (parts.next()?, parts.next()?, parts.next()?);
        if !is_region(home_region) || !is_trail_name(trail) {
            return None;
        }
        Some(DigestKey {
            end: instant(end)?,
            trail: trail.to_owned(),
            home_region: home_region.to_owned(),
            backfill,
            source,
        })
    }

    /// The key of the digest of a chain whose hour ends at an instant.
    pub fn of(chain: &ChainId, end: Timestamp) -> Self {
        let ChainId { prefix, organization, account, region, trail, home_region, backfill } = chain;
        let time = end.strftime("%Y%m%dT%H%M%SZ");
        let suffix = if *backfill { "_backfill" } else { "" };
        let source = SourceKey {
            prefix: prefix.clone(),
            organization: organization.clone(),
            account: account.clone(),
            kind: Kind::Digest,
            region: region.clone(),
            day: Day::at(end),
            file: format!("{account}_{}_{region}_{trail}_{home_region}_{time}{suffix}.json.gz", Kind::Digest),
        };
        DigestKey { source, trail: trail.clone(), home_region: home_region.clone(), end, backfill: *backfill }
    }

    /// The chain that the digest belongs to.
    pub fn chain(&self) -> ChainId {
        let SourceKey { prefix, organization, account, region, .. } = &self.source;
        ChainId {
            prefix: prefix.clone(),
            organization: organization.clone(),
            account: account.clone(),
            region: region.clone(),
            trail: self.trail.clone(),
            home_region: self.home_region.clone(),
            backfill: self.backfill,
        }
    }
}

impl fmt::Display for DigestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

/// A chain of digests, each of which names the one before: all those of one trail in one account and region. Backfill digests
/// are a chain of their own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ChainId {
    /// What stands before `AWSLogs`, without the slash between.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// `o-…` of an organisation trail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// The account that the log files are from: twelve digits.
    pub account: String,
    /// The region that the log files are from.
    pub region: String,
    /// The name of the trail.
    pub trail: String,
    /// The region that the trail was created in.
    pub home_region: String,
    /// Whether it is the chain of backfill digests.
    pub backfill: bool,
}

impl fmt::Display for ChainId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { account, region, trail, home_region, .. } = self;
        let kind = if self.backfill { "backfill digests" } else { "digests" };
        write!(f, "{kind} of trail {trail} ({home_region}) for account {account} in {region}")
    }
}

/// The instant of `YYYYMMDDTHHMMSSZ`; `None` for every other text.
fn instant(text: &str) -> Option<Timestamp> {
    let time = text.strip_suffix('Z')?;
    let (date, time) = time.split_once('T').filter(|(date, time)| (date.len(), time.len()) == (8, 6))?;
    let day =
        Day::new(number(date.get(0..4)?, 4)?, number(date.get(4..6)?, 2)?, number(date.get(6..8)?, 2)?)?;
    let field = |from: usize, below: i64| {
        number::<i64>(time.get(from..from + 2)?, 2).filter(|number| *number < below)
    };
    let seconds = field(0, 24)? * 3600 + field(2, 60)? * 60 + field(4, 60)?;
    day.midnight().checked_add(SignedDuration::from_secs(seconds)).ok()
}

/// Letters, digits, `.`, `_` and `-`, at most 128 ("CreateTrail", AWS CloudTrail API reference).
fn is_trail_name(name: &str) -> bool {
    let is_of_a_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=128).contains(&name.len()) && name.bytes().all(is_of_a_name)
}

#[cfg(test)]
#[path = "digest_key_tests.rs"]
mod tests;
