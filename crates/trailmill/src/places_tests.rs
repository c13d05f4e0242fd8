use super::*;

#[test]
fn keys_are_the_same_wherever_the_user_points() {
    let split = |path: &str| above_awslogs(Path::new(path)).unwrap();
    assert_eq!(split("/data/logs"), ("/data/logs".into(), String::new()));
    assert_eq!(split("/data/AWSLogs"), ("/data".into(), "AWSLogs/".into()));
    assert_eq!(split("/data/AWSLogs/1/CloudTrail"), ("/data".into(), "AWSLogs/1/CloudTrail/".into()));
    assert_eq!(split("/AWSLogs/x/AWSLogs/o-1"), ("/AWSLogs/x".into(), "AWSLogs/o-1/".into()));
}

#[test]
fn overlap_is_seen_through_dots_and_links() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir_all(at("logs/deep")).unwrap();
    std::os::unix::fs::symlink(at("logs"), at("link")).unwrap();
    for (source, lake) in [
        ("logs", "logs"),
        ("logs", "logs/lake/new"),
        ("logs/deep", "logs"),
        ("logs", "link/lake"),
        ("link", "logs/lake"),
        ("logs", "other/../logs/lake"),
    ] {
        let refused = refuse_overlap(&at(source), &at(lake));
        assert!(refused.is_err(), "{source} {lake}");
    }
    refuse_overlap(&at("logs"), &at("logs-lake")).unwrap();
    refuse_overlap(&at("logs"), &at("lake")).unwrap();
}
