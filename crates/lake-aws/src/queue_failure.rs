//! Classifies the errors of SQS.
//!
//! Codes: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html> and the page of each
//! operation. The SDK returns the codes of the query protocol, which SQS sends in a header.

use aws_sdk_sqs::config::http::HttpResponse;
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::types::BatchResultErrorEntry;
use job_queue::QueueError;
use lake_store::ErrorKind;

use crate::failure::{Answer, answer, credentials_error, kind, said, without_credentials};

/// A classified error. Its cause names the queue.
pub(crate) fn queue_error<E>(action: &'static str, url: &str, error: SdkError<E, HttpResponse>) -> QueueError
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    let (transient, answer) = match credentials_error(&error) {
        Some(refused) => without_credentials(refused),
        None => {
            let status = error.raw_response().map(|response| response.status().as_u16());
            let code = name(error.code().unwrap_or_default()).to_owned();
            let transient = match &error {
                SdkError::ConstructionFailure(_) => false,
                // no response, or a truncated one: the call may have been carried out
                SdkError::TimeoutError(_) | SdkError::ResponseError(_) => true,
                SdkError::DispatchFailure(failure) => !failure.is_user(),
                _ => is_transient(status, &code),
            };
            (transient, answer(error, status, &code, advice(&code)))
        }
    };
    let text = format!("{url}: {}", answer.text);
    QueueError { action, transient, source: Box::new(Answer { text, ..answer }) }
}

/// The error of a message of a batch that was rejected.
pub(crate) fn entry_error(action: &'static str, url: &str, failed: &BatchResultErrorEntry) -> QueueError {
    let code = name(failed.code());
    // errors of the sender are permanent, except throttling
    let transient = !failed.sender_fault() || is_transient(None, code);
    let text = format!("{url}: {}", said(code, failed.message().unwrap_or_default(), advice(code)));
    QueueError { action, transient, source: Box::new(Answer { text, source: None }) }
}

/// The error of a message of a batch without a result in the response.
pub(crate) fn unanswered(action: &'static str, url: &str) -> QueueError {
    let source = format!("{url}: the response has no result for it").into();
    QueueError { action, transient: true, source }
}

/// Whether the receipt handle has expired (another receiver may have the message), or the message is deleted.
///
/// An invalid receipt handle (`ReceiptHandleIsInvalid`), such as that of another queue, does not count.
pub(crate) fn receipt_is_over<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    let message = error.message().unwrap_or_default();
    match name(error.code().unwrap_or_default()) {
        "MessageNotInflight" => true,
        "InvalidParameterValue" | "InvalidParameterValueException" => {
            message.contains("for parameter ReceiptHandle")
        }
        _ => false,
    }
}

/// The code without its name space.
fn name(code: &str) -> &str {
    code.strip_prefix("AWS.SimpleQueueService.").unwrap_or(code)
}

fn is_transient(status: Option<u16>, code: &str) -> bool {
    match code {
        "RequestThrottled"
        | "KmsThrottled"
        | "InternalFailure"
        | "RequestExpired"
        // too many messages in flight: passes when some are deleted
        | "OverLimit" => true,
        "QueueDoesNotExist" | "NonExistentQueue" => false,
        // common to all services
        _ => matches!(kind(status, code), ErrorKind::Transient | ErrorKind::Throttled),
    }
}

/// Advice that the message of SQS does not give.
fn advice(code: &str) -> &'static str {
    match code {
        "QueueDoesNotExist" | "NonExistentQueue" | "InvalidAddress" => {
            "; check the queue's URL (aws sqs get-queue-url --queue-name NAME)"
        }
        "ExpiredToken" | "ExpiredTokenException" => {
            "; renew the credentials (aws sso login) and run it again"
        }
        "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "InvalidSecurity" => "; check the credentials (aws sts get-caller-identity)",
        "AccessDenied" | "AccessDeniedException" => {
            "; the policy of the caller or of the queue does not allow it"
        }
        "KMS.ThrottlingException" | "KmsThrottled" => "",
        code if code.starts_with("KMS.") || code.starts_with("Kms") => "; check the KMS key and its policy",
        _ => "",
    }
}

#[cfg(test)]
#[path = "queue_failure_tests.rs"]
mod tests;
