//! Classifies the errors of S3.

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use lake_store::{ErrorKind, StoreError, Unreadable, with_causes};

/// A classified error. Its cause is the code and message of S3.
pub(crate) fn store_error<E>(action: &'static str, key: &str, error: SdkError<E, HttpResponse>) -> StoreError
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    if let Some(refused) = credentials_error(&error) {
        return refused_credentials(action, key, refused);
    }
    let status = error.raw_response().map(|response| response.status().as_u16());
    let code = error.code().unwrap_or_default().to_owned();
    let kind = match &error {
        SdkError::ConstructionFailure(_) => ErrorKind::Permanent,
        // no response, or a truncated one: the call may have been carried out
        SdkError::TimeoutError(_) | SdkError::ResponseError(_) => ErrorKind::Transient,
        SdkError::DispatchFailure(failure) if failure.is_user() => ErrorKind::Permanent,
        SdkError::DispatchFailure(_) => ErrorKind::Transient,
        _ => kind(status, &code),
    };
    let answer = answer(error, status, &code, advice(&code, kind));
    StoreError::new(kind, action, key).because(answer)
}

/// A classified error of reading an object. S3 has the object, and does not give it out: other objects may be readable.
///
/// Codes: <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>; `KMS.…` are those of the key.
pub(crate) fn read_error<E>(key: &str, error: SdkError<E, HttpResponse>) -> StoreError
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    let code = error.code().unwrap_or_default().to_owned();
    let mut error = store_error("read", key, error);
    let unreadable = match (code.as_str(), error.kind) {
        ("InvalidObjectState", _) => Unreadable::Archived,
        ("AccessDenied", _) => Unreadable::AccessDenied,
        (code, ErrorKind::Denied) if code.starts_with("KMS.") => Unreadable::EncryptionKey,
        _ => return error,
    };
    error.kind = ErrorKind::Unreadable(unreadable);
    error
}

/// The cause of an error of any service, for people: the code and message of the response, and advice.
pub(crate) fn answer<E>(
    error: SdkError<E, HttpResponse>,
    status: Option<u16>,
    code: &str,
    advice: &str,
) -> Answer
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    if !code.is_empty() {
        return Answer { text: said(code, error.message().unwrap_or_default(), advice), source: None };
    }
    match status {
        Some(200..300) => {
            Answer { text: "the response cannot be read".to_owned(), source: Some(Box::new(error)) }
        }
        // a response to HEAD has no body
        Some(status) => Answer { text: format!("HTTP status {status}{advice}"), source: None },
        None => Answer { text: format!("no response{advice}"), source: Some(Box::new(error)) },
    }
}

/// A code, its message, and advice.
pub(crate) fn said(code: &str, message: &str, advice: &str) -> String {
    let message = one_line(message);
    match message.trim_end_matches('.') {
        "" => format!("{code}{advice}"),
        message => format!("{code}: {message}{advice}"),
    }
}

/// The error of a provider of credentials, if no request was sent because of it.
pub(crate) fn credentials_error<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> Option<&'a CredentialsError> {
    let mut causes = std::iter::successors(Some(error), |error| error.source());
    causes.find_map(|cause| cause.downcast_ref::<CredentialsError>())
}

fn refused_credentials(action: &'static str, key: &str, error: &CredentialsError) -> StoreError {
    let (transient, answer) = without_credentials(error);
    let kind = if transient { ErrorKind::Transient } else { ErrorKind::Denied };
    StoreError::new(kind, action, key).because(answer)
}

/// The error of the providers in one line; and whether it is transient.
pub(crate) fn without_credentials(error: &CredentialsError) -> (bool, Answer) {
    let (transient, advice) = match error {
        CredentialsError::ProviderTimedOut(_) => (true, "timed out loading credentials"),
        _ => (false, "no credentials: set AWS_PROFILE or log in (aws sso login)"),
    };
    let said = one_line(&with_causes(error));
    (transient, Answer { text: format!("{advice}: {said}"), source: None })
}

/// The cause of an error, for people.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// Classifies by the code, then by the status: <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>.
pub(crate) fn kind(status: Option<u16>, code: &str) -> ErrorKind {
    match (status.unwrap_or(0), code) {
        (
            _,
            "NoSuchBucket"
            | "PermanentRedirect"
            | "AuthorizationHeaderMalformed"
            | "InvalidBucketName"
            | "InvalidObjectState",
        ) => ErrorKind::Permanent,
        (_, "ExpiredToken" | "InvalidAccessKeyId" | "SignatureDoesNotMatch" | "InvalidToken") => {
            ErrorKind::Denied
        }
        // some responses have status 200 and an error in the body
        (
            _,
            "SlowDown"
            | "ServiceUnavailable"
            | "Throttling"
            | "ThrottlingException"
            | "TooManyRequestsException"
            | "RequestLimitExceeded"
            | "KMS.ThrottlingException",
        ) => ErrorKind::Throttled,
        (
            _,
            "InternalError"
            | "KMS.InternalException"
            | "KMS.KMSInternalException"
            | "RequestTimeout"
            | "RequestTimeTooSkewed"
            | "IncompleteBody"
            | "BadDigest"
            | "XAmzContentSHA256Mismatch",
        ) => ErrorKind::Transient,
        (_, code) if code.starts_with("KMS.") => ErrorKind::Denied,
        (404, _) => ErrorKind::NotFound,
        (412, _) => ErrorKind::Changed,
        (401 | 403, _) => ErrorKind::Denied,
        // by status if there is no code: a response to HEAD has none
        (429 | 503, _) => ErrorKind::Throttled,
        // 409 is a conflict of conditional requests without a winner yet; a success that cannot be read may have been
        // carried out
        (200..300 | 409 | 500.., _) => ErrorKind::Transient,
        _ => ErrorKind::Permanent,
    }
}

/// Advice that the message of S3 does not give.
fn advice(code: &str, kind: ErrorKind) -> &'static str {
    match (code, kind) {
        ("NoSuchBucket", _) => "; check the name of the bucket",
        ("PermanentRedirect" | "AuthorizationHeaderMalformed", _) => {
            "; set AWS_REGION to the bucket's region"
        }
        ("InvalidObjectState", _) => "; it is archived: restore it first (aws s3api restore-object)",
        ("ExpiredToken", _) => "; renew the credentials (aws sso login) and run it again",
        ("InvalidAccessKeyId" | "SignatureDoesNotMatch" | "InvalidToken", _) => {
            "; check the credentials (aws sts get-caller-identity)"
        }
        (code, _) if code.starts_with("KMS.") => "; check the KMS key and its policy",
        (_, ErrorKind::Denied) => "; the policy of the caller or of the bucket does not allow it",
        _ => "",
    }
}

pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[path = "failure_tests.rs"]
mod tests;
