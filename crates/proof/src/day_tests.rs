use cloudtrail_corpus::{
    DigestChain, DigestSigner, DigestedHour, SignedBucket, SignedTrail, StoredObject, Tampering,
    gzip_of_repeated, judge,
};
use cloudtrail_model::digest::{DigestKey, LogFileContent, Origin, PublicKeys, RegionReport, Scope};
use jiff::ToSpan;
use lake::ProofState;

use super::*;
use crate::testing::*;

const A_WEEK_LATER: &str = "2026-11-29T00:00:00Z";

#[tokio::test]
async fn a_whole_day_is_proven_in_its_bucket_and_in_a_copy() {
    let (trail, bucket) = delivered();
    let mut without_backfills = SignedBucket::new(BUCKET);
    SignedTrail { backfills: false, ..trail }.deliver(&DigestSigner::cloudtrail(), &mut without_backfills);
    for (bucket, is_copy) in [(&bucket, false), (&without_backfills, false), (&without_backfills, true)] {
        let proof = prove(bucket, is_copy, A_WEEK_LATER).await;
        let sums = proof.summary();
        assert_eq!(sums.state(), ProofState::Proven, "{sums:?}");
        assert_eq!(sums.log_files_proven(), log_files(bucket, day()).len() as u64);
        assert_eq!((sums.log_files.len(), proof.regions.len(), sums.examples.len()), (1, 2, 0));
        assert!(sums.digests >= 2 * 25 && sums.digests_proven == sums.digests, "{sums:?}");
    }
    // the last backfill digest of a copy is unsigned, and so is what it lists
    let sums = prove(&bucket, true, A_WEEK_LATER).await.summary();
    assert_eq!((sums.state(), sums.broken, sums.unproven), (ProofState::Unproven, 0, 4), "{sums:?}");
    assert_eq!((sums.findings["unsigned_here"], sums.log_files["unproven"]), (2, 2));
}

/// The verdicts, the findings and the digest files that are proven.
fn counts_of(reports: &[RegionReport]) -> (BTreeMap<String, u64>, BTreeMap<String, u64>, u64) {
    let (mut log_files, mut findings, mut proven) = (BTreeMap::new(), BTreeMap::new(), 0);
    for report in reports {
        add(&mut log_files, report.log_files.iter().map(|(verdict, count)| (verdict.as_str(), *count)));
        add(&mut findings, report.findings.iter().map(|found| (found.kind.as_str(), 1)));
        proven += report.chains.iter().map(|chain| chain.proven as u64).sum::<u64>();
    }
    (log_files, findings, proven)
}

#[tokio::test]
async fn each_tampering_is_told_as_the_rules_tell_it() {
    let (trail, before) = delivered();
    let keys = PublicKeys::parse(keys_json().as_bytes()).unwrap();
    for tampering in Tampering::ALL {
        let mut bucket = before.clone();
        tampering.apply(&mut bucket, &trail.chain(ACCOUNT, "eu-west-1"), &trail.chain(ACCOUNT, "us-east-1"));
        for is_copy in [false, true] {
            let origin = if is_copy { Origin::Copy } else { Origin::Bucket(BUCKET.to_owned()) };
            let expected: Vec<_> = ["eu-west-1", "us-east-1"]
                .map(|region| {
                    let as_of = at(A_WEEK_LATER);
                    let kind = Kind::CloudTrail;
                    judge(&bucket, &Scope::day(ACCOUNT, region, origin.clone(), kind, day(), as_of), &keys)
                })
                .to_vec();
            let sums = prove(&bucket, is_copy, A_WEEK_LATER).await.summary();
            if tampering == Tampering::NewestDigestEdited && !is_copy {
                // it lists no log file of the day: the next day says so
                assert_eq!(sums.state(), ProofState::Proven, "{sums:?}");
                continue;
            }
            let context = format!("{}, copy: {is_copy}", tampering.as_str());
            let (log_files, mut findings, proven) = counts_of(&expected);
            if is_copy {
                // the last digest file of the window is unsigned in a copy, which says nothing about the day
                findings = sums.findings.clone();
            }
            assert_eq!(sums.log_files, log_files, "{context}");
            // those of the last digest file are of the next day
            assert!(sums.findings.keys().eq(findings.keys()), "{context}: {:?} {findings:?}", sums.findings);
            assert_eq!(sums.digests_proven, proven, "{context}");
            let worst = expected.iter().filter_map(RegionReport::worst).max();
            let state = match worst {
                Some(Severity::Broken) => ProofState::Broken,
                Some(Severity::Unproven) => ProofState::Unproven,
                _ => ProofState::Proven,
            };
            assert_eq!(sums.state(), state, "{context}: {sums:?}");
            assert_eq!(sums.examples.is_empty(), state == ProofState::Proven, "{context}");
        }
    }
}

/// A trail with hourly digest files from before the day to three days later. A log file of the day was delivered two days later.
fn with_late_delivery(is_listed: bool) -> (SignedBucket, String) {
    let (trail, _) = delivered();
    let (id, signer) = (trail.chain(ACCOUNT, "eu-west-1"), DigestSigner::cloudtrail());
    let (mut bucket, mut chain) = (SignedBucket::new(BUCKET), DigestChain::new(id, BUCKET, &signer));
    let key = format!(
        "AWSLogs/{ACCOUNT}/CloudTrail/eu-west-1/2026/11/22/{ACCOUNT}_CloudTrail_eu-west-1_20261122T1015Z_0123456789abcdef.json.gz"
    );
    let body = gzip_of_repeated(br#"{"Records":[]}"#, b"", 0, b"");
    let LogFileContent::Text { first_member_sha256, .. } = cloudtrail_corpus::content(&body) else {
        panic!("whole gzip")
    };
    let delivered = at("2026-11-24T14:30:00Z");
    for hour in -3..80_i64 {
        let start = day().midnight() + hour.hours();
        let end = start + 1.hour();
        let lists = is_listed && start <= delivered && delivered < end;
        let log_files = if lists { vec![(key.clone(), first_member_sha256)] } else { Vec::new() };
        let digest = chain.digest(&DigestedHour { start, end, log_files, generated: None });
        bucket.objects.insert(digest.key, digest.object);
    }
    let object = StoredObject { body, metadata: BTreeMap::new(), delivered };
    bucket.objects.insert(key.clone(), object);
    (bucket, key)
}

#[tokio::test]
async fn a_log_file_that_came_days_late_is_proven_by_the_digest_file_of_its_delivery() {
    for is_copy in [false, true] {
        let (bucket, _) = with_late_delivery(true);
        let sums = prove(&bucket, is_copy, A_WEEK_LATER).await.summary();
        assert_eq!(sums.log_files, BTreeMap::from([("proven".to_owned(), 1)]), "{is_copy}: {sums:?}");
        assert_eq!(sums.broken, 0, "{sums:?}");
        let (bucket, key) = with_late_delivery(false);
        let sums = prove(&bucket, is_copy, A_WEEK_LATER).await.summary();
        assert_eq!(sums.log_files, BTreeMap::from([("unlisted".to_owned(), 1)]), "{is_copy}: {sums:?}");
        assert!(sums.examples[0].contains(&key), "{sums:?}");
    }
}

#[tokio::test]
async fn a_day_whose_digest_files_are_all_gone_is_not_proven_and_one_before_the_first_is_silent() {
    let (bucket, _) = with_late_delivery(true);
    let without = |gone: fn(Day) -> bool| {
        let mut bucket = bucket.clone();
        bucket.objects.retain(|key, _| !DigestKey::parse(key).is_some_and(|key| gone(key.source.day)));
        bucket.objects.retain(|key, _| key.contains("CloudTrail-Digest"));
        bucket
    };
    // no log file and no digest file of the day, and digest files before and after it
    let bucket_of = without(|of| of == day() || Some(of) == day().next());
    let proof = prove(&bucket_of, false, A_WEEK_LATER).await;
    assert_eq!(proof.summary().findings, BTreeMap::from([("no_digests".to_owned(), 1)]));
    assert_eq!(proof.summary().state(), ProofState::Unproven);
    // a trail that began later, and one that has ended long ago
    let later = without(|of| of < day().next().unwrap().next().unwrap());
    assert!(prove(&later, false, A_WEEK_LATER).await.is_empty());
}

#[tokio::test]
async fn young_log_files_are_pending() {
    let (_, mut bucket) = delivered();
    let end = at("2026-11-22T20:00:00Z");
    bucket.objects.retain(|_, object| object.delivered < end);
    for is_copy in [false, true] {
        let sums = prove(&bucket, is_copy, "2026-11-22T20:00:00Z").await.summary();
        assert_eq!(sums.state(), ProofState::Pending, "{sums:?}");
        assert!(sums.log_files["not_listed_yet"] > 0 && sums.log_files_proven() > 50, "{sums:?}");
        assert_eq!(sums.broken, 0, "{sums:?}");
    }
}

#[tokio::test]
async fn what_is_missing_on_an_old_day_before_which_nothing_is_there_has_expired() {
    let (_, mut bucket) = delivered();
    let gone = log_files(&bucket, day())[3].key.clone();
    bucket.objects.remove(&gone);
    let store: Arc<dyn lake_store::Store> = Arc::new(store_of(&bucket).await);
    for (as_of, first_day, expected) in [
        ("2027-01-22T00:00:00Z", Some("2026-11-22"), "expired"),
        ("2027-01-22T00:00:00Z", Some("2026-11-21"), "missing"),
        ("2027-01-22T00:00:00Z", None, "missing"),
        ("2026-12-10T00:00:00Z", Some("2026-11-22"), "missing"),
    ] {
        let source = DigestSource {
            store: store.clone(),
            bucket: Some(crate::Bucket { name: BUCKET.to_owned(), prefix: String::new() }),
            folders: folders(&bucket),
        };
        let prover = Prover { source, keys: given(), max_found: 5 };
        let first_day = first_day.map(|day| day.parse().unwrap());
        let wanted = DayToProve {
            table: Table::CloudTrail,
            day: day(),
            as_of: at(as_of),
            first_day,
            all_regions: true,
        };
        let sums = prover.day(wanted, log_files(&bucket, day()).into_iter()).await.summary();
        assert_eq!(sums.log_files.get(expected), Some(&1), "{as_of} {first_day:?}: {sums:?}");
        let state = if expected == "expired" { ProofState::Unproven } else { ProofState::Broken };
        assert_eq!(sums.state(), state);
    }
}
