use super::*;

fn parsed(text: &str) -> Option<(String, String)> {
    text.parse::<S3Location>().ok().map(|location| (location.bucket, location.prefix))
}

#[test]
fn buckets_and_prefixes_are_told_apart_and_prefixes_end_with_a_slash() {
    let some = |bucket: &str, prefix: &str| Some((bucket.to_owned(), prefix.to_owned()));
    assert_eq!(parsed("s3://b"), some("b", ""));
    assert_eq!(parsed("s3://b/"), some("b", ""));
    assert_eq!(parsed("S3://b/p"), some("b", "p/"));
    assert_eq!(parsed("s3://b/p/q//"), some("b", "p/q/"));
    assert_eq!(parsed("s3://b//p"), some("b", "p/"));
    assert_eq!("s3://b/p q+é".parse::<S3Location>().unwrap().to_string(), "s3://b/p q+é/");
}

#[test]
fn anything_else_is_refused_in_one_line() {
    for text in ["", "b", "s3:/b", "s3://", "s3:///p", "https://b/p", "s4://b"] {
        let error = text.parse::<S3Location>().unwrap_err().to_string();
        assert!(error.contains(&format!("{text:?}")) && error.contains("s3://bucket/prefix"), "{error}");
    }
    assert!(!S3Location::is_meant("folder") && S3Location::is_meant("s3://"));
}

#[test]
fn a_place_is_cut_above_the_last_segment_of_a_name() {
    let cut = |text: &str| {
        let (above, below) = text.parse::<S3Location>().unwrap().above("AWSLogs");
        (above.to_string(), below)
    };
    assert_eq!(cut("s3://b"), ("s3://b/".into(), String::new()));
    assert_eq!(cut("s3://b/logs"), ("s3://b/logs/".into(), String::new()));
    assert_eq!(cut("s3://b/AWSLogs"), ("s3://b/".into(), "AWSLogs/".into()));
    assert_eq!(cut("s3://b/x/AWSLogs/o-1/AWSLogs/1/"), ("s3://b/x/AWSLogs/o-1/".into(), "AWSLogs/1/".into()));
    assert_eq!(cut("s3://b/MyAWSLogs/1"), ("s3://b/MyAWSLogs/1/".into(), String::new()));
}
