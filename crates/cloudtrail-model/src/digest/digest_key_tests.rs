use super::*;
use proptest::prelude::*;

const FOLDER: &str = "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/11/22/";
const NAME: &str = "111122223333_CloudTrail-Digest_eu-west-1_audit_us-east-1_20261122T050131Z.json.gz";

#[test]
fn keys_of_plain_trails_organisation_trails_and_backfill_digests() {
    let plain = DigestKey::parse(&format!("{FOLDER}{NAME}")).unwrap();
    assert_eq!(plain.end.to_string(), "2026-11-22T05:01:31Z");
    assert!(!plain.backfill && !plain.chain().backfill);
    let organization = format!("x/y/AWSLogs/o-abc123def4/{}{NAME}", FOLDER.strip_prefix("AWSLogs/").unwrap());
    let organization = DigestKey::parse(&organization).unwrap();
    assert_eq!(organization.chain().organization.as_deref(), Some("o-abc123def4"));
    assert_eq!(organization.chain().prefix.as_deref(), Some("x/y"));
    let backfill = NAME.replace(".json.gz", "_backfill.json.gz");
    let backfill = DigestKey::parse(&format!("{FOLDER}{backfill}")).unwrap();
    assert!(backfill.backfill);
    assert_eq!((backfill.end, &backfill.trail), (plain.end, &plain.trail));
    assert_ne!(backfill.chain(), plain.chain());
}

#[test]
fn a_trail_may_be_called_like_anything_else_in_a_key() {
    for trail in ["a_b", "_", "x_backfill", "us-east-1", "a_us-east-1_20261122T050131Z", "9", "a.b-c"] {
        let name = NAME.replace("_audit_", &format!("_{trail}_"));
        let key = format!("{FOLDER}{name}");
        let parsed = DigestKey::parse(&key).unwrap();
        assert_eq!((parsed.trail.as_str(), parsed.home_region.as_str()), (trail, "us-east-1"), "{key}");
        assert_eq!(parsed.to_string(), key);
    }
}

#[test]
fn what_is_not_a_digest_is_not_read_as_one() {
    let refused = [
        NAME.to_owned(),
        format!("{FOLDER}{}", NAME.replace("111122223333_", "111122223334_")),
        format!("{FOLDER}{}", NAME.replace("_eu-west-1_", "_eu-west-2_")),
        format!("{FOLDER}{}", NAME.replace("_audit", "")),
        format!("{FOLDER}{}", NAME.replace("_audit_", "_aud it_")),
        format!("{FOLDER}{}", NAME.replace("_audit_", &format!("_{}_", "x".repeat(129)))),
        format!("{FOLDER}{}", NAME.replace("T050131Z", "T0501Z")),
        format!("{FOLDER}{}", NAME.replace("T050131Z", "T250131Z")),
        format!("{FOLDER}{}", NAME.replace("20261122T", "20261322T")),
        format!("{FOLDER}{}", NAME.replace(".json.gz", ".gz")),
        format!("{FOLDER}{}", NAME.replace(".json.gz", "_copy.json.gz")),
        format!("{}{NAME}", FOLDER.replace("CloudTrail-Digest", "CloudTrail")),
    ];
    for key in refused {
        assert_eq!(DigestKey::parse(&key), None, "{key}");
    }
}

#[test]
fn a_chain_is_one_trail_in_one_account_and_region() {
    let key = format!("{FOLDER}{NAME}");
    let chain = |key: &str| DigestKey::parse(key).unwrap().chain();
    assert_eq!(chain(&key), chain(&key.replace("T050131Z", "T060131Z").replace("/22/", "/23/")));
    for (from, to) in [
        ("_audit_", "_other_"),
        ("us-east-1", "us-east-2"),
        ("eu-west-1", "eu-west-2"),
        ("111122223333", "111122223334"),
        ("AWSLogs/", "AWSLogs/o-abc/"),
        ("AWSLogs/", "x/AWSLogs/"),
    ] {
        assert_ne!(chain(&key), chain(&key.replace(from, to)), "{from} {to}");
    }
    for key in [key.clone(), format!("x/{key}"), key.replace("31Z.json", "31Z_backfill.json")] {
        let parsed = DigestKey::parse(&key).unwrap();
        assert_eq!(DigestKey::of(&parsed.chain(), parsed.end), parsed);
        assert_eq!(parsed.to_string(), key);
    }
    let text = chain(&key).to_string();
    assert_eq!(text, "digests of trail audit (us-east-1) for account 111122223333 in eu-west-1");
}

proptest! {
    #[test]
    fn no_key_panics(key in "(AWSLogs/|111122223333|_|CloudTrail-Digest|/|eu-west-1|20261122T050131Z|.json.gz|\\PC){0,24}") {
        if let Some(parsed) = DigestKey::parse(&key) {
            prop_assert_eq!(&parsed.to_string(), &key);
        }
        let key = format!("{FOLDER}{key}");
        let _ = DigestKey::parse(&key);
    }
}
