use cloudtrail_model::digest::ListedElsewhere;
use lake::{Input, ProofState};

use super::*;
use crate::testing::{at, day};

#[test]
fn what_a_later_digest_file_lists_must_be_in_the_journal() {
    let key = |name: &str| format!("AWSLogs/990000000001/CloudTrail/eu-west-1/2026/11/22/{name}.json.gz");
    let listed = |name: &str| ListedElsewhere {
        key: key(name).into(),
        bucket: "audit-logs".into(),
        sha256: [1; 32],
        listed_at: at("2026-11-25T10:00:00Z"),
    };
    let input = |name: &str, sha256| Input {
        key: key(name),
        first_member_sha256: Some([sha256; 32]),
        ..Input::default()
    };
    let inputs: Inputs = [input("same", 1), input("other", 2)].into_iter().collect();
    let as_of = at("2026-11-29T00:00:00Z");
    let mut proof = DayProof { day: day(), as_of, is_final: true, regions: Vec::new() };
    proof.add_late(&[listed("same")], &inputs, 5);
    assert_eq!(proof.summary().state(), ProofState::Proven);
    proof.add_late(&[listed("gone"), listed("other")], &inputs, 5);
    let sums = proof.summary();
    assert_eq!((sums.state(), sums.broken), (ProofState::Broken, 2));
    assert!(
        sums.examples[0].contains("gone.json.gz\" is missing; the digest file of 2026-11-25T10"),
        "{sums:?}"
    );
    assert!(sums.examples[1].contains("other.json.gz\" has another content"), "{sums:?}");
}
