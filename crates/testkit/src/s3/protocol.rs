//! The protocol of S3, translated to operations of [`Bucket`].

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use bytes::{Bytes, BytesMut};
use futures::{TryStream, TryStreamExt};
use s3s::dto::*;
use s3s::{S3, S3Error, S3ErrorCode, S3Request, S3Response, S3Result, s3_error};

use super::bucket::{Bucket, Object, Refusal};

/// The region of every bucket.
pub(super) const REGION: &str = "eu-central-1";
/// The maximum of entries on a page.
const PAGE: usize = 1_000;

/// The buckets of a server, by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Buckets(Arc<Mutex<BTreeMap<String, Bucket>>>);

impl Buckets {
    pub(super) fn named(names: &[&str]) -> Self {
        Buckets(Arc::new(Mutex::new(
            names.iter().map(|&name| (name.to_owned(), Bucket::default())).collect(),
        )))
    }

    /// Runs `work` on a bucket, under its lock.
    pub(super) fn with<T>(&self, bucket: &str, work: impl FnOnce(&mut Bucket) -> S3Result<T>) -> S3Result<T> {
        work(
            self.lock()
                .get_mut(bucket)
                .ok_or_else(|| s3_error!(NoSuchBucket, "The specified bucket does not exist"))?,
        )
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Bucket>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<Refusal> for S3Error {
    fn from(refusal: Refusal) -> Self {
        S3Error::new(match refusal {
            Refusal::NoSuchUpload => S3ErrorCode::NoSuchUpload,
            Refusal::InvalidPart => S3ErrorCode::InvalidPart,
            Refusal::InvalidPartOrder => S3ErrorCode::InvalidPartOrder,
            Refusal::EntityTooSmall => S3ErrorCode::EntityTooSmall,
            Refusal::PreconditionFailed => S3ErrorCode::PreconditionFailed,
        })
    }
}

/// The object of a key, if it has the requested etag.
fn found(bucket: &Bucket, key: &str, wanted: Option<&ETagCondition>) -> S3Result<Object> {
    let object = bucket.get(key).ok_or_else(|| s3_error!(NoSuchKey, "The specified key does not exist."))?;
    match wanted.and_then(ETagCondition::as_etag) {
        Some(etag) if etag.value() != object.etag => Err(Refusal::PreconditionFailed.into()),
        _ => Ok(object.clone()),
    }
}

/// Whether a put has `If-None-Match: *`. S3 supports no other condition of this header.
fn only_new(condition: Option<&ETagCondition>) -> S3Result<bool> {
    match condition {
        None => Ok(false),
        Some(condition) if condition.is_any() => Ok(true),
        Some(_) => Err(s3_error!(NotImplemented)),
    }
}

async fn whole(body: Option<StreamingBlob>) -> S3Result<Bytes> {
    let Some(body) = body else { return Ok(Bytes::new()) };
    collected(body).await.map_err(|error| s3_error!(IncompleteBody, "{error}"))
}

/// Reads a stream of bytes to its end.
pub(crate) async fn collected<E>(body: impl TryStream<Ok = Bytes, Error = E>) -> Result<Bytes, E> {
    let body = body.try_fold(BytesMut::new(), async |mut all, chunk| {
        all.extend_from_slice(&chunk);
        Ok(all)
    });
    Ok(body.await?.freeze())
}

fn length(body: &Bytes) -> Option<i64> {
    i64::try_from(body.len()).ok()
}

fn page(asked: Option<i32>) -> usize {
    asked.and_then(|asked| usize::try_from(asked).ok()).unwrap_or(PAGE).min(PAGE)
}

/// Encodes keys as S3 does for `encoding-type=url`.
fn encoded(key: &str, encoding: Option<&EncodingType>) -> String {
    if encoding.is_none() {
        return key.to_owned();
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.*/".contains(&byte);
    key.bytes().fold(String::new(), |text, byte| match byte {
        b' ' => text + "+",
        byte if plain(byte) => text + &char::from(byte).to_string(),
        byte => text + &format!("%{byte:02X}"),
    })
}

/// An opaque token.
fn token(entry: &str) -> String {
    entry.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn entry(token: &str) -> S3Result<String> {
    let byte = |at: usize| token.get(at..at + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
    let bytes: Option<Vec<u8>> = (0..token.len()).step_by(2).map(byte).collect();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    text.ok_or_else(|| s3_error!(InvalidArgument, "The continuation token provided is incorrect"))
}

#[async_trait::async_trait]
impl S3 for Buckets {
    async fn head_bucket(&self, req: S3Request<HeadBucketInput>) -> S3Result<S3Response<HeadBucketOutput>> {
        self.with(&req.input.bucket, |_| Ok(()))?;
        let bucket_region = Some(REGION.to_owned());
        Ok(S3Response::new(HeadBucketOutput { bucket_region, ..Default::default() }))
    }

    async fn list_objects_v2(
        &self,
        req: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let input = req.input;
        let prefix = input.prefix.clone().unwrap_or_default();
        let after = input.continuation_token.as_deref().map(entry).transpose()?.or(input.start_after.clone());
        let delimiter = input.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty());
        let listed = self.with(&input.bucket, |bucket| {
            Ok(bucket.list(&prefix, delimiter, &after.unwrap_or_default(), page(input.max_keys)))
        })?;
        let encoding = input.encoding_type.as_ref();
        let count = listed.objects.len() + listed.prefixes.len();
        let contents = listed.objects.iter().map(|(key, object)| s3s::dto::Object {
            key: Some(encoded(key, encoding)),
            size: length(&object.body),
            e_tag: Some(ETag::Strong(object.etag.clone())),
            last_modified: Some(SystemTime::UNIX_EPOCH.into()),
            ..Default::default()
        });
        let common =
            listed.prefixes.iter().map(|prefix| CommonPrefix { prefix: Some(encoded(prefix, encoding)) });
        Ok(S3Response::new(ListObjectsV2Output {
            contents: Some(contents.collect()),
            common_prefixes: Some(common.collect()),
            key_count: i32::try_from(count).ok(),
            is_truncated: Some(listed.next.is_some()),
            next_continuation_token: listed.next.as_deref().map(token),
            prefix: Some(encoded(&prefix, encoding)),
            name: Some(input.bucket),
            max_keys: input.max_keys,
            encoding_type: input.encoding_type.clone(),
            ..Default::default()
        }))
    }

    async fn get_object(&self, req: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let input = req.input;
        let object = self.with(&input.bucket, |bucket| found(bucket, &input.key, input.if_match.as_ref()))?;
        let full = object.body.len();
        let range = input.range.map(|range| range.check(full as u64)).transpose()?;
        let content_range =
            range.as_ref().map(|range| format!("bytes {}-{}/{full}", range.start, range.end - 1));
        let within = |at: u64| usize::try_from(at).unwrap_or(full).min(full);
        let body = range
            .map_or(object.body.clone(), |range| object.body.slice(within(range.start)..within(range.end)));
        Ok(S3Response::new(GetObjectOutput {
            content_length: length(&body),
            content_range,
            body: Some(s3s::Body::from(body).into()),
            e_tag: Some(ETag::Strong(object.etag)),
            last_modified: Some(SystemTime::UNIX_EPOCH.into()),
            metadata: Some(object.metadata.into_iter().collect()),
            ..Default::default()
        }))
    }

    async fn head_object(&self, req: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
        let input = req.input;
        let object = self.with(&input.bucket, |bucket| found(bucket, &input.key, input.if_match.as_ref()))?;
        Ok(S3Response::new(HeadObjectOutput {
            content_length: length(&object.body),
            e_tag: Some(ETag::Strong(object.etag)),
            last_modified: Some(SystemTime::UNIX_EPOCH.into()),
            metadata: Some(object.metadata.into_iter().collect()),
            ..Default::default()
        }))
    }

    async fn put_object(&self, req: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        let input = req.input;
        let new = only_new(input.if_none_match.as_ref())?;
        let metadata = input.metadata.unwrap_or_default().into_iter().collect();
        let body = whole(input.body).await?;
        let etag = self.with(&input.bucket, |bucket| Ok(bucket.put(&input.key, body, metadata, new)?))?;
        Ok(S3Response::new(PutObjectOutput { e_tag: Some(ETag::Strong(etag)), ..Default::default() }))
    }

    async fn delete_object(
        &self,
        req: S3Request<DeleteObjectInput>,
    ) -> S3Result<S3Response<DeleteObjectOutput>> {
        self.with(&req.input.bucket, |bucket| {
            bucket.delete(&req.input.key);
            Ok(())
        })?;
        Ok(S3Response::new(DeleteObjectOutput::default()))
    }

    async fn create_multipart_upload(
        &self,
        req: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        let input = req.input;
        let metadata = input.metadata.unwrap_or_default().into_iter().collect();
        let id = self.with(&input.bucket, |bucket| Ok(bucket.create_upload(&input.key, metadata)))?;
        Ok(S3Response::new(CreateMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(id),
            ..Default::default()
        }))
    }

    async fn upload_part(&self, req: S3Request<UploadPartInput>) -> S3Result<S3Response<UploadPartOutput>> {
        let input = req.input;
        let body = whole(input.body).await?;
        let etag = self.with(&input.bucket, |bucket| {
            Ok(bucket.upload_part(&input.key, &input.upload_id, input.part_number, body)?)
        })?;
        Ok(S3Response::new(UploadPartOutput { e_tag: Some(ETag::Strong(etag)), ..Default::default() }))
    }

    async fn complete_multipart_upload(
        &self,
        req: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let input = req.input;
        let new = only_new(input.if_none_match.as_ref())?;
        let named = input.multipart_upload.and_then(|upload| upload.parts).unwrap_or_default();
        let parts: Vec<(i32, String)> = named
            .into_iter()
            .map(|part| (part.part_number.unwrap_or(0), part.e_tag.map(ETag::into_value).unwrap_or_default()))
            .collect();
        let etag = self.with(&input.bucket, |bucket| {
            Ok(bucket.complete(&input.key, &input.upload_id, &parts, new)?)
        })?;
        Ok(S3Response::new(CompleteMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            e_tag: Some(ETag::Strong(etag)),
            ..Default::default()
        }))
    }

    async fn abort_multipart_upload(
        &self,
        req: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        self.with(&req.input.bucket, |bucket| Ok(bucket.abort(&req.input.key, &req.input.upload_id)?))?;
        Ok(S3Response::new(AbortMultipartUploadOutput::default()))
    }

    async fn list_multipart_uploads(
        &self,
        req: S3Request<ListMultipartUploadsInput>,
    ) -> S3Result<S3Response<ListMultipartUploadsOutput>> {
        let input = req.input;
        let (prefix, marker) = (input.prefix.unwrap_or_default(), input.key_marker.unwrap_or_default());
        let (found, more) = self.with(&input.bucket, |bucket| {
            Ok(bucket.uploads(&prefix, &marker, input.upload_id_marker.as_deref(), page(input.max_uploads)))
        })?;
        let encoding = input.encoding_type.as_ref();
        let last = found.last().filter(|_| more).cloned();
        let uploads = found.into_iter().map(|(key, id)| MultipartUpload {
            key: Some(encoded(&key, encoding)),
            upload_id: Some(id),
            initiated: Some(SystemTime::UNIX_EPOCH.into()),
            ..Default::default()
        });
        Ok(S3Response::new(ListMultipartUploadsOutput {
            uploads: Some(uploads.collect()),
            is_truncated: Some(more),
            next_key_marker: last.as_ref().map(|(key, _)| encoded(key, encoding)),
            next_upload_id_marker: last.map(|(_, id)| id),
            bucket: Some(input.bucket),
            encoding_type: input.encoding_type.clone(),
            ..Default::default()
        }))
    }
}
