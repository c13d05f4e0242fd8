use super::*;
use proptest::prelude::*;

const FILE: &str = "111122223333_CloudTrail_us-east-1_20261122T1005Z_a1B2c3D4e5F6g7H8.json.gz";

#[test]
fn plain_organisation_and_control_tower_keys() {
    let tail = format!("111122223333/CloudTrail/us-east-1/2026/11/22/{FILE}");
    let plain = SourceKey::parse(&format!("AWSLogs/{tail}")).unwrap();
    assert_eq!((plain.prefix, plain.organization), (None, None));
    assert_eq!(plain.day.to_string(), "2026-11-22");
    let org = SourceKey::parse(&format!("AWSLogs/o-abc123def4/{tail}")).unwrap();
    assert_eq!(org.organization.as_deref(), Some("o-abc123def4"));
    let tower = SourceKey::parse(&format!("o-abc123def4/AWSLogs/o-abc123def4/{tail}")).unwrap();
    assert_eq!(tower.prefix.as_deref(), Some("o-abc123def4"));
    assert_eq!(tower.organization.as_deref(), Some("o-abc123def4"));
    let deep = SourceKey::parse(&format!("a b/ü+/AWSLogs/AWSLogs/{tail}")).unwrap();
    assert_eq!(deep.prefix.as_deref(), Some("a b/ü+/AWSLogs"));
}

#[test]
fn every_kind_has_its_segment() {
    for kind in Kind::ALL {
        let key = format!("AWSLogs/111122223333/{kind}/eu-west-1/2024/02/29/x.json.gz");
        assert_eq!(SourceKey::parse(&key).unwrap().kind, kind);
    }
}

#[test]
fn old_and_unzipped_names_are_log_files() {
    for file in ["111122223333_CloudTrail_us-east-1-20200930T2300.json", "x.gz", "copy of x.json.gz"] {
        SourceKey::parse(&format!("AWSLogs/111122223333/CloudTrail/us-east-1/2020/09/30/{file}")).unwrap();
    }
}

#[test]
fn what_is_not_a_log_file_is_refused_by_name() {
    let refused = [
        "",
        "AWSLogs/",
        "AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/22/",
        "AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/22/.DS_Store",
        "AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/22/a/b.json.gz",
        "AWSLogs/111122223333/CloudTrail/us-east-1/2026/1/22/b.json.gz",
        "AWSLogs/1111/CloudTrail/us-east-1/2026/11/22/b.json.gz",
        "AWSLogs/111122223333/Config/us-east-1/2026/11/22/b.json.gz",
        "Logs/111122223333/CloudTrail/us-east-1/2026/11/22/b.json.gz",
        "cloudtrail_daily/year=2026/month=11/day=22/part-000001-0000.ndjson.gz",
    ];
    for key in refused {
        assert!(matches!(SourceKey::parse(key), Err(KeyError::Shape { .. })), "{key}");
    }
    let error =
        SourceKey::parse("AWSLogs/111122223333/CloudTrail/us-east-1/2026/02/30/b.json.gz").unwrap_err();
    assert!(error.to_string().contains("2026/02/30"), "{error}");
}

#[test]
fn names_alone_say_kind_region_and_day() {
    let name = LogFileName::parse(FILE).unwrap();
    assert_eq!((name.minute, name.unique.as_str()), (605, "a1B2c3D4e5F6g7H8"));
    assert_eq!(name.to_string(), FILE);
    let old = LogFileName::parse("811596193553_CloudTrail_ap-southeast-1-20200930T2358.json").unwrap();
    assert_eq!((old.region.as_str(), old.day.to_string().as_str()), ("ap-southeast-1", "2020-09-30"));
    let digest = "111122223333_CloudTrail-Digest_us-east-1_my_trail_us-east-1_20261122T100502Z.json.gz";
    let digest = LogFileName::parse(digest).unwrap();
    assert_eq!((digest.kind, digest.region.as_str()), (Kind::Digest, "us-east-1"));
    for other in [
        "1_05.json",
        "notes.json",
        "111122223333_CloudTrail_us-east-1_20261322T1005Z_x.json.gz",
        "é_é_é.json",
    ] {
        assert_eq!(LogFileName::parse(other), None, "{other}");
    }
}

fn keys() -> impl Strategy<Value = SourceKey> {
    (
        proptest::option::of("[a-zA-Z0-9 +ü_.=-]{1,8}(/[a-zA-Z0-9]{1,8}){0,2}"),
        proptest::option::of("o-[a-z0-9]{10,32}"),
        "[0-9]{12}",
        proptest::sample::select(Kind::ALL.to_vec()),
        "[a-z]{2}(-gov)?-[a-z]{4,9}-[1-9]",
        (1i16..=9999, 1i8..=12, 1i8..=28),
        "[\\PC&&[^/]]{1,20}\\.(json\\.gz|json|gz)",
    )
        .prop_map(|(prefix, organization, account, kind, region, (y, m, d), file)| SourceKey {
            prefix,
            organization,
            account,
            kind,
            region,
            day: Day::new(y, m, d).unwrap(),
            file,
        })
}

proptest! {
    #[test]
    fn keys_round_trip(key in keys()) {
        prop_assert_eq!(SourceKey::parse(&key.to_string()).unwrap(), key);
    }

    #[test]
    fn names_round_trip(
        account in "[0-9]{12}", kind in proptest::sample::select(Kind::ALL.to_vec()), region in "[a-z]{2}-[a-z]{4}-1",
        (y, m, d) in (1i16..=9999, 1i8..=12, 1i8..=28), minute in 0u16..1440, unique in "[a-zA-Z0-9]{0,16}"
    ) {
        let name = LogFileName { account, kind, region, day: Day::new(y, m, d).unwrap(), minute, unique };
        prop_assert_eq!(LogFileName::parse(&name.to_string()), Some(name));
    }

    #[test]
    fn no_key_panics(key in "(AWSLogs|o-a|[0-9]{12}|CloudTrail|us-east-1|2026|11|22|/|_|\\PC){0,24}") {
        let _ = SourceKey::parse(&key);
        let _ = LogFileName::parse(&key);
    }
}
