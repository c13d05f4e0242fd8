//! Responses that are errors.

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use aws_smithy_runtime_api::client::connection::CaptureSmithyConnection;
use aws_smithy_runtime_api::client::ser_de::{DeserializeResponse, SharedResponseDeserializer};
use bytes::{Bytes, BytesMut};
use lake_store::ErrorKind;

use super::Failed;
use super::resolved::Resolved;
use crate::failure::kind;

/// The bytes of the body of an error that are read. Those of S3 have less than 1 KiB; a proxy answers with a page.
const ERROR_BYTES: usize = 64 << 10;

impl Resolved {
    /// The error of a response, as the SDK parses it.
    pub(super) async fn refused(&self, mut response: HttpResponse) -> Failed {
        match beginning(response.take_body()).await {
            Ok(body) => *response.body_mut() = SdkBody::from(body),
            Err(cause) => return SdkError::response_error(cause, response),
        }
        if response.status().as_u16() == 403
            && let Some(date) = response.headers().get("date")
        {
            self.clock.set(date);
        }
        let Some(deserializer) = self.settings.load::<SharedResponseDeserializer>() else {
            return SdkError::response_error("no parser of errors", response);
        };
        let parsed = deserializer.deserialize_nonstreaming_with_config(&response, &self.settings);
        let said = parsed.err().and_then(|error| {
            let error = error.as_operation_error()?.downcast_ref::<GetObjectError>()?;
            Some(error.meta().clone())
        });
        match said {
            Some(said) => SdkError::service_error(GetObjectError::generic(said), response),
            None => SdkError::response_error("the error cannot be parsed", response),
        }
    }
}

/// The first bytes of a body.
async fn beginning(body: SdkBody) -> Result<Bytes, aws_sdk_s3::error::BoxError> {
    let mut body = ByteStream::new(body);
    let mut read = BytesMut::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk?;
        read.extend_from_slice(&chunk[..chunk.len().min(ERROR_BYTES - read.len())]);
        if read.len() == ERROR_BYTES {
            break;
        }
    }
    Ok(read.freeze())
}

/// Closes the connection of a response that says that the server is in trouble, so that the next try may reach another.
pub(super) fn leave_bad_connection(failed: &Failed, connection: &CaptureSmithyConnection) {
    let SdkError::ServiceError(refused) = failed else { return };
    let status = refused.raw().status().as_u16();
    if kind(Some(status), refused.err().code().unwrap_or_default()) == ErrorKind::Transient
        && let Some(connection) = connection.get()
    {
        connection.poison();
    }
}

#[cfg(test)]
#[path = "refusal_tests.rs"]
mod tests;
