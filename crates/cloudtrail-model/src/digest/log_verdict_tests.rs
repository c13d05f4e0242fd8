use std::collections::BTreeSet;

use super::*;

fn found(verdict: LogVerdict, is_digest_proven: bool) -> LogFileFinding {
    LogFileFinding {
        key: "k".into(),
        verdict,
        digest: Some("d".into()),
        is_digest_proven,
        delivered_to: None,
    }
}

#[test]
fn every_verdict_has_a_name_of_its_own_which_is_also_its_json() {
    let names: BTreeSet<&str> = LogVerdict::ALL.iter().map(|verdict| verdict.as_str()).collect();
    assert_eq!(names.len(), LogVerdict::ALL.len());
    for verdict in LogVerdict::ALL {
        assert_eq!(serde_json::to_value(found(verdict, true)).unwrap()["verdict"], verdict.as_str());
    }
}

#[test]
fn what_an_unproven_digest_says_is_less_severe_and_says_so() {
    for verdict in [LogVerdict::Modified, LogVerdict::Appended, LogVerdict::Damaged, LogVerdict::Missing] {
        assert_eq!(found(verdict, true).severity(), Severity::Broken);
        assert_eq!(found(verdict, false).severity(), Severity::Unproven);
        assert!(found(verdict, false).to_string().ends_with("which is not proven"));
        assert!(!found(verdict, true).to_string().contains("proven"));
    }
    assert_eq!(found(LogVerdict::Unlisted, false).severity(), Severity::Broken);
    assert_eq!(found(LogVerdict::NotListedYet, false).severity(), Severity::Notice);
}
