//! A trail and a day of its deliveries: log files, hourly digests, and backfill digests.

use std::collections::BTreeMap;

use cloudtrail_model::digest::ChainId;
use cloudtrail_model::{Day, Kind, LogFileName, SourceKey};
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

use crate::draw::{rng_for, unique};
use crate::gzip::Gzip;
use crate::sample_records;
use crate::signed::bucket::{SignedBucket, StoredObject};
use crate::signed::digest_chain::{DigestChain, DigestedHour, SignedDigest, sha256};
use crate::signed::signer::DigestSigner;

/// A trail with log file validation, and where it delivers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedTrail {
    /// Decides names and content of log files.
    pub seed: u64,
    /// Its name.
    pub name: String,
    /// The region that it was created in.
    pub home_region: String,
    /// `o-…` of an organisation trail.
    pub organization: Option<String>,
    /// What stands before `AWSLogs`, without the slash between.
    pub prefix: Option<String>,
    /// Accounts that log files are from: twelve digits each.
    pub accounts: Vec<String>,
    /// Regions that log files are from.
    pub regions: Vec<String>,
    /// The day that it delivers, with the hour before and two hours after it.
    pub day: Day,
    /// Log files of an hour, for each account and region. In the hour before five in the morning there are none.
    pub log_files: u32,
    /// Whether the digests of some hours leave out their last log file, which a backfill digest lists.
    pub backfills: bool,
}

/// Digests of a day: the last one of the day before, 24, and two of the next one.
const HOURS: i64 = 27;
/// The first digest of the day.
const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// The minutes and seconds at which hours end, as with CloudTrail those of the trail's creation.
const TURN: SignedDuration = SignedDuration::from_secs(21 * 60 + 31);
/// The digest without log files.
const EMPTY: i64 = 5;
/// The digests that leave out their last log file.
const BACKFILLED: [i64; 3] = [7, 12, 19];
/// How long after its hour a backfill digest is made.
const BACKFILL: SignedDuration = SignedDuration::from_hours(5);

impl SignedTrail {
    /// A trail of one account in one region.
    pub fn small(day: Day) -> Self {
        SignedTrail {
            seed: 1,
            name: "management_events".to_owned(),
            home_region: "us-east-1".to_owned(),
            organization: None,
            prefix: None,
            accounts: vec!["990000000001".to_owned()],
            regions: vec!["eu-west-1".to_owned()],
            day,
            log_files: 2,
            backfills: true,
        }
    }

    /// A trail of an organisation: three accounts in three regions.
    pub fn organization(day: Day) -> Self {
        SignedTrail {
            organization: Some("o-7c2m9xk4qp".to_owned()),
            prefix: Some("audit".to_owned()),
            accounts: (1..=3).map(|account| format!("99000000000{account}")).collect(),
            regions: ["us-east-1", "eu-west-1", "ap-southeast-2"].map(str::to_owned).to_vec(),
            ..Self::small(day)
        }
    }

    /// The chain of digests of an account and a region.
    pub fn chain(&self, account: &str, region: &str) -> ChainId {
        ChainId {
            prefix: self.prefix.clone(),
            organization: self.organization.clone(),
            account: account.to_owned(),
            region: region.to_owned(),
            trail: self.name.clone(),
            home_region: self.home_region.clone(),
            backfill: false,
        }
    }

    /// Puts all objects into a bucket.
    pub fn deliver(&self, signer: &DigestSigner, bucket: &mut SignedBucket) {
        for (at, account) in (0..).zip(&self.accounts) {
            for (number, region) in (at * 100..).zip(&self.regions) {
                let rng = rng_for(self.seed, 8, number);
                self.deliver_region(&self.chain(account, region), rng, signer, bucket);
            }
        }
    }

    fn deliver_region(&self, id: &ChainId, mut rng: Rng, signer: &DigestSigner, bucket: &mut SignedBucket) {
        let mut digests = DigestChain::new(id.clone(), &bucket.name, signer);
        let mut backfill = DigestChain::new(ChainId { backfill: true, ..id.clone() }, &bucket.name, signer);
        for hour in 0..HOURS {
            // the first one is before the day
            let end = later(self.day.midnight(), TURN + HOUR * (i32::try_from(hour).unwrap_or(0) - 1));
            let start = later(end, -HOUR);
            let count = if hour == EMPTY { 0 } else { self.log_files };
            let mut log_files = Vec::new();
            for number in 1..=count {
                let minutes = SignedDuration::from_mins(i64::from(60 * number / (count + 1)));
                let (key, text, object) = log_file(id, later(start, minutes), &mut rng);
                log_files.push((key.clone(), sha256(&text)));
                bucket.objects.insert(key, object);
            }
            let is_backfilled = self.backfills && BACKFILLED.contains(&hour);
            let left_out = if is_backfilled { log_files.pop() } else { None };
            let mut put = |digest: SignedDigest| bucket.objects.insert(digest.key, digest.object);
            put(digests.digest(&DigestedHour { start, end, log_files, generated: None }));
            if let Some(left_out) = left_out {
                let generated = Some(later(end, BACKFILL));
                put(backfill.digest(&DigestedHour { start, end, log_files: vec![left_out], generated }));
            }
        }
    }
}

/// A log file that is delivered at an instant: its key, its text and the object.
pub(crate) fn log_file(id: &ChainId, delivered: Timestamp, rng: &mut Rng) -> (String, Vec<u8>, StoredObject) {
    let day = Day::at(delivered);
    let minute = delivered.duration_since(day.midnight()).as_mins();
    let name = LogFileName {
        account: id.account.clone(),
        kind: Kind::CloudTrail,
        region: id.region.clone(),
        day,
        // every five minutes
        minute: u16::try_from(minute / 5 * 5).unwrap_or(0),
        unique: unique(rng),
    };
    let key = SourceKey {
        prefix: id.prefix.clone(),
        organization: id.organization.clone(),
        account: id.account.clone(),
        kind: Kind::CloudTrail,
        region: id.region.clone(),
        day,
        file: name.to_string(),
    };
    let text = format!("{{\"Records\":[{}]}}", sample_records(rng.u64(..), 2).join(",")).into_bytes();
    let body = Gzip::new().member(&text);
    (key.to_string(), text, StoredObject { body, metadata: BTreeMap::new(), delivered })
}

/// An instant later or earlier by some hours; the trail's day is never at the end of time.
pub(crate) fn later(instant: Timestamp, by: SignedDuration) -> Timestamp {
    instant.saturating_add(by).unwrap_or(instant)
}

#[cfg(test)]
#[path = "trail_tests.rs"]
mod tests;
