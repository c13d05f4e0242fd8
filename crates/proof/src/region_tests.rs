use super::*;

fn found(severity: Severity) -> Found {
    Found { severity, kind: "kind", message: String::new() }
}

#[test]
fn a_broken_finding_takes_the_place_of_one_that_is_not() {
    let mut proof = RegionProof::default();
    for severity in [Severity::Unproven, Severity::Unproven, Severity::Notice, Severity::Broken] {
        proof.add(found(severity), 2);
    }
    assert_eq!((proof.broken, proof.unproven, proof.found.len()), (1, 2, 2));
    assert!(proof.found.contains(&found(Severity::Broken)));
}
