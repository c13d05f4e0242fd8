use super::*;

#[test]
fn a_conflict_is_retried_and_a_failed_condition_is_an_answer() {
    assert_eq!(kind(Some(409), "ConditionalRequestConflict"), ErrorKind::Transient);
    assert_eq!(kind(Some(412), "PreconditionFailed"), ErrorKind::Changed);
}

#[test]
fn transient_errors_are_retried_and_permanent_ones_are_reported() {
    for (status, code) in [(500, "InternalError"), (400, "RequestTimeout"), (502, ""), (200, "InternalError")]
    {
        assert_eq!(kind(Some(status), code), ErrorKind::Transient, "{status} {code}");
    }
    for (status, code) in
        [(503, "SlowDown"), (429, ""), (503, ""), (400, "KMS.ThrottlingException"), (200, "SlowDown")]
    {
        assert_eq!(kind(Some(status), code), ErrorKind::Throttled, "{status} {code}");
    }
    for (status, code) in [
        (404, "NoSuchBucket"),
        (301, "PermanentRedirect"),
        (403, "InvalidObjectState"),
        (400, "InvalidArgument"),
        (405, ""),
    ] {
        assert_eq!(kind(Some(status), code), ErrorKind::Permanent, "{status} {code}");
    }
    for (status, code) in
        [(403, "AccessDenied"), (400, "ExpiredToken"), (400, "KMS.DisabledException"), (401, "")]
    {
        assert_eq!(kind(Some(status), code), ErrorKind::Denied, "{status} {code}");
    }
    assert_eq!(kind(Some(404), "NoSuchKey"), ErrorKind::NotFound);
}
