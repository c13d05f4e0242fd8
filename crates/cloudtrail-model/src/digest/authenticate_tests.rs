use crate::digest::testing::{
    Made, Plan, at, chain, in_bucket, kinds, report_of, scope, verdicts, whole_day,
};
use crate::digest::{FindingKind, LogVerdict, Origin, RegionReport};

/// A digest in the middle of the day.
const MIDDLE: usize = 10;

/// The report in the bucket after a change to the digests.
fn after(change: impl FnOnce(&mut Vec<Made>)) -> RegionReport {
    let (mut digests, log_files) = whole_day();
    change(&mut digests);
    report_of(&in_bucket(), &digests, &log_files)
}

/// The same in a copy.
fn after_in_a_copy(change: impl FnOnce(&mut Vec<Made>)) -> RegionReport {
    let (mut digests, log_files) = whole_day();
    change(&mut digests);
    report_of(&scope(Origin::Copy), &digests, &log_files)
}

fn proven(report: &RegionReport) -> u64 {
    report.log_files.get(&LogVerdict::Proven).copied().unwrap_or(0)
}

/// Other bytes, the same JSON.
fn edit(made: &mut Made) {
    made.text.push(' ');
}

#[test]
fn whole_chains_are_proven_by_their_signatures_and_in_a_copy_by_the_next_one() {
    let report = after(|_| {});
    assert!(report.is_proven(), "{report:?}");
    assert_eq!((proven(&report), report.chains[0].proven), (24, 26));
    let copy = after_in_a_copy(|_| {});
    assert_eq!(kinds(&copy), [FindingKind::UnsignedHere]);
    // the newest one is the second of the next day, which lists no log file of the day
    assert_eq!((proven(&copy), copy.chains[0].proven), (24, 25));
}

#[test]
fn an_edited_digest_is_known_by_the_hash_in_the_next_one() {
    for report in
        [after(|digests| edit(&mut digests[MIDDLE])), after_in_a_copy(|digests| edit(&mut digests[MIDDLE]))]
    {
        assert_eq!(kinds(&report)[0], FindingKind::DigestAltered, "{report:?}");
        assert!(report.findings[0].digest.as_deref().unwrap().contains("T093000Z"));
        // what it lists is still compared
        assert_eq!(verdicts(&report), [LogVerdict::Unproven]);
        assert_eq!(proven(&report), 23);
    }
}

#[test]
fn a_digest_with_another_signature_is_proven_by_the_next_one() {
    for signature in ["00", "", "no hexadecimal"] {
        let report = after(|digests| digests[MIDDLE].signature = Some(signature.to_owned()));
        assert_eq!(kinds(&report), [FindingKind::SignatureAltered], "{signature}");
        assert_eq!((proven(&report), report.is_proven()), (24, false));
    }
    let missing = after(|digests| digests[MIDDLE].signature = None);
    assert_eq!(kinds(&missing), [FindingKind::SignatureMissing]);
    assert_eq!(proven(&missing), 24);
}

#[test]
fn where_nothing_follows_only_the_signature_is_known_to_be_invalid() {
    let edited = after(|digests| edit(&mut digests[26]));
    assert_eq!(kinds(&edited), [FindingKind::SignatureInvalid]);
    let signature = after(|digests| digests[26].signature = Some("00".to_owned()));
    assert_eq!(kinds(&signature), [FindingKind::SignatureInvalid]);
    let missing = after(|digests| digests[26].signature = None);
    assert_eq!(kinds(&missing), [FindingKind::SignatureMissing]);
}

#[test]
fn in_a_copy_an_unsigned_digest_proves_the_one_before_only_by_its_signature() {
    // what it says of the hash is only a claim
    let report = after_in_a_copy(|digests| edit(&mut digests[25]));
    assert_eq!(kinds(&report), [FindingKind::SignatureInvalid, FindingKind::UnsignedHere]);
}

#[test]
fn a_digest_of_an_unknown_key_is_proven_by_the_hash_in_the_next_one_or_not_at_all() {
    let (_, log_files) = whole_day();
    let unknown = |hour| Plan { fingerprint: "f9", ..Plan::hour(hour) };
    let known_after = chain(&[Plan::hour(0), unknown(1), Plan::hour(2)]);
    let report = report_of(&in_bucket(), &known_after, &log_files[..0]);
    assert!(!kinds(&report).contains(&FindingKind::KeyUnknown), "{report:?}");
    assert_eq!(report.chains[0].proven, 3);
    let all_unknown = chain(&[unknown(0), unknown(1), unknown(2)]);
    let report = report_of(&in_bucket(), &all_unknown, &log_files[..0]);
    assert_eq!(kinds(&report)[..3], [FindingKind::KeyUnknown; 3]);
    assert_eq!(report.chains[0].proven, 0);
}

#[test]
fn a_key_counts_only_for_its_time_but_for_backfill_digests() {
    let old = |backfill| Plan { fingerprint: "f3", backfill, ..Plan::hour(1) };
    let report = report_of(&in_bucket(), &chain(&[old(false)]), &[]);
    assert_eq!(kinds(&report)[0], FindingKind::KeyUnknown);
    let report = report_of(&in_bucket(), &chain(&[old(true)]), &[]);
    assert_eq!(report.chains[0].proven, 1);
}

#[test]
fn a_signature_by_another_key_is_invalid() {
    // the fingerprint of CloudTrail's key, and the signature of somebody's
    let forged = |hour| Plan { key: b"two", ..Plan::hour(hour) };
    let report = report_of(&in_bucket(), &chain(&[forged(0), forged(1)]), &[]);
    assert_eq!(kinds(&report)[..2], [FindingKind::SignatureInvalid; 2]);
    assert_eq!(report.chains[0].proven, 0);
}

#[test]
fn a_digest_at_another_key_or_bucket_counts_for_nothing() {
    let replayed = after(|digests| {
        let other = digests[MIDDLE - 3].clone();
        digests[MIDDLE] = Made { key: digests[MIDDLE].key.clone(), ..other };
    });
    // its own log file is in no digest of its time
    assert_eq!(
        (kinds(&replayed), verdicts(&replayed)),
        (vec![FindingKind::DigestMoved], vec![LogVerdict::NotCovered])
    );
    let (digests, log_files) = whole_day();
    let elsewhere = report_of(&scope(Origin::Bucket("another-bucket".to_owned())), &digests, &log_files);
    assert!(kinds(&elsewhere).iter().all(|kind| *kind == FindingKind::DigestMoved));
    assert_eq!(proven(&elsewhere), 0);
    let below_a_folder: Vec<Made> =
        digests.iter().map(|made| Made { key: format!("backup/{}", made.key), ..made.clone() }).collect();
    assert_eq!(proven(&report_of(&in_bucket(), &below_a_folder, &log_files)), 0);
    assert_eq!(proven(&report_of(&scope(Origin::Copy), &below_a_folder, &log_files)), 24);
}

#[test]
fn a_signed_digest_that_is_not_the_one_before_the_next_is_named() {
    let report = after(|digests| {
        let plan = Plan::hour(9).with(&[("x".to_owned(), "00".repeat(32))]);
        digests[MIDDLE] = plan.make(Some(&digests[MIDDLE - 1].clone()));
    });
    assert_eq!(kinds(&report), [FindingKind::DigestReplaced]);
}

#[test]
fn what_is_no_digest_and_what_is_appended_is_named() {
    let malformed = after(|digests| digests[MIDDLE].text = "{}".to_owned());
    assert_eq!(kinds(&malformed), [FindingKind::DigestMalformed]);
    assert!(malformed.findings[0].to_string().contains("not the JSON of a digest file"));
    let damaged = after(|digests| digests[MIDDLE].gzip = false);
    assert_eq!(kinds(&damaged), [FindingKind::DigestMalformed]);
    assert!(damaged.findings[0].to_string().contains("not whole gzip"));
    let appended = after(|digests| digests[MIDDLE].appended = true);
    assert_eq!((kinds(&appended), proven(&appended)), (vec![FindingKind::DigestAppended], 24));
}

#[test]
fn what_somebody_puts_after_a_digest_does_not_hide_what_the_real_next_one_says() {
    let (mut digests, log_files) = whole_day();
    let mut fake =
        Plan { start: at("2026-11-22T09:40:00Z"), end: at("2026-11-22T09:45:00Z"), ..Plan::hour(0) }
            .make(Some(&Made { text: "{}".to_owned(), ..digests[MIDDLE].clone() }));
    fake.signature = Some("00".to_owned());
    digests.push(fake);
    let report = report_of(&in_bucket(), &digests, &log_files);
    assert_eq!((kinds(&report), proven(&report)), (vec![FindingKind::SignatureInvalid], 24));
    let copy = report_of(&scope(Origin::Copy), &digests, &log_files);
    assert_eq!(kinds(&copy), [FindingKind::UnsignedHere, FindingKind::UnsignedHere]);
    assert_eq!(proven(&copy), 24);
}

#[test]
fn in_a_copy_a_signature_that_is_valid_counts_whoever_else_states_one() {
    let (mut digests, log_files) = whole_day();
    let other = Made { signature: Some("00".to_owned()), ..digests[25].clone() };
    let between = (at("2026-11-23T00:40:00Z"), at("2026-11-23T00:45:00Z"));
    digests.push(Plan { start: between.0, end: between.1, ..Plan::hour(0) }.make(Some(&other)));
    let copy = report_of(&scope(Origin::Copy), &digests, &log_files);
    // neither of the two that state a signature of the one before is proven itself
    assert_eq!(kinds(&copy), [FindingKind::UnsignedHere, FindingKind::UnsignedHere]);
    assert_eq!(copy.chains[0].proven, 25);
}
