use super::*;

#[test]
fn transient_errors_are_retried() {
    for (status, code) in [
        (503, "ServiceUnavailable"),
        (500, "InternalError"),
        (500, "InternalFailure"),
        (502, ""),
        (429, ""),
        (400, "RequestThrottled"),
        (403, "RequestThrottled"),
        (400, "ThrottlingException"),
        (400, "KMS.ThrottlingException"),
        (400, "KmsThrottled"),
        (403, "OverLimit"),
        (200, ""),
    ] {
        assert!(is_transient(Some(status), code), "{status} {code}");
    }
}

#[test]
fn permanent_errors_have_advice() {
    for (status, code, words) in [
        (400, "AWS.SimpleQueueService.NonExistentQueue", "queue's URL"),
        (400, "QueueDoesNotExist", "queue's URL"),
        (404, "InvalidAddress", "queue's URL"),
        (403, "AccessDenied", "policy"),
        (400, "AccessDeniedException", "policy"),
        (400, "KMS.AccessDeniedException", "KMS key"),
        (400, "KmsDisabled", "KMS key"),
        (403, "ExpiredToken", "renew"),
        (403, "InvalidClientTokenId", "credentials"),
        (403, "SignatureDoesNotMatch", "credentials"),
        (400, "AWS.SimpleQueueService.BatchRequestTooLong", ""),
        (400, "InvalidParameterValue", ""),
    ] {
        let code = name(code);
        assert!(!is_transient(Some(status), code), "{status} {code}");
        assert!(advice(code).contains(words), "{code}: {}", advice(code));
    }
}

#[test]
fn a_message_that_was_not_taken_is_sent_again_unless_the_sender_is_to_blame() {
    let failed = |code: &str, sender_fault| {
        let entry = BatchResultErrorEntry::builder().id("0").code(code).message("Some\nwords.");
        entry_error("send a message", "https://queue", &entry.sender_fault(sender_fault).build().unwrap())
    };
    assert!(failed("InternalError", false).transient);
    assert!(failed("SomethingNew", false).transient);
    assert!(failed("RequestThrottled", true).transient, "a sender who is too fast may go on later");
    let error = failed("InvalidMessageContents", true);
    assert!(!error.transient);
    assert_eq!(error.source.to_string(), "https://queue: InvalidMessageContents: Some words");
}
