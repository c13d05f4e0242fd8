use super::*;

#[test]
fn what_is_contradicted_counts_more_than_what_is_to_come() {
    let proof = |is_final, unproven, broken| Proof { is_final, unproven, broken, ..Proof::default() };
    assert_eq!(proof(true, 0, 0).state(), ProofState::Proven);
    assert_eq!(proof(true, 1, 0).state(), ProofState::Unproven);
    assert_eq!(proof(false, 1, 0).state(), ProofState::Pending);
    assert_eq!(proof(false, 1, 1).state(), ProofState::Broken);
}

#[test]
fn the_time_of_a_proof_is_no_news() {
    let earlier = Proof { as_of: "2026-11-23T01:00:00Z".into(), digests: 24, ..Proof::default() };
    let examples = vec!["no digests until 2026-11-24T01:00:00Z".into()];
    let later = Proof { as_of: "2026-11-24T01:00:00Z".into(), examples, ..earlier.clone() };
    assert!(later.says_the_same(&earlier));
    assert!(!Proof { digests: 25, ..later }.says_the_same(&earlier));
}
