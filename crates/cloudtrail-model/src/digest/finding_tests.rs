use std::collections::BTreeSet;

use super::*;
use crate::digest::{LogFileFinding, LogVerdict};

fn finding(kind: FindingKind) -> Finding {
    let digest = Some("AWSLogs/\u{1b}[2J\n\"x".to_owned());
    Finding { kind, chain: None, digest, span: None, missing: 2, missing_key: None, detail: None }
}

#[test]
fn every_kind_has_a_name_of_its_own_which_is_also_its_json() {
    let names: BTreeSet<&str> = FindingKind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(names.len(), 16);
    for kind in FindingKind::ALL {
        let json = serde_json::to_value(finding(kind)).unwrap();
        assert_eq!(json["finding"], kind.as_str());
        assert!(["notice", "unproven", "broken"].contains(&json["severity"].as_str().unwrap()));
    }
}

#[test]
fn messages_are_one_line_and_escape_keys() {
    for kind in FindingKind::ALL {
        let text = finding(kind).to_string();
        assert!(!text.contains(['\n', '\u{1b}']), "{text:?}");
        assert!(text.contains(r#""AWSLogs/\u{1b}[2J\n\"x""#) || kind == FindingKind::NoDigests, "{text}");
        assert!(text.starts_with(|first: char| first.is_ascii_lowercase() || first == '"'), "{text}");
    }
    for verdict in LogVerdict::ALL {
        let key = "a\u{1b}\n".to_owned();
        let digest = Some(key.clone());
        let found = LogFileFinding { key, verdict, digest, is_digest_proven: false, delivered_to: None };
        assert!(!found.to_string().contains(['\n', '\u{1b}']), "{found}");
    }
}

#[test]
fn severities_are_in_order() {
    assert!(Severity::Notice < Severity::Unproven && Severity::Unproven < Severity::Broken);
}
