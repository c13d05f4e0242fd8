use super::*;

fn trace_of(line: &str) -> Option<Trace> {
    trace(&members(line.as_bytes()).unwrap())
}

fn traced(call: &str, by: &str, of: &str, error: &str) -> Option<Trace> {
    let [call, by, of, error] = [call, by, of, error].map(str::to_owned);
    Some(Trace { call, by, of, error })
}

#[test]
fn a_call_says_who_gave_what() {
    let assumed = r#"{"eventName":"AssumeRole","userIdentity":{"arn":"arn:aws:iam::1:user/bob"},"requestParameters":{"roleArn":"arn:aws:iam::1:role/admin"},"responseElements":{"assumedRoleUser":{"arn":"arn:aws:sts::1:assumed-role/admin/alice"}}}"#;
    let session = "arn:aws:sts::1:assumed-role/admin/alice";
    assert_eq!(trace_of(assumed), traced("AssumeRole", "arn:aws:iam::1:user/bob", session, ""));
    let denied = r#"{"eventName":"AssumeRole","errorCode":"AccessDenied","userIdentity":{"invokedBy":"ec2.amazonaws.com"},"requestParameters":{"roleArn":"arn:aws:iam::1:role/admin"},"responseElements":null}"#;
    assert_eq!(
        trace_of(denied),
        traced("AssumeRole", "ec2.amazonaws.com", "arn:aws:iam::1:role/admin", "AccessDenied")
    );
    let made = r#"{"eventName":"CreateAccessKey","responseElements":{"accessKey":{"accessKeyId":"AKIA1","userName":"x"}}}"#;
    assert_eq!(trace_of(made), traced("CreateAccessKey", "", "AKIA1", ""));
    assert_eq!(trace_of(r#"{"eventName":"GetObject"}"#), None);
    assert_eq!(trace_of(r#"{"eventName":["AssumeRole"],"requestParameters":7}"#), None);
}

#[test]
fn a_record_names_whom_it_gives_something() {
    let record = |json: &str| format!(r#"{{"userIdentity":{{"arn":"x/by"}},"responseElements":{json}}}"#);
    let names = |json: &str, subject: &str| names(&members(record(json).as_bytes()).unwrap(), subject);
    assert!(names(r#"{"a":[{"arn":"arn:aws:iam::1:user/alice"}]}"#, "alice"));
    assert!(!names(r#"{"a":[{"arn":"arn:aws:iam::1:user/malice"}]}"#, "alice"));
    assert!(!names(r#"{"alice":1}"#, "alice") && !names("null", "by"));
}

#[test]
fn calls_are_counted_and_bounded() {
    let mut traces = Traces::default();
    for number in 0..=TRACES {
        let line = format!(r#"{{"eventName":"CreateUser","requestParameters":{{"userName":"{number}"}}}}"#);
        for instant in [Some(5), None, Some(2)] {
            traces.add(&members(line.as_bytes()).unwrap(), instant);
        }
    }
    assert_eq!((traces.traces.len(), traces.beyond), (TRACES, 3));
    let expected = Occurrences { records: 3, first: Some(2), last: Some(5) };
    assert!(traces.traces.values().all(|times| *times == expected));
}
