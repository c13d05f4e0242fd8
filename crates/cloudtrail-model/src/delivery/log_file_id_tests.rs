use super::*;
use proptest::prelude::*;

const TAIL: &str =
    "111122223333/CloudTrail/us-east-1/2026/11/22/444455556666_CloudTrail_us-east-1_20261122T1005Z_x.json.gz";
const LOOSE: &str = "111122223333_CloudTrail_us-east-1_20261122T1005Z_x.json.gz";

#[test]
fn an_identity_starts_at_the_last_awslogs() {
    for (above, organization) in [
        ("", ""),
        ("", "o-abc123def4/"),
        ("o-abc123def4/", "o-abc123def4/"),
        ("logs/of a team/", ""),
        ("AWSLogs/", ""),
        ("AWSLogs/", "o-abc123def4/"),
        ("AWSLogs/team/", ""),
        ("AWSLogs/o-abc123def4/", ""),
        ("AWSLogs/111122223333/", "o-abc123def4/"),
        ("/", ""),
        ("//ü+/", ""),
    ] {
        let identity = format!("AWSLogs/{organization}{TAIL}");
        let key = format!("{above}{identity}");
        // wherever in the key the source starts
        for start in ["", above, "AWSLogs/", &key] {
            let id = LogFileId::of(&key, start).unwrap();
            assert_eq!(id, LogFileId { account: "111122223333", identity: &identity, above }, "{key}");
        }
        assert_eq!(account_of(&key), "111122223333");
    }
}

#[test]
fn a_loose_log_file_is_identified_by_its_name() {
    for start in ["", "case/", "AWSLogs/", "a/b/c/d/e/f/g/h/"] {
        let key = format!("{start}{LOOSE}");
        let id = LogFileId::of(&key, start).unwrap();
        assert_eq!(id, LogFileId { account: "111122223333", identity: LOOSE, above: start });
    }
    let insight = "111122223333_CloudTrail-Insight_us-east-1-20200930T2358.json";
    assert_eq!(LogFileId::of(insight, "").unwrap().identity, insight);
}

#[test]
fn other_keys_have_no_identity() {
    let key = format!("case/{LOOSE}");
    assert_eq!(LogFileId::of(&key, ""), None, "not directly below the start");
    assert_eq!(LogFileId::of(&key, "other/"), None);
    for key in [
        "",
        "/",
        "AWSLogs/",
        "AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/22/",
        "AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/22/notes.txt",
        "AWSLogs/111122223333/CloudTrail/us-east-1/2026/13/22/x.json.gz",
        "AWSLogs/1111/CloudTrail/us-east-1/2026/11/22/x.json.gz",
        "AWSLogs/111122223333/Config/us-east-1/2026/11/22/x.json.gz",
        "AWSLogs/o-/111122223333/CloudTrail/us-east-1/2026/11/22/x.json.gz",
        "awslogs/111122223333/CloudTrail/us-east-1/2026/11/22/x.json.gz",
        "1111_CloudTrail_us-east-1_20261122T1005Z_x.json.gz",
        "notes.json",
    ] {
        assert_eq!(LogFileId::of(key, ""), None, "{key}");
    }
}

#[test]
fn an_identity_without_an_account_sorts_first() {
    for identity in ["", "/", "x", "_", "a/b/c", "é/é/é/é/é/é/é", "1111_x", "11112222333é_x", "//////"]
    {
        assert_eq!(account_of(identity), "", "{identity}");
    }
    // an organisation's accounts, whatever the organisation
    assert_eq!(account_of(&format!("AWSLogs/o-abc/{TAIL}")), account_of(&format!("AWSLogs/{TAIL}")));
}

proptest! {
    #[test]
    fn the_key_is_what_is_above_and_the_identity(
        key in "(x/|AWSLogs/){0,3}AWSLogs/(o-[a-z]{0,2}/)?[0-9]{11,12}/CloudTrail/us-east-1/2026/11/2[0-9]/\\PC{0,4}(\\.json)?\\.gz",
        start in "(x/|AWSLogs/)?"
    ) {
        let id = LogFileId::of(&key, &start);
        let parsed = SourceKey::parse(&key).ok();
        prop_assert_eq!(id.map(|id| id.account.to_owned()), parsed.map(|parsed| parsed.account));
        if let Some(id) = id {
            prop_assert_eq!(format!("{}{}", id.above, id.identity), key.clone());
            prop_assert_eq!(account_of(id.identity), id.account);
            // an identity is its own identity
            let again = LogFileId::of(id.identity, "").unwrap();
            prop_assert_eq!((again.above, again.identity), ("", id.identity));
        }
    }

    #[test]
    fn no_key_panics(
        key in "(AWSLogs|o-a|[0-9]{12}|CloudTrail|us-east-1|2026|11|22|/|_|\\PC){0,24}", start in "\\PC{0,3}/?"
    ) {
        let id = LogFileId::of(&key, &start);
        prop_assert!(id.is_none_or(|id| account_of(id.identity) == id.account));
        let _ = account_of(&key);
    }
}
