//! The storage port over one bucket.

use std::ops::Range;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{EncodingType, RequestPayer, ServerSideEncryption};
use bytes::Bytes;
use lake_store::{Created, Depth, Described, ErrorKind, ObjectMeta, Page, StagedUpload, Store, StoreError};

use crate::S3Location;
use crate::direct_get::{DirectGet, Object, Wanted};
use crate::failure::{read_error, store_error};
use crate::listed_text::decoded;
use crate::multipart::{self, MultipartUpload};

type Result<T, E = StoreError> = std::result::Result<T, E>;

/// The maximum end of a range: objects of S3 have at most 50 TB, and some servers reject ranges that end far beyond.
const BEYOND: u64 = 1 << 62;

/// The time without data after which a body has stalled.
const STALLED: Duration = Duration::from_secs(20);

/// Options of requests to a bucket.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BucketOptions {
    /// The caller pays for requests and traffic.
    pub requester_pays: bool,
    /// The account that must own the bucket; S3 rejects requests otherwise.
    pub expected_owner: Option<String>,
    /// The KMS key of new objects; `None` for the default of the bucket.
    pub kms_key: Option<String>,
}

/// A bucket below a prefix.
#[derive(Debug, Clone)]
pub struct S3Store {
    pub(crate) client: Client,
    pub(crate) location: S3Location,
    pub(crate) options: BucketOptions,
    pub(crate) page_size: Option<i32>,
    direct_get: DirectGet,
}

impl S3Store {
    /// The bucket of a location. Makes no request.
    pub fn new(client: Client, location: S3Location, options: BucketOptions) -> Self {
        S3Store { client, location, options, page_size: None, direct_get: DirectGet::default() }
    }

    /// Sets the page size of listings of keys and uploads; 1,000 by default.
    pub fn with_page_size(mut self, keys: i32) -> Self {
        self.page_size = Some(keys);
        self
    }

    pub(crate) fn key(&self, key: &str) -> String {
        format!("{}{key}", self.location.prefix)
    }

    pub(crate) fn payer(&self) -> Option<RequestPayer> {
        self.options.requester_pays.then_some(RequestPayer::Requester)
    }

    pub(crate) fn owner(&self) -> Option<String> {
        self.options.expected_owner.clone()
    }

    pub(crate) fn encryption(&self) -> Option<ServerSideEncryption> {
        self.options.kms_key.as_ref().map(|_| ServerSideEncryption::AwsKms)
    }

    /// The key of a listing entry, relative to the prefix.
    pub(crate) fn relative(&self, key: Option<&str>, encoding: Option<&EncodingType>) -> Option<String> {
        decoded(key?, encoding).strip_prefix(&self.location.prefix).map(str::to_owned)
    }

    async fn read(&self, key: &str, etag: Option<&str>, range: Option<Range<u64>>) -> Result<Bytes> {
        match self.open(key, etag, range).await? {
            Some(object) => content(key, object).await,
            None => Ok(Bytes::new()),
        }
    }

    /// Requests an object, or a range of it: `None` if the range begins after the end of the object.
    async fn open(&self, key: &str, etag: Option<&str>, range: Option<Range<u64>>) -> Result<Option<Object>> {
        let whole_key = self.key(key);
        let wanted = Wanted {
            bucket: &self.location.bucket,
            key: &whole_key,
            if_match: etag.map(quoted),
            range: range.map(|range| format!("bytes={}-{}", range.start, range.end - 1)),
            options: &self.options,
        };
        match self.direct_get.send(&self.client, &wanted).await {
            Err(error) if error.raw_response().is_some_and(|answer| answer.status().as_u16() == 416) => {
                Ok(None)
            }
            sent => sent.map(Some).map_err(|error| read_error(key, error)),
        }
    }
}

/// The content of an object. Fails if it is cut off.
async fn content(key: &str, object: Object) -> Result<Bytes> {
    let cut_off = |cause: Box<dyn std::error::Error + Send + Sync>| {
        StoreError::new(ErrorKind::Transient, "read", key).because(cause)
    };
    let bytes = whole(object.body).await.map_err(cut_off)?;
    if object.length.is_some_and(|length| length != bytes.len() as u64) {
        return Err(cut_off("the body is truncated".into()));
    }
    Ok(bytes)
}

/// Reads a body to its end. Fails if it stalls.
async fn whole(mut body: ByteStream) -> Result<Bytes, Box<dyn std::error::Error + Send + Sync>> {
    let mut chunks = Vec::new();
    while let Some(chunk) = tokio::time::timeout(STALLED, body.next()).await? {
        chunks.push(chunk?);
    }
    // a small object is one chunk: no copy
    Ok(if chunks.len() == 1 { chunks.swap_remove(0) } else { chunks.concat().into() })
}

/// An etag in quotes, as RFC 9110 requires.
fn quoted(etag: &str) -> String {
    if etag.starts_with('"') { etag.to_owned() } else { format!("\"{etag}\"") }
}

#[async_trait]
impl Store for S3Store {
    async fn list(&self, prefix: &str, depth: Depth, page: Option<&str>) -> Result<Page> {
        let sent = self
            .client
            .list_objects_v2()
            .bucket(&self.location.bucket)
            .prefix(self.key(prefix))
            .set_delimiter((depth == Depth::Level).then(|| "/".to_owned()))
            .set_continuation_token(page.map(str::to_owned))
            .set_max_keys(self.page_size)
            .encoding_type(EncodingType::Url)
            .set_request_payer(self.payer())
            .set_expected_bucket_owner(self.owner())
            .send()
            .await;
        let listed = sent.map_err(|error| store_error("list", prefix, error))?;
        let mut found = Page { next: listed.next_continuation_token.clone(), ..Page::default() };
        if listed.is_truncated == Some(true) && found.next.is_none() {
            let lost = "S3 returned a truncated listing without a continuation token";
            return Err(StoreError::new(ErrorKind::Permanent, "list", prefix).because(lost));
        }
        let encoding = listed.encoding_type();
        for object in listed.contents() {
            let Some(key) = self.relative(object.key(), encoding) else { continue };
            let bytes = object.size().and_then(|size| u64::try_from(size).ok()).unwrap_or(0);
            // the marker of an empty folder that consoles create
            if key.is_empty() || (bytes == 0 && key.ends_with('/')) {
                continue;
            }
            found.objects.push(ObjectMeta {
                key,
                bytes,
                etag: object.e_tag().unwrap_or_default().to_owned(),
            });
        }
        let common = listed.common_prefixes().iter();
        found.prefixes.extend(common.filter_map(|common| self.relative(common.prefix(), encoding)));
        Ok(found)
    }

    async fn get(&self, key: &str, etag: Option<&str>) -> Result<Bytes> {
        self.read(key, etag, None).await
    }

    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes> {
        let range = range.start..range.end.min(BEYOND);
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        self.read(key, None, Some(range)).await
    }

    async fn get_described(&self, key: &str) -> Result<Described> {
        let Some(object) = self.open(key, None, None).await? else { return Ok(Described::default()) };
        let (metadata, written) = object.description();
        Ok(Described { body: content(key, object).await?, metadata, written })
    }

    async fn create_new(&self, key: &str, body: Bytes) -> Result<Created> {
        let sent = self
            .client
            .put_object()
            .bucket(&self.location.bucket)
            .key(self.key(key))
            .if_none_match("*")
            .checksum_crc32(crc32(&body))
            .body(body.into())
            .set_request_payer(self.payer())
            .set_expected_bucket_owner(self.owner())
            .set_server_side_encryption(self.encryption())
            .set_ssekms_key_id(self.options.kms_key.clone())
            .send()
            .await;
        match sent.map_err(|error| store_error("create", key, error)) {
            Ok(_) => Ok(Created::Yes),
            // If-None-Match: 412 means that the object exists, 409 that a concurrent request is in progress
            Err(error) if error.kind == ErrorKind::Changed => Ok(Created::Exists),
            Err(error) => Err(error),
        }
    }

    async fn stage(&self, key: &str) -> Result<Box<dyn StagedUpload>> {
        Ok(Box::new(MultipartUpload::start(self.clone(), key).await?))
    }

    async fn abandon_staged(&self, prefix: &str) -> Result<u64> {
        multipart::abandon(self, prefix).await
    }

    async fn delete(&self, key: &str) -> Result<()> {
        let sent = self
            .client
            .delete_object()
            .bucket(&self.location.bucket)
            .key(self.key(key))
            .set_request_payer(self.payer())
            .set_expected_bucket_owner(self.owner())
            .send()
            .await;
        match sent.map_err(|error| store_error("delete", key, error)) {
            Err(error) if error.kind != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// The checksum of a body, as the header has it: a bucket with Object Lock refuses writes without one. Not left to the SDK, which
/// would send it behind the body, in chunks that some servers do not understand.
pub(crate) fn crc32(body: &[u8]) -> String {
    aws_smithy_types::base64::encode(crc32fast::hash(body).to_be_bytes())
}

#[cfg(test)]
#[path = "s3_store_tests.rs"]
mod tests;
