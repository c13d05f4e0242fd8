use super::*;

/// More groups than are shown, with texts that are too long.
pub(in super::super) fn denied_of_many_groups() -> DeniedCalls {
    let mut denied = DeniedCalls { times: 66, ..DeniedCalls::default() };
    for times in 1..=11 {
        let call = Some(format!("Call{times:02}\u{1b}[2J{}", "é\n".repeat(400)));
        denied.add_group(Denied { caller: call.clone(), call }, times);
    }
    denied
}

fn month() -> Month {
    Month::new(2026, 10).unwrap()
}

/// What lines of a part of 2026-10-02 add up to.
fn fold(lines: &[&str]) -> DeniedCalls {
    let day = "2026-10-02".parse().unwrap();
    let mut fold = PartFold { day, month: month(), denied: DeniedCalls::default() };
    for line in lines {
        fold.add(line.as_bytes()).unwrap();
    }
    fold.denied
}

fn groups(denied: &DeniedCalls) -> Vec<(u64, Option<&str>, Option<&str>)> {
    denied.most_frequent().into_iter().map(|group| (group.times, group.call, group.caller)).collect()
}

#[test]
fn denied_calls_of_the_month_count_and_no_others() {
    let denied = fold(&[
        r#"{"eventTime":"2026-10-02T01:02:03Z","eventName":"A","errorCode":"AccessDenied","userIdentity":{"arn":"x"}}"#,
        r#"{"eventTime":"2026-10-02T01:02:03Z","eventName":"A","errorCode":"VpceAccessDeniedException","userIdentity":{"arn":"x"}}"#,
        r#"{"eventTime":"2026-10-01T01:02:03Z","eventName":"A","errorCode":"Client.UnauthorizedOperation","userIdentity":{"arn":"y"}}"#,
        // another error, no error, the month before
        r#"{"eventTime":"2026-10-02T01:02:03Z","eventName":"A","errorCode":"NoSuchKey","userIdentity":{"arn":"x"}}"#,
        r#"{"eventTime":"2026-10-02T01:02:03Z","eventName":"AccessDenied","userIdentity":{"arn":"x"}}"#,
        r#"{"eventTime":"2026-10-02T01:02:03Z","eventName":"A","errorCode":null}"#,
        r#"{"eventTime":"2026-09-30T23:59:59Z","eventName":"A","errorCode":"AccessDenied","userIdentity":{"arn":"x"}}"#,
    ]);
    assert_eq!(denied.times, 3);
    assert_eq!(groups(&denied), [(2, Some("A"), Some("x")), (1, Some("A"), Some("y"))]);
}

#[test]
fn a_caller_without_a_name_comes_last_among_as_many_calls() {
    let denied = fold(&[
        r#"{"eventName":"B","errorCode":"AccessDenied","userIdentity":null}"#,
        r#"{"eventName":"B","errorCode":"AccessDenied","userIdentity":{"arn":"z"}}"#,
        r#"{"eventName":7,"errorCode":"AccessDenied","userIdentity":{"arn":["z"]}}"#,
        r#"{"eventName":"A","errorCode":"AccessDenied"}"#,
    ]);
    assert_eq!(
        groups(&denied),
        [(1, Some("A"), None), (1, Some("B"), Some("z")), (1, Some("B"), None), (1, None, None)]
    );
    assert!(denied.lines(month()).iter().any(|line| line == "        1  A     -"), "{denied:?}");
}

#[test]
fn a_session_counts_for_its_role_and_a_service_for_itself() {
    let caller = |identity: &str| caller(identity.as_bytes());
    let session = r#"{"arn":"session","principalId":"id","sessionContext":{"sessionIssuer":{"arn":"role"}}}"#;
    assert_eq!(caller(session).as_deref(), Some("role"));
    let user = r#"{"principalId":"id","arn":"user","sessionContext":{"sessionIssuer":null}}"#;
    assert_eq!(caller(user).as_deref(), Some("user"));
    assert_eq!(
        caller(r#"{"type":"AWSService","invokedBy":"ec2.amazonaws.com"}"#).as_deref(),
        Some("ec2.amazonaws.com")
    );
    assert_eq!(caller(r#"{"type":"AWSAccount","principalId":"id","arn":null}"#).as_deref(), Some("id"));
    assert_eq!(caller("{}"), None);
}

#[test]
fn parts_add_up() {
    let mut all = fold(&[r#"{"eventName":"A","errorCode":"AccessDenied"}"#]);
    all.add(fold(&[
        r#"{"eventName":"A","errorCode":"AccessDenied"}"#,
        r#"{"eventName":"B","errorCode":"AccessDenied"}"#,
    ]));
    assert_eq!((all.times, groups(&all)), (3, vec![(2, Some("A"), None), (1, Some("B"), None)]));
}

#[test]
fn a_month_without_denied_calls_says_so() {
    assert_eq!(fold(&[]).lines(month()), ["Which calls were denied in 2026-10, and to whom? None."]);
}

#[test]
fn records_take_no_more_memory_or_screen_than_the_limits() {
    let mut denied = DeniedCalls::default();
    for number in 0..=MAX_GROUPS {
        let call = Some(number.to_string());
        denied.add_group(Denied { call, caller: None }, 1);
    }
    denied.add_group(Denied { call: Some("0".to_owned()), caller: None }, 1);
    assert_eq!(denied.groups.len(), MAX_GROUPS);
    assert_eq!(groups(&denied)[0], (2, Some("0"), None), "a group that is kept still counts");

    let long = "é".repeat(1 << 20);
    let one = fold(&[&format!(r#"{{"eventName":"a{long}","errorCode":"AccessDenied"}}"#)]);
    assert_eq!(groups(&one)[0].1.unwrap().len(), MAX_KEPT - 1, "cut between characters");

    let lines = denied_of_many_groups().lines(month());
    assert_eq!(lines.len(), 2 + SHOWN);
    assert!(lines[2].starts_with(r"       11  Call11\u{1b}[2Jé\né\n"), "{lines:?}");
    assert!(lines.iter().all(|line| line.chars().count() <= 13 + MAX_CALL + MAX_CALLER), "{lines:?}");
    assert!(!lines.concat().contains(char::is_control));
}
