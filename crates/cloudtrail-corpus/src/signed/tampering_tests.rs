use cloudtrail_model::Kind;
use cloudtrail_model::digest::{FindingKind, LogVerdict, Origin, PublicKeys, RegionReport, Scope, Severity};

use super::*;
use crate::SignedTrail;
use crate::signed::judge;

const ACCOUNT: &str = "990000000001";

type Expected = (&'static [FindingKind], &'static [LogVerdict], Severity);

fn broken(findings: &'static [FindingKind], verdicts: &'static [LogVerdict]) -> Expected {
    (findings, verdicts, Severity::Broken)
}

/// What a kind of tampering must be called: the findings about digests besides the start of the backfill chain, the verdicts
/// about log files that are not proven, and the worst of all.
fn expected(tampering: Tampering) -> Expected {
    use FindingKind as F;
    use LogVerdict as V;
    match tampering {
        Tampering::LogByteFlipped => broken(&[], &[V::Damaged]),
        Tampering::LogRewritten => broken(&[], &[V::Modified]),
        Tampering::LogRemoved => broken(&[], &[V::Missing]),
        Tampering::LogAdded => broken(&[], &[V::Unlisted]),
        Tampering::MemberAppended => broken(&[], &[V::Appended]),
        Tampering::LogMoved => broken(&[], &[V::Missing, V::Moved]),
        Tampering::DigestRemoved => broken(&[F::DigestMissing], &[V::NotCovered]),
        Tampering::TwoDigestsRemoved => broken(&[F::DigestMissing], &[V::NotCovered]),
        Tampering::DigestRemovedBeforeEdited => broken(&[F::DigestAltered, F::DigestMissing], &[V::Unproven]),
        Tampering::NewestDigestsRemoved => (&[F::DigestsEnd], &[V::NotCovered], Severity::Unproven),
        Tampering::DigestEdited => broken(&[F::DigestAltered], &[V::Unproven]),
        // its log files are of the next day
        Tampering::NewestDigestEdited => broken(&[F::SignatureInvalid], &[]),
        Tampering::SignatureEdited => broken(&[F::SignatureAltered], &[]),
        Tampering::SignatureRemoved => broken(&[F::SignatureMissing], &[]),
        Tampering::DigestReplacedByText => broken(&[F::DigestMalformed], &[V::NotCovered]),
        Tampering::DigestMemberAppended => broken(&[F::DigestAppended], &[]),
        Tampering::WrongKey => (&[F::KeyUnknown], &[V::Unproven], Severity::Unproven),
        Tampering::WrongKeyNamedRight => broken(&[F::SignatureInvalid], &[V::Unproven]),
        Tampering::ChainRestarted => (&[F::ChainRestarted], &[V::NotCovered], Severity::Unproven),
        Tampering::DigestReplayed | Tampering::DigestReplayedFromElsewhere => {
            broken(&[F::DigestMoved], &[V::NotCovered])
        }
    }
}

fn report(bucket: &SignedBucket, region: &str, origin: Origin) -> RegionReport {
    let instant = |text: &str| text.parse().unwrap();
    let json = DigestSigner::cloudtrail()
        .public_keys_json(instant("2026-11-01T00:00:00Z"), instant("2026-12-01T00:00:00Z"));
    let keys = PublicKeys::parse(json.as_bytes()).unwrap();
    let day = "2026-11-22".parse().unwrap();
    judge(
        bucket,
        &Scope::day(ACCOUNT, region, origin, Kind::CloudTrail, day, instant("2026-11-29T00:00:00Z")),
        &keys,
    )
}

/// What a trail delivered in two regions.
fn delivered() -> (SignedTrail, SignedBucket) {
    let regions = ["eu-west-1", "us-east-1"].map(str::to_owned).to_vec();
    let trail = SignedTrail { regions, ..SignedTrail::small("2026-11-22".parse().unwrap()) };
    let mut bucket = SignedBucket::new("audit-logs");
    trail.deliver(&DigestSigner::cloudtrail(), &mut bucket);
    (trail, bucket)
}

/// The same after each tampering.
fn tampered() -> impl Iterator<Item = (Tampering, SignedBucket, SignedBucket)> {
    let (trail, before) = delivered();
    Tampering::ALL.into_iter().map(move |tampering| {
        let mut after = before.clone();
        tampering.apply(&mut after, &trail.chain(ACCOUNT, "eu-west-1"), &trail.chain(ACCOUNT, "us-east-1"));
        (tampering, before.clone(), after)
    })
}

fn names<T: Ord + Copy>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut names: Vec<T> = all.collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[test]
fn each_tampering_is_named() {
    for (tampering, before, after) in tampered() {
        assert_ne!(before, after, "{tampering:?} does nothing");
        let origin = Origin::Bucket(before.name.clone());
        let report_after = report(&after, "eu-west-1", origin.clone());
        let (findings, verdicts, worst) = expected(tampering);
        let found = report_after.findings.iter().map(|finding| finding.kind);
        let found = names(found.filter(|kind| *kind != FindingKind::ChainStarts));
        assert_eq!(found, findings, "{tampering:?}: {report_after:?}");
        let found = names(report_after.log_file_findings.iter().map(|finding| finding.verdict));
        assert_eq!(found, verdicts, "{tampering:?}: {:?}", report_after.log_file_findings);
        assert_eq!(report_after.worst(), Some(worst), "{tampering:?}");
        assert!(!report_after.is_proven(), "{tampering:?}");
        // and nothing is said of the other region
        assert!(report(&after, "us-east-1", origin).is_proven(), "{tampering:?}");
    }
}

#[test]
fn no_two_tamperings_look_the_same() {
    let mut seen: Vec<(Tampering, Expected, u32)> = Vec::new();
    for (tampering, _, after) in tampered() {
        let report = report(&after, "eu-west-1", Origin::Bucket(after.name.clone()));
        let missing = report.findings.iter().map(|finding| finding.missing).sum::<u32>();
        let looks = expected(tampering);
        // where a replayed digest is from is not told
        let same = seen.iter().find(|(_, other, count)| (*other, *count) == (looks, missing));
        let is_replay = tampering == Tampering::DigestReplayedFromElsewhere;
        assert_eq!(
            same.map(|(first, _, _)| *first),
            is_replay.then_some(Tampering::DigestReplayed),
            "{tampering:?}"
        );
        seen.push((tampering, looks, missing));
    }
}

#[test]
fn in_a_copy_it_is_the_same_but_for_signatures() {
    for (tampering, _, after) in tampered() {
        let report = report(&after, "eu-west-1", Origin::Copy);
        let of_a_copy = [FindingKind::ChainStarts, FindingKind::UnsignedHere];
        let found = report.findings.iter().map(|finding| finding.kind);
        let found = names(found.filter(|kind| !of_a_copy.contains(kind)));
        let (findings, _, _) = expected(tampering);
        match tampering {
            // a copy has no metadata
            Tampering::SignatureEdited | Tampering::SignatureRemoved => {
                assert!(found.is_empty(), "{tampering:?}");
            }
            // the newest one is unsigned here
            Tampering::NewestDigestEdited => assert!(found.is_empty(), "{tampering:?}"),
            _ => assert_eq!(found, findings, "{tampering:?}: {:?}", report.findings),
        }
        assert!(!report.is_proven());
    }
}

#[test]
fn two_digests_in_a_row_are_counted() {
    let (trail, mut bucket) = delivered();
    let chain = trail.chain(ACCOUNT, "eu-west-1");
    Tampering::TwoDigestsRemoved.apply(&mut bucket, &chain, &chain);
    let report = report(&bucket, "eu-west-1", Origin::Bucket(bucket.name.clone()));
    let missing: Vec<u32> =
        report.findings.iter().map(|finding| finding.missing).filter(|count| *count > 0).collect();
    assert_eq!(missing, [2]);
}
