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
    let place = |name: &str| Place::Folder(at(name));
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
        let refused = refuse_overlap(&place(source), &place(lake));
        assert!(refused.is_err(), "{source} {lake}");
    }
    refuse_overlap(&place("logs"), &place("logs-lake")).unwrap();
    refuse_overlap(&place("logs"), &place("lake")).unwrap();
}

#[test]
fn overlap_of_prefixes_of_a_bucket_is_refused() {
    let place = |text: &str| Place::try_from(std::ffi::OsString::from(text)).unwrap();
    for (source, lake) in
        [("s3://b", "s3://b/"), ("s3://b", "s3://b/lake"), ("s3://b/lake/AWSLogs", "s3://b/lake")]
    {
        let refused = refuse_overlap(&place(source), &place(lake));
        assert!(refused.is_err(), "{source} {lake}");
    }
    for (source, lake) in
        [("s3://b/AWSLogs", "s3://b/AWSLogs-lake"), ("s3://b", "s3://c"), ("s3://b", "lake")]
    {
        refuse_overlap(&place(source), &place(lake)).unwrap();
    }
}
