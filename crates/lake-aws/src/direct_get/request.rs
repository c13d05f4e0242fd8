//! The unsigned request for an object.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpRequest;
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::operation::get_object::builders::GetObjectFluentBuilder;
use aws_sdk_s3::types::RequestPayer;

use super::resolved::Resolved;
use crate::BucketOptions;

/// The object to read.
#[derive(Debug, Clone)]
pub(crate) struct Wanted<'a> {
    /// The bucket, or the ARN or alias of an access point.
    pub(crate) bucket: &'a str,
    /// The whole key.
    pub(crate) key: &'a str,
    /// The ETag that the object must have, in quotes.
    pub(crate) if_match: Option<String>,
    /// The range of bytes, as in the header: `bytes=0-99`.
    pub(crate) range: Option<String>,
    /// Who pays, and who must own the bucket.
    pub(crate) options: &'a BucketOptions,
}

impl Wanted<'_> {
    /// The same as an operation of the SDK.
    pub(super) fn operation(&self, client: &Client) -> GetObjectFluentBuilder {
        client
            .get_object()
            .bucket(self.bucket)
            .key(self.key)
            .set_if_match(self.if_match.clone())
            .set_range(self.range.clone())
            .set_request_payer(self.options.requester_pays.then_some(RequestPayer::Requester))
            .set_expected_bucket_owner(self.options.expected_owner.clone())
    }
}

impl Resolved {
    /// The request, unsigned. Its headers are those of the SDK, except `amz-sdk-…`, which count the SDK's retries, and
    /// `x-amz-user-agent`, which repeats `user-agent`.
    pub(super) fn request(&self, wanted: &Wanted<'_>) -> Result<HttpRequest, BoxError> {
        let mut request = HttpRequest::empty();
        request.set_uri(self.url(wanted.key))?;
        let headers = request.headers_mut();
        if let Some(agent) = &self.user_agent {
            headers.try_insert("user-agent", agent.clone())?;
        }
        if let Some(etag) = &wanted.if_match {
            headers.try_insert("if-match", etag.clone())?;
        }
        if let Some(range) = &wanted.range {
            headers.try_insert("range", range.clone())?;
        }
        if wanted.options.requester_pays {
            headers.try_insert("x-amz-request-payer", RequestPayer::Requester.as_str())?;
        }
        if let Some(owner) = &wanted.options.expected_owner {
            headers.try_insert("x-amz-expected-bucket-owner", owner.clone())?;
        }
        Ok(request)
    }

    /// The URL of a key: every byte but letters, digits, `-._~` and `/` is percent-encoded, as the signature expects it
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>).
    fn url(&self, key: &str) -> String {
        const HEX: &[u8; 16] = b"0123456789ABCDEF";
        const QUERY: &str = "?x-id=GetObject";
        let mut url = String::with_capacity(self.base_url.len() + 1 + key.len() * 3 + QUERY.len());
        url.push_str(&self.base_url);
        url.push('/');
        for byte in key.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
                url.push(char::from(byte));
            } else {
                let digit = |digit: u8| char::from(HEX[usize::from(digit)]);
                url.extend(['%', digit(byte >> 4), digit(byte & 15)]);
            }
        }
        url.push_str(QUERY);
        url
    }
}
