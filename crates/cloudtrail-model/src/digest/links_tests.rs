use jiff::SignedDuration;

use crate::digest::testing::{Made, Plan, at, chain, in_bucket, kinds, log_file, report_of, whole_day};
use crate::digest::{FindingKind, LogVerdict, Origin, RegionReport, Scope, Window};

fn without(indexes: std::ops::Range<usize>) -> RegionReport {
    let (mut digests, log_files) = whole_day();
    digests.drain(indexes);
    report_of(&in_bucket(), &digests, &log_files)
}

/// Kind, digest's time, number of missing ones and time of each finding.
fn breaks(report: &RegionReport) -> Vec<(FindingKind, String, u32, String)> {
    let time = |key: &str| key.rsplit('_').next().unwrap().replace(".json.gz", "");
    let breaks = report.findings.iter().map(|finding| {
        let span = finding.span.map_or(String::new(), |(from, to)| {
            format!("{} {}", from.strftime("%d %H:%M"), to.strftime("%d %H:%M"))
        });
        (finding.kind, time(finding.digest.as_deref().unwrap()), finding.missing, span)
    });
    breaks.collect()
}

fn broken(kind: FindingKind, digest: &str, missing: u32, span: &str) -> (FindingKind, String, u32, String) {
    (kind, digest.to_owned(), missing, span.to_owned())
}

#[test]
fn digests_that_were_removed_are_counted_and_the_last_one_is_named() {
    for (count, from) in [(1u32, "22 09:30"), (2, "22 08:30"), (5, "22 05:30")] {
        let first = 12 - usize::try_from(count).unwrap();
        let report = without(first..12);
        let missing =
            broken(FindingKind::DigestMissing, "20261122T113000Z", count, &format!("{from} 22 10:30"));
        assert_eq!(breaks(&report), [missing]);
        assert!(report.findings[0].missing_key.as_deref().unwrap().contains("20261122T103000Z"));
        // its log files are in no digest now, and nobody says that CloudTrail did not deliver them
        assert_eq!(report.log_files[&LogVerdict::NotCovered], u64::from(count));
        assert!(!report.log_files.contains_key(&LogVerdict::Unlisted));
    }
}

#[test]
fn the_first_digests_of_a_window_are_missed() {
    // the last one of the day before is not in the window
    assert_eq!(
        breaks(&without(1..2)),
        [broken(FindingKind::DigestMissing, "20261122T013000Z", 1, "22 00:00 22 00:30")]
    );
    assert_eq!(
        breaks(&without(1..4)),
        [broken(FindingKind::DigestMissing, "20261122T033000Z", 3, "22 00:00 22 02:30")]
    );
    // all of the day, as the first one of the next day tells
    assert_eq!(
        breaks(&without(1..25)),
        [broken(FindingKind::DigestMissing, "20261123T003000Z", 24, "22 00:00 22 23:30")]
    );
}

#[test]
fn the_chain_goes_on_from_the_digest_before_the_window() {
    let (digests, log_files) = whole_day();
    let report = report_of(&in_bucket(), &digests, &log_files);
    let before = report.chains[0].continues_from.as_ref().unwrap();
    assert_eq!(before.key, digests[0].key);
}

#[test]
fn digests_that_end_before_the_window_are_missed_once_they_are_due() {
    let report = without(14..27);
    assert_eq!(
        breaks(&report),
        [broken(FindingKind::DigestsEnd, "20261122T123000Z", 13, "22 12:30 23 02:00")]
    );
    assert_eq!(report.log_files[&LogVerdict::NotCovered], 11);
    // the last two digests may be late
    let (digests, log_files) = whole_day();
    let young = Scope { as_of: at("2026-11-23T13:44:00Z"), ..in_bucket() };
    assert_eq!(kinds(&report_of(&young, &digests[..14], &log_files)), []);
    let older = Scope { as_of: at("2026-11-23T13:46:00Z"), ..in_bucket() };
    let report = report_of(&older, &digests[..14], &log_files);
    assert_eq!(
        breaks(&report),
        [broken(FindingKind::DigestsEnd, "20261122T123000Z", 1, "22 12:30 22 13:46")]
    );
}

#[test]
fn a_chain_that_begins_again_says_what_was_not_digested() {
    let first: Vec<Plan> = (0..8).map(Plan::hour).collect();
    let mut digests = chain(&first);
    digests.extend(chain(&(12..26).map(Plan::hour).collect::<Vec<_>>()));
    let report = report_of(&in_bucket(), &digests, &[]);
    let expected = [
        broken(FindingKind::ChainStarts, "20261122T003000Z", 0, ""),
        broken(FindingKind::ChainRestarted, "20261122T123000Z", 0, "22 07:30 22 11:30"),
    ];
    assert_eq!(breaks(&report), expected);
    assert!(!report.is_proven());
}

#[test]
fn a_missing_digest_before_an_unproven_one_is_known_by_the_hour() {
    let (mut digests, log_files) = whole_day();
    digests[13].text.push(' ');
    digests.remove(12);
    let report = report_of(&in_bucket(), &digests, &log_files);
    let expected = [
        broken(FindingKind::DigestMissing, "20261122T123000Z", 1, "22 10:30 22 11:30"),
        broken(FindingKind::DigestAltered, "20261122T123000Z", 0, ""),
    ];
    assert_eq!(breaks(&report), expected);
    assert_eq!(report.findings[0].missing_key, None);
}

#[test]
fn backfill_digests_are_a_chain_of_their_own_and_not_hourly() {
    let (mut digests, log_files) = whole_day();
    let plan = |hour: i64| Plan { backfill: true, ..Plan::hour(hour) };
    let backfill = chain(&[plan(3), plan(9), plan(15)]);
    digests.extend(backfill.clone());
    let report = report_of(&in_bucket(), &digests, &log_files);
    assert_eq!(kinds(&report), [FindingKind::ChainStarts]);
    assert_eq!((report.chains.len(), report.chains[1].proven), (2, 3));
    digests.retain(|digest| digest.key != backfill[1].key);
    let report = report_of(&in_bucket(), &digests, &log_files);
    assert_eq!(breaks(&report)[1].2, 1);
    assert_eq!(report.findings[1].missing_key.as_deref(), Some(backfill[1].key.as_str()));
}

#[test]
fn a_digest_before_in_another_bucket_is_no_missing_one() {
    let (mut digests, log_files) = whole_day();
    // signed again, as by CloudTrail
    let elsewhere = Made { key: digests[4].key.clone(), ..digests[4].clone() };
    let moved = Plan::hour(4).make(Some(&elsewhere)).text.replacen(
        "\"previousDigestS3Bucket\":\"trail-bucket\"",
        "\"previousDigestS3Bucket\":\"older-bucket\"",
        1,
    );
    let mut first = Plan::hour(4).make(Some(&elsewhere));
    first.text = moved;
    first.signature = None;
    let next = Plan::hour(5).make(Some(&Made { signature: Some("00".into()), ..first.clone() }));
    digests.splice(..6, [first, next]);
    let report = report_of(&in_bucket(), &digests[..2], &log_files[..0]);
    assert!(kinds(&report).contains(&FindingKind::BucketChanged), "{report:?}");
    assert!(!kinds(&report).contains(&FindingKind::DigestMissing));
}

#[test]
fn two_windows_are_two_pieces_of_a_chain() {
    let (digests, log_files) = whole_day();
    let window = |from: &str, until: &str| Window {
        from: at(&format!("2026-11-22T{from}:00Z")),
        until: at(&format!("2026-11-22T{until}:00Z")),
    };
    let scope = Scope { windows: vec![window("01:00", "03:00"), window("08:00", "10:00")], ..in_bucket() };
    let report = report_of(&scope, &digests, &log_files);
    assert_eq!((kinds(&report), report.chains.len()), (vec![], 2));
    assert_eq!(report.log_files[&LogVerdict::Proven], 4);
    // both digests of the second window are gone, and nothing else tells of them
    let report = report_of(&scope, &digests[..6], &log_files[..3]);
    assert_eq!(kinds(&report), [FindingKind::NoDigests]);
}

#[test]
fn nothing_at_all_is_a_finding_once_digests_are_due() {
    let report = report_of(&in_bucket(), &[], &[]);
    assert_eq!(kinds(&report), [FindingKind::NoDigests]);
    let young = Scope { as_of: at("2026-11-23T00:30:00Z"), ..in_bucket() };
    assert_eq!(kinds(&report_of(&young, &[], &[])), []);
    let copy = Scope { origin: Origin::Copy, patience: SignedDuration::ZERO, ..young };
    assert_eq!(kinds(&report_of(&copy, &[], &[])), [FindingKind::NoDigests]);
}

#[test]
fn a_digest_covers_the_time_from_the_one_that_it_names() {
    // it states a later begin, and no digest between
    let later = |hour| {
        let plan = Plan::hour(hour);
        Plan { start: plan.start + SignedDuration::from_mins(50), ..plan }
    };
    let digests = chain(&[Plan::hour(8), Plan::hour(9), later(10), Plan::hour(11), Plan::hour(12)]);
    let scope = Scope {
        windows: vec![Window { from: at("2026-11-22T08:00:00Z"), until: at("2026-11-22T13:00:00Z") }],
        ..in_bucket()
    };
    let report = report_of(&scope, &digests, &[log_file(600)]);
    assert_eq!(report.log_file_findings[0].verdict, LogVerdict::Unlisted);
}

#[test]
fn only_an_earlier_digest_can_be_before_another() {
    let nine = Plan::hour(9).make(None);
    let five = Plan::hour(5).make(Some(&nine));
    let report = report_of(&in_bucket(), &[five, nine.clone()], &[]);
    assert_eq!(kinds(&report)[..2], [FindingKind::DigestMissing, FindingKind::ChainRestarted]);
    assert_eq!(report.findings[0].missing_key.as_ref(), Some(&nine.key));
}
