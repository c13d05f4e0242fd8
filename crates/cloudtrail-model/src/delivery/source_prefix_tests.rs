use super::*;

#[test]
fn every_step_down() {
    let steps = [
        ("", Some(SourcePrefix::Above(0))),
        ("logs/", Some(SourcePrefix::Above(1))),
        ("logs/2024/", Some(SourcePrefix::Above(2))),
        ("AWSLogs/", Some(SourcePrefix::Accounts)),
        ("o-abc/AWSLogs/", Some(SourcePrefix::Accounts)),
        ("o-abc/AWSLogs/o-abc/", Some(SourcePrefix::Accounts)),
        ("AWSLogs/111122223333/", Some(SourcePrefix::Kinds)),
        ("AWSLogs/o-abc/111122223333/", Some(SourcePrefix::Kinds)),
        ("AWSLogs/AWSLogs/111122223333/CloudTrail/", Some(SourcePrefix::Regions(Kind::CloudTrail))),
        ("AWSLogs/111122223333/CloudTrail-Digest/", Some(SourcePrefix::Regions(Kind::Digest))),
        ("x/AWSLogs/o-a/111122223333/CloudTrail/eu-west-1/", Some(SourcePrefix::Days(Kind::CloudTrail))),
        ("AWSLogs/111122223333/Config/", None),
        ("AWSLogs/111122223333/Config/us-east-1/", None),
        ("AWSLogs/aws-account-id=111122223333/", None),
        ("AWSLogs/111122223333/CloudTrail/us-east-1/2026/", None),
    ];
    for (prefix, expected) in steps {
        assert_eq!(SourcePrefix::parse(prefix), expected, "{prefix}");
    }
}

#[test]
fn a_trail_whose_own_prefix_begins_with_awslogs_is_not_cut_off() {
    let folders = ["AWSLogs/", "team/", "x/", "AWSLogs/", "111122223333/", "CloudTrail/", "us-east-1/"];
    let mut prefix = String::new();
    let mut steps = Vec::new();
    for folder in folders {
        prefix.push_str(folder);
        steps.push(SourcePrefix::parse(&prefix).unwrap());
    }
    assert_eq!(steps[..3], [SourcePrefix::Accounts, SourcePrefix::Above(2), SourcePrefix::Above(3)]);
    assert_eq!(steps[6], SourcePrefix::Days(Kind::CloudTrail));
}

#[test]
fn a_folder_with_an_equals_sign_in_a_trails_own_prefix_is_not_cut_off() {
    let mut prefix = String::from("AWSLogs/");
    for folder in ["team=x/", "AWSLogs/", "111122223333/", "CloudTrail/", "us-east-1/"] {
        prefix.push_str(folder);
        assert!(SourcePrefix::parse(&prefix).is_some(), "{prefix}");
    }
    assert_eq!(SourcePrefix::parse(&prefix), Some(SourcePrefix::Days(Kind::CloudTrail)));
}
