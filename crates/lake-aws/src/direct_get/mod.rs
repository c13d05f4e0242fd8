//! GetObject by the parts of the SDK, without its orchestration: a request costs a third of the CPU or less, and the daily
//! stage makes thousands ([ADR 20](../../../../docs/internals/adr/0020-log-files-are-read-below-the-sdks-orchestration.md)).
//!
//! Endpoint rules, credentials, signer, HTTP client and the parser of errors are the SDK's. Left out are its interceptors,
//! retries and spans.

mod clock;
mod refusal;
mod request;
mod resolved;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_runtime_api::client::connection::CaptureSmithyConnection;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_types::DateTime;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::date_time::Format;
use tokio::sync::OnceCell;

pub(crate) use request::Wanted;
use resolved::{Resolved, resolve};

type Failed = SdkError<GetObjectError, HttpResponse>;

/// The successful response to a GetObject.
#[derive(Debug)]
pub(crate) struct Object {
    /// The body, not read yet.
    pub(crate) body: ByteStream,
    /// The length of the body, if the response has it.
    pub(crate) length: Option<u64>,
    head: Head,
}

/// What a response says of an object.
#[derive(Debug)]
enum Head {
    /// The response, without its body.
    Response(Box<HttpResponse>),
    /// The response, read by the SDK.
    Read { metadata: BTreeMap<String, String>, written: Option<DateTime> },
}

/// Sends GetObject to one bucket. Clones share what is resolved.
#[derive(Debug, Clone, Default)]
pub(crate) struct DirectGet {
    /// `None` in the cell if the bucket needs the SDK's orchestration.
    resolved: Arc<OnceCell<Option<Resolved>>>,
}

/// The error of a request without a response in time.
#[derive(Debug, thiserror::Error)]
#[error("no response within {0:?}")]
struct NoResponse(Duration);

impl DirectGet {
    /// Sends a request and returns when the response has begun.
    ///
    /// # Errors
    /// Fails as the SDK does: without credentials, without a response, or with the error of S3.
    pub(crate) async fn send(&self, client: &Client, wanted: &Wanted<'_>) -> Result<Object, Failed> {
        // the SDK refuses an empty key, which would be the URL of the bucket
        if wanted.key.trim().is_empty() {
            return by_sdk(client, wanted).await;
        }
        let resolved = self.resolved.get_or_try_init(|| resolve(client, wanted)).await?;
        match resolved {
            Some(resolved) => resolved.send(wanted).await,
            None => by_sdk(client, wanted).await,
        }
    }
}

impl Resolved {
    async fn send(&self, wanted: &Wanted<'_>) -> Result<Object, Failed> {
        let identity = self.identity().await.map_err(SdkError::construction_failure)?;
        let mut request = self.request(wanted).map_err(SdkError::construction_failure)?;
        self.sign(&mut request, &identity).map_err(SdkError::construction_failure)?;
        let connection = CaptureSmithyConnection::new();
        request.add_extension(connection.clone());
        let exchanged = async {
            let response = self.connector.call(request).await.map_err(SdkError::dispatch_failure)?;
            if response.status().is_success() { Ok(response) } else { Err(self.refused(response).await) }
        };
        let exchanged = match self.timeout {
            Some(limit) => match tokio::time::timeout(limit, exchanged).await {
                Ok(exchanged) => exchanged,
                Err(_) => Err(SdkError::timeout_error(NoResponse(limit))),
            },
            None => exchanged.await,
        };
        let mut response =
            exchanged.inspect_err(|failed| refusal::leave_bad_connection(failed, &connection))?;
        let length = response.headers().get("content-length").and_then(|length| length.parse().ok());
        let body = std::mem::replace(response.body_mut(), SdkBody::empty());
        Ok(Object { body: ByteStream::new(body), length, head: Head::Response(Box::new(response)) })
    }
}

/// The request by the SDK's operation.
async fn by_sdk(client: &Client, wanted: &Wanted<'_>) -> Result<Object, Failed> {
    let object = wanted.operation(client).send().await?;
    let length = object.content_length().map(|length| u64::try_from(length).unwrap_or(u64::MAX));
    let metadata = object.metadata.into_iter().flatten().collect();
    let head = Head::Read { metadata, written: object.last_modified };
    Ok(Object { length, body: object.body, head })
}

impl Object {
    /// The metadata of the object by name, without `x-amz-meta-`, and the time at which it was written.
    pub(crate) fn description(&self) -> (BTreeMap<String, String>, Option<SystemTime>) {
        let (metadata, written) = match &self.head {
            Head::Read { metadata, written } => (metadata.clone(), *written),
            Head::Response(response) => {
                let headers = response.headers();
                let metadata = headers.iter().filter_map(|(name, value)| {
                    Some((name.strip_prefix("x-amz-meta-")?.to_owned(), value.to_owned()))
                });
                let written = headers.get("last-modified");
                let written = written.and_then(|text| DateTime::from_str(text, Format::HttpDate).ok());
                (metadata.collect(), written)
            }
        };
        (metadata, written.and_then(|time| time.try_into().ok()))
    }
}

#[cfg(test)]
#[path = "direct_get_tests.rs"]
mod tests;
