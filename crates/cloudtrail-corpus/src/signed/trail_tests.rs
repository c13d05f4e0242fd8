use cloudtrail_model::digest::{DigestKey, FindingKind, LogVerdict, Origin, PublicKeys, RegionReport, Scope};

use super::*;
use crate::signed::judge;

fn day() -> Day {
    "2026-11-22".parse().unwrap()
}

fn keys() -> PublicKeys {
    let json = DigestSigner::cloudtrail()
        .public_keys_json("2026-11-01T00:00:00Z".parse().unwrap(), "2026-12-01T00:00:00Z".parse().unwrap());
    PublicKeys::parse(json.as_bytes()).unwrap()
}

fn delivered(trails: &[SignedTrail]) -> SignedBucket {
    let mut bucket = SignedBucket::new("audit-logs");
    trails.iter().for_each(|trail| trail.deliver(&DigestSigner::cloudtrail(), &mut bucket));
    bucket
}

fn report(bucket: &SignedBucket, account: &str, region: &str, origin: Origin) -> RegionReport {
    let as_of = "2026-11-29T00:00:00Z".parse().unwrap();
    judge(bucket, &Scope::day(account, region, origin, Kind::CloudTrail, day(), as_of), &keys())
}

fn kinds(report: &RegionReport) -> Vec<FindingKind> {
    report.findings.iter().map(|finding| finding.kind).collect()
}

#[test]
fn every_log_file_of_an_organisation_is_proven() {
    let trail = SignedTrail::organization(day());
    let bucket = delivered(std::slice::from_ref(&trail));
    for account in &trail.accounts {
        for region in &trail.regions {
            let report = report(&bucket, account, region, Origin::Bucket(bucket.name.clone()));
            assert!(report.is_proven(), "{report:?}");
            // the first of the backfill digests
            assert_eq!(kinds(&report), [FindingKind::ChainStarts]);
            assert_eq!((report.chains[0].proven, report.chains[1].proven), (26, 3));
            assert_eq!(report.log_files[&LogVerdict::Proven], 46);
        }
    }
}

#[test]
fn in_a_copy_all_but_the_newest_digests_are_proven() {
    let bucket = delivered(&[SignedTrail::small(day())]);
    let report = report(&bucket, "990000000001", "eu-west-1", Origin::Copy);
    let unsigned: Vec<_> =
        report.findings.iter().filter(|finding| finding.kind == FindingKind::UnsignedHere).collect();
    // one of each chain: the last backfill digest lists a log file of the day
    assert_eq!(unsigned.len(), 2);
    assert_eq!(report.log_files[&LogVerdict::Unproven], 1);
    assert_eq!(report.log_files[&LogVerdict::Proven], 45);
}

#[test]
fn two_trails_in_one_bucket_are_told_apart() {
    let first = SignedTrail::small(day());
    let second = SignedTrail { name: "data_events".to_owned(), seed: 2, ..first.clone() };
    let bucket = delivered(&[first, second.clone()]);
    let origin = Origin::Bucket(bucket.name.clone());
    let both = report(&bucket, "990000000001", "eu-west-1", origin.clone());
    assert!(both.is_proven());
    assert_eq!((both.chains.len(), both.log_files[&LogVerdict::Proven]), (4, 92));
    let mut without = bucket.clone();
    let digests = bucket.digests_of(&second.chain("990000000001", "eu-west-1"));
    without.objects.remove(&digests[9]);
    let report = report(&without, "990000000001", "eu-west-1", origin);
    let missing = report.findings.iter().find(|finding| finding.kind == FindingKind::DigestMissing).unwrap();
    assert_eq!(missing.chain.as_ref().unwrap().trail, "data_events");
    assert_eq!(missing.missing_key.as_ref(), Some(&digests[9]));
}

#[test]
fn the_same_trail_has_the_same_bytes() {
    let trail = SignedTrail::small(day());
    assert_eq!(delivered(std::slice::from_ref(&trail)), delivered(&[trail]));
}

#[test]
fn digests_are_hourly_those_of_an_hour_without_log_files_too() {
    let trail = SignedTrail::small(day());
    let bucket = delivered(std::slice::from_ref(&trail));
    let digests = bucket.digests_of(&trail.chain("990000000001", "eu-west-1"));
    assert_eq!(digests.len(), 27);
    let ends: Vec<Timestamp> = digests.iter().map(|key| DigestKey::parse(key).unwrap().end).collect();
    assert!(ends.windows(2).all(|pair| pair[1].duration_since(pair[0]) == HOUR));
}
