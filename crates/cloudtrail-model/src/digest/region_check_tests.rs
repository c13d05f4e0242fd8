use super::*;
use crate::digest::testing::{
    ACCOUNT, Made, Plan, REGION, at, chain, facts, in_bucket, kinds, log_file, report_of, report_of_facts,
    scope, verdicts, whole_day,
};
use crate::digest::{Origin, Severity, Window};

/// The verdict and the finding about one log file, after the others of the day.
fn verdict_of(file: LogFileFacts<'_>) -> (LogVerdict, RegionReport) {
    let (digests, log_files) = whole_day();
    let others = log_files.iter().filter(|(key, _)| key != file.key).map(|(key, sha256)| facts(key, sha256));
    let report = report_of_facts(&in_bucket(), &digests, others.chain([file]));
    let verdict = report.log_file_findings.first().map_or(LogVerdict::Proven, |found| found.verdict);
    (verdict, report)
}

#[test]
fn a_log_file_is_compared_with_what_a_digest_lists() {
    let (key, sha256) = log_file(600);
    let (_, other) = log_file(601);
    let text = |sha256: &str, trailing_member| match facts(&key, sha256).content {
        LogFileContent::Text { first_member_sha256, .. } => {
            LogFileContent::Text { first_member_sha256, trailing_member }
        }
        other => other,
    };
    for (content, expected) in [
        (text(&sha256, false), LogVerdict::Proven),
        (text(&sha256, true), LogVerdict::Appended),
        (text(&other, false), LogVerdict::Modified),
        (text(&other, true), LogVerdict::Modified),
        (LogFileContent::Damaged, LogVerdict::Damaged),
        (LogFileContent::NotRead, LogVerdict::NotRead),
    ] {
        let (verdict, report) = verdict_of(LogFileFacts { key: &key, content, delivered: None });
        assert_eq!(verdict, expected);
        assert_eq!(report.is_proven(), expected == LogVerdict::Proven);
        if let Some(found) = report.log_file_findings.first() {
            assert!(found.is_digest_proven && found.digest.as_deref().unwrap().contains("T103000Z"));
        }
    }
}

#[test]
fn a_log_file_that_is_not_there_is_missing() {
    let (digests, mut log_files) = whole_day();
    let (key, _) = log_files.remove(7);
    let report = report_of(&in_bucket(), &digests, &log_files);
    assert_eq!(verdicts(&report), [LogVerdict::Missing]);
    assert_eq!((&report.log_file_findings[0].key, report.worst()), (&key, Some(Severity::Broken)));
    assert_eq!((report.log_files[&LogVerdict::Proven], report.log_files[&LogVerdict::Missing]), (23, 1));
}

#[test]
fn a_log_file_that_was_moved_is_told_from_one_that_was_added() {
    let (digests, mut log_files) = whole_day();
    let (key, sha256) = log_files.remove(7);
    let moved = key.replace("_abc", "_xyz");
    log_files.push((moved.clone(), sha256));
    let added = log_file(999);
    log_files.push(added.clone());
    let report = report_of(&in_bucket(), &digests, &log_files);
    let found = |verdict| report.log_file_findings.iter().find(|found| found.verdict == verdict).unwrap();
    assert_eq!(verdicts(&report).len(), 3);
    assert_eq!(found(LogVerdict::Missing).key, key);
    assert_eq!(found(LogVerdict::Moved).key, moved);
    assert_eq!(found(LogVerdict::Moved).delivered_to.as_ref(), Some(&key));
    assert_eq!(found(LogVerdict::Unlisted).key, added.0);
    assert_eq!(report.log_files.values().sum::<u64>(), 23 + 3);
}

#[test]
fn a_young_log_file_may_still_be_listed() {
    let (key, sha256) = log_file(999);
    let delivered = |text: &str| LogFileFacts { delivered: Some(at(text)), ..facts(&key, &sha256) };
    // the scope is as of a week later
    assert_eq!(verdict_of(delivered("2026-11-22T16:40:00Z")).0, LogVerdict::Unlisted);
    let (young, report) = verdict_of(delivered("2026-11-28T00:00:01Z"));
    assert_eq!((young, report.worst()), (LogVerdict::NotListedYet, Some(Severity::Notice)));
    // older than that, and delivered when no digest that was given is of
    assert_eq!(verdict_of(delivered("2026-11-27T23:59:59Z")).0, LogVerdict::NotCovered);
    let (digests, log_files) = whole_day();
    let soon = Scope { as_of: at("2026-11-23T16:38:00Z"), ..in_bucket() };
    let report = report_of(&soon, &digests, &[log_files, vec![(key, sha256)]].concat());
    assert_eq!(verdicts(&report), [LogVerdict::NotListedYet]);
}

#[test]
fn a_name_without_a_time_may_be_of_any_time_of_its_folder() {
    let (key, sha256) = log_file(999);
    let folder = key.rsplit_once('/').unwrap().0;
    let copy = format!("{folder}/copy.json.gz");
    assert_eq!(verdict_of(facts(&copy, &sha256)).0, LogVerdict::Unlisted);
    let (digests, log_files) = whole_day();
    let report =
        report_of(&in_bucket(), &digests[1..12], &[log_files, vec![(copy.clone(), sha256)]].concat());
    let found = report.log_file_findings.iter().find(|found| found.key == copy).unwrap();
    assert_eq!(found.verdict, LogVerdict::NotCovered);
}

#[test]
fn a_log_file_is_unlisted_only_if_the_digests_of_every_trail_say_so() {
    let (mut digests, log_files) = whole_day();
    let other = |hours: std::ops::Range<i64>| {
        chain(&hours.map(|hour| Plan { trail: "other", ..Plan::hour(hour) }).collect::<Vec<_>>())
    };
    digests.extend(other(-1..8));
    let (early, late) = (log_file(301), log_file(901));
    let report = report_of(&in_bucket(), &digests, &[log_files, vec![early, late]].concat());
    // the other trail has no digests after half past seven
    assert_eq!(verdicts(&report), [LogVerdict::Unlisted, LogVerdict::NotCovered]);
    assert_eq!(kinds(&report), [FindingKind::DigestsEnd]);
    assert_eq!(report.log_files[&LogVerdict::Proven], 24);
}

#[test]
fn two_trails_list_their_own_log_files() {
    let (mut digests, mut log_files) = whole_day();
    let own: Vec<_> = (0..24).map(|hour| log_file(hour * 60 + 10)).collect();
    let plan = |hour: i64| {
        let listed = usize::try_from(hour).ok().and_then(|hour| own.get(hour));
        Plan { trail: "other", ..Plan::hour(hour) }.with(listed.map_or(&[], std::slice::from_ref))
    };
    digests.extend(chain(&(-1..26).map(plan).collect::<Vec<_>>()));
    log_files.extend(own);
    let report = report_of(&in_bucket(), &digests, &log_files);
    assert!(report.is_proven());
    assert_eq!((report.chains.len(), report.log_files[&LogVerdict::Proven]), (2, 48));
}

#[test]
fn a_backfill_digest_lists_what_the_digest_of_its_hour_left_out() {
    let (mut digests, mut log_files) = whole_day();
    let left_out = log_file(605);
    log_files.push(left_out.clone());
    assert_eq!(verdicts(&report_of(&in_bucket(), &digests, &log_files)), [LogVerdict::Unlisted]);
    digests.push(Plan { backfill: true, ..Plan::hour(10) }.with(&[left_out]).make(None));
    let report = report_of(&in_bucket(), &digests, &log_files);
    assert_eq!(report.log_files[&LogVerdict::Proven], 25);
}

#[test]
fn backfill_digests_alone_cover_no_time() {
    let backfill = Plan { backfill: true, ..Plan::hour(10) }.make(None);
    let report = report_of(&in_bucket(), &[backfill], &[log_file(600)]);
    assert_eq!(verdicts(&report), [LogVerdict::NotCovered]);
    assert_eq!(kinds(&report), [FindingKind::NoDigests, FindingKind::ChainStarts]);
}

#[test]
fn a_log_file_that_was_delivered_twice_is_proven_by_either_hash() {
    let (_, log_files) = whole_day();
    let (key, _) = log_files[9].clone();
    let again = (key, log_file(1).1);
    let plan = |hour: i64| match hour {
        12 => Plan::hour(12).with(&[log_files[12].clone(), again.clone()]),
        hour => Plan::hour(hour).with(
            usize::try_from(hour).ok().and_then(|at| log_files.get(at)).map_or(&[], std::slice::from_ref),
        ),
    };
    let digests = chain(&(-1..26).map(plan).collect::<Vec<_>>());
    assert!(report_of(&in_bucket(), &digests, &log_files).is_proven());
    let mut delivered_again = log_files.clone();
    delivered_again[9] = again.clone();
    assert!(report_of(&in_bucket(), &digests, &delivered_again).is_proven());
    delivered_again[9].1 = log_file(2).1;
    assert_eq!(verdicts(&report_of(&in_bucket(), &digests, &delivered_again)), [LogVerdict::Modified]);
}

#[test]
fn log_files_of_other_days_are_handed_on_only_if_their_digest_is_proven() {
    let (mut digests, log_files) = whole_day();
    let (key, sha256) = log_file(0);
    let late = (key.replace("/2026/11/22/", "/2026/11/20/"), sha256);
    let insight = (key.replace("/CloudTrail/", "/CloudTrail-Insight/"), late.1.clone());
    digests.truncate(26);
    digests.push(Plan::hour(25).with(&[late.clone(), insight]).make(digests.last()));
    let report = report_of(&in_bucket(), &digests, &log_files);
    let elsewhere: Vec<&str> = report.elsewhere.iter().map(|listed| &*listed.key).collect();
    assert_eq!(elsewhere, [late.0]);
    assert!(report.is_proven());
    digests[26].signature = Some("00".to_owned());
    assert!(report_of(&in_bucket(), &digests, &log_files).elsewhere.is_empty());
}

#[test]
fn a_late_log_file_is_proven_by_the_digests_of_its_delivery() {
    let (mut digests, mut log_files) = whole_day();
    let late = log_file(1439);
    let three_days = SignedDuration::from_hours(72);
    let plan = |hour: i64| {
        let plan = Plan::hour(hour);
        Plan { start: plan.start + three_days, end: plan.end + three_days, ..plan }
    };
    let later = chain(&[plan(9), plan(10).with(std::slice::from_ref(&late)), plan(11), plan(12)]);
    digests.extend(later);
    log_files.push(late);
    let window = Window { from: at("2026-11-25T10:00:00Z"), until: at("2026-11-25T13:00:00Z") };
    let mut scope = in_bucket();
    scope.windows.push(window);
    assert!(report_of(&scope, &digests, &log_files).is_proven());
    log_files.pop();
    assert_eq!(verdicts(&report_of(&scope, &digests, &log_files)), [LogVerdict::Missing]);
}

#[test]
fn what_is_no_digest_of_the_scope_is_refused_by_name() {
    let mut check = RegionCheck::new(in_bucket());
    let (digests, _) = whole_day();
    let refused = [
        digests[0].key.clone(),
        digests[5].key.replace(ACCOUNT, "999999999999"),
        digests[5].key.replace(REGION, "eu-west-2"),
        digests[5].key.replace("CloudTrail-Digest", "CloudTrail"),
        "x\u{1b}[2J".to_owned(),
    ];
    for key in refused {
        let error = check.add_digest(&key, DigestContent::Damaged, None).unwrap_err().to_string();
        assert!(error.contains("is not the key of a digest of account 111122223333 in eu-west-1"), "{error}");
        assert!(!error.contains('\u{1b}'));
    }
    assert!(check.add_digest(&digests[5].key, DigestContent::Damaged, None).is_ok());
}

#[test]
fn the_report_as_json_has_the_stable_names() {
    let (mut digests, mut log_files) = whole_day();
    digests.remove(10);
    log_files.remove(3);
    let report = serde_json::to_value(report_of(&in_bucket(), &digests, &log_files)).unwrap();
    assert_eq!(report["findings"][0]["finding"], "digest_missing");
    assert_eq!(report["findings"][0]["missing"], 1);
    assert_eq!(report["findings"][0]["from"], "2026-11-22T08:30:00Z");
    assert_eq!(report["findings"][0]["chain"]["trail"], "audit");
    assert_eq!(report["log_files"]["proven"], 22);
    assert_eq!(report["log_files"]["missing"], 1);
    assert_eq!(report["log_file_findings"][0]["verdict"], "missing");
    assert_eq!(report["log_file_findings"][0]["digest_proven"], true);
    assert_eq!(report["chains"][0]["last"], "2026-11-23T01:30:00Z");
}

#[test]
fn in_a_copy_keys_are_compared_from_awslogs_on() {
    let (digests, log_files) = whole_day();
    let below: Vec<_> =
        log_files.iter().map(|(key, sha256)| (format!("a/b/{key}"), sha256.clone())).collect();
    assert_eq!(report_of(&scope(Origin::Copy), &digests, &below).log_files[&LogVerdict::Proven], 24);
    assert_eq!(report_of(&in_bucket(), &digests, &below).log_files[&LogVerdict::Missing], 24);
}

#[test]
fn what_a_digest_of_another_place_lists_counts_for_nothing() {
    let (mut digests, mut log_files) = whole_day();
    let added = log_file(605);
    let other = Plan { trail: "other", ..Plan::hour(10) }.with(std::slice::from_ref(&added)).make(None);
    digests[11] = Made { key: digests[11].key.clone(), ..other };
    log_files.push(added.clone());
    let report = report_of(&in_bucket(), &digests, &log_files);
    assert_eq!(kinds(&report), [FindingKind::DigestMoved]);
    let found = report.log_file_findings.iter().find(|found| found.key == added.0).unwrap();
    assert_eq!((found.verdict, found.digest.as_deref()), (LogVerdict::NotCovered, None));
}

#[test]
fn a_signature_that_is_longer_than_any_is_not_held() {
    assert_eq!(signature_bytes(&"ab".repeat(1024)).len(), 1024);
    assert!(signature_bytes(&"ab".repeat(1025)).is_empty());
    assert!(signature_bytes("xy").is_empty());
}

#[test]
fn a_log_file_of_an_old_day_that_is_not_there_has_expired() {
    let (digests, mut log_files) = whole_day();
    log_files.remove(7);
    let expired = |day: &str| Scope { expired_through: Some(day.parse().unwrap()), ..in_bucket() };
    let report = report_of(&expired("2026-11-22"), &digests, &log_files);
    assert_eq!((verdicts(&report), report.worst()), (vec![LogVerdict::Expired], Some(Severity::Unproven)));
    let report = report_of(&expired("2026-11-21"), &digests, &log_files);
    assert_eq!(verdicts(&report), [LogVerdict::Missing]);
}

#[test]
fn a_check_knows_the_keys_that_it_needs() {
    let (digests, _) = whole_day();
    let mut check = RegionCheck::new(in_bucket());
    assert!(check.fingerprints().is_empty());
    for digest in &digests[1..4] {
        let content = DigestContent::Text { text: digest.text.as_bytes(), trailing_member: false };
        check.add_digest(&digest.key, content, None).unwrap();
    }
    assert_eq!(check.fingerprints().into_iter().collect::<Vec<_>>(), ["f1"]);
}
