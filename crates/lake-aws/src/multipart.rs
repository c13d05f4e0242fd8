//! Staged uploads by multipart uploads, which are invisible until they are completed.

use async_trait::async_trait;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart, EncodingType};
use bytes::{Bytes, BytesMut};
use lake_store::{ErrorKind, Result, StagedUpload, StoreError};
use tokio::task::JoinHandle;

use crate::S3Store;
use crate::client::long_upload;
use crate::failure::store_error;
use crate::listed_text::decoded;
use crate::s3_store::crc32;

/// Bytes of each part except the last. S3 requires at least 5 MiB and at most 10,000 parts, so an object has up to 80 GiB.
const PART_BYTES: usize = 8 << 20;
/// The user metadata that identifies the upload that made an object.
const MARK: &str = "trailmill-upload";

/// One multipart upload. One part is sent while the next is buffered.
#[derive(Debug)]
pub(crate) struct MultipartUpload {
    store: S3Store,
    key: String,
    upload_id: String,
    mark: String,
    waiting: Vec<Bytes>,
    waiting_bytes: usize,
    in_progress: Option<PartInProgress>,
    /// The body of a part that failed: the next call sends it again.
    unsent: Option<Bytes>,
    parts: Vec<CompletedPart>,
}

#[derive(Debug)]
struct PartInProgress {
    body: Bytes,
    sending: JoinHandle<Result<CompletedPart>>,
}

impl MultipartUpload {
    pub(crate) async fn start(store: S3Store, key: &str) -> Result<Self> {
        let mark = uuid::Uuid::new_v4().to_string();
        let sent = store
            .client
            .create_multipart_upload()
            .bucket(&store.location.bucket)
            .key(store.key(key))
            .metadata(MARK, &mark)
            .checksum_algorithm(ChecksumAlgorithm::Crc32)
            .set_request_payer(store.payer())
            .set_expected_bucket_owner(store.owner())
            .set_server_side_encryption(store.encryption())
            .set_ssekms_key_id(store.options.kms_key.clone())
            .send()
            .await;
        let created = sent.map_err(|error| store_error("stage", key, error))?;
        let Some(upload_id) = created.upload_id else {
            let nameless = "S3 returned no upload ID";
            return Err(StoreError::new(ErrorKind::Permanent, "stage", key).because(nameless));
        };
        Ok(MultipartUpload {
            store,
            key: key.to_owned(),
            upload_id,
            mark,
            waiting: Vec::new(),
            waiting_bytes: 0,
            in_progress: None,
            unsent: None,
            parts: Vec::new(),
        })
    }

    /// Starts to send the buffered chunks as the next part. No part may be in progress.
    fn send_waiting(&mut self) {
        let mut body = BytesMut::with_capacity(self.waiting_bytes);
        self.waiting.drain(..).for_each(|chunk| body.extend_from_slice(&chunk));
        self.waiting_bytes = 0;
        self.send(body.freeze());
    }

    fn send(&mut self, body: Bytes) {
        let number = i32::try_from(self.parts.len() + 1).unwrap_or(i32::MAX);
        let checksum = crc32(&body);
        let request = self
            .store
            .client
            .upload_part()
            .bucket(&self.store.location.bucket)
            .key(self.store.key(&self.key))
            .upload_id(&self.upload_id)
            .part_number(number)
            .checksum_crc32(&checksum)
            .body(ByteStream::from(body.clone()))
            .set_request_payer(self.store.payer())
            .set_expected_bucket_owner(self.store.owner())
            .customize()
            .config_override(long_upload());
        let key = self.key.clone();
        let sending = tokio::spawn(async move {
            let part = request.send().await.map_err(|error| store_error("write", &key, error))?;
            let part = CompletedPart::builder().part_number(number).set_e_tag(part.e_tag);
            Ok(part.checksum_crc32(checksum).build())
        });
        self.in_progress = Some(PartInProgress { body, sending });
    }

    /// Waits for the part in progress. If it fails, the next call sends it again.
    async fn settle(&mut self) -> Result<()> {
        if let Some(body) = self.unsent.take() {
            self.send(body);
        }
        let Some(PartInProgress { body, sending }) = self.in_progress.take() else { return Ok(()) };
        match sending.await {
            Ok(Ok(part)) => self.parts.push(part),
            Ok(Err(error)) => {
                self.unsent = Some(body);
                return Err(error);
            }
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
        Ok(())
    }

    /// Whether the object at the key was made by this upload.
    async fn is_published(&self) -> Result<bool> {
        let sent = self
            .store
            .client
            .head_object()
            .bucket(&self.store.location.bucket)
            .key(self.store.key(&self.key))
            .set_request_payer(self.store.payer())
            .set_expected_bucket_owner(self.store.owner())
            .send()
            .await;
        match sent.map_err(|error| store_error("publish", &self.key, error)) {
            Ok(object) => {
                Ok(object.metadata.and_then(|all| all.get(MARK).cloned()) == Some(self.mark.clone()))
            }
            Err(error) if error.kind == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl StagedUpload for MultipartUpload {
    async fn write(&mut self, chunk: Bytes) -> Result<()> {
        let full = self.waiting_bytes + chunk.len() >= PART_BYTES;
        if full {
            // before the chunk is taken: a failed write must have no effect, since it is repeated
            self.settle().await?;
        }
        self.waiting_bytes += chunk.len();
        self.waiting.push(chunk);
        if full {
            self.send_waiting();
        }
        Ok(())
    }

    async fn seal(&mut self) -> Result<()> {
        self.settle().await?;
        // an empty object needs a part, too
        if self.waiting_bytes > 0 || self.parts.is_empty() {
            self.send_waiting();
            self.settle().await?;
        }
        Ok(())
    }

    async fn publish(&mut self) -> Result<()> {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(self.parts.clone())).build();
        let sent = self
            .store
            .client
            .complete_multipart_upload()
            .bucket(&self.store.location.bucket)
            .key(self.store.key(&self.key))
            .upload_id(&self.upload_id)
            .if_none_match("*")
            .multipart_upload(parts)
            .set_request_payer(self.store.payer())
            .set_expected_bucket_owner(self.store.owner())
            .send()
            .await;
        match sent.map_err(|error| store_error("publish", &self.key, error)) {
            Ok(_) => Ok(()),
            // the upload is gone, or the object exists: completed by a call whose response was lost, or the work of another
            Err(error)
                if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Changed)
                    && self.is_published().await? =>
            {
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    async fn abort(&mut self) -> Result<()> {
        // a part that arrives after the abort would remain
        self.unsent = None;
        _ = self.settle().await;
        abort(&self.store, &self.key, &self.upload_id).await.map(|_| ())
    }
}

/// Aborts every upload to keys with a prefix. Returns their number.
pub(crate) async fn abandon(store: &S3Store, prefix: &str) -> Result<u64> {
    let (mut key_marker, mut id_marker): (Option<String>, Option<String>) = (None, None);
    let mut aborted = 0;
    loop {
        let sent = store
            .client
            .list_multipart_uploads()
            .bucket(&store.location.bucket)
            .prefix(store.key(prefix))
            .set_key_marker(key_marker.take())
            .set_upload_id_marker(id_marker.take())
            .set_max_uploads(store.page_size)
            .encoding_type(EncodingType::Url)
            .set_request_payer(store.payer())
            .set_expected_bucket_owner(store.owner())
            .send()
            .await;
        let page = sent.map_err(|error| store_error("list the uploads to", prefix, error))?;
        let before = aborted;
        for upload in page.uploads() {
            let key = store.relative(upload.key(), page.encoding_type());
            let (Some(key), Some(id)) = (key, upload.upload_id()) else { continue };
            aborted += u64::from(abort(store, &key, id).await?);
        }
        if page.is_truncated != Some(true) {
            return Ok(aborted);
        }
        key_marker = page.next_key_marker().map(|marker| decoded(marker, page.encoding_type()));
        id_marker = page.next_upload_id_marker;
        // SeaweedFS returns no marker: a new listing then begins with the remaining uploads
        if key_marker.is_none() && aborted == before {
            let lost = "S3 returned a truncated listing of uploads without a marker";
            return Err(StoreError::new(ErrorKind::Permanent, "list the uploads to", prefix).because(lost));
        }
    }
}

/// Aborts an upload. Returns whether it existed.
async fn abort(store: &S3Store, key: &str, upload_id: &str) -> Result<bool> {
    let sent = store
        .client
        .abort_multipart_upload()
        .bucket(&store.location.bucket)
        .key(store.key(key))
        .upload_id(upload_id)
        .set_request_payer(store.payer())
        .set_expected_bucket_owner(store.owner())
        .send()
        .await;
    match sent.map_err(|error| store_error("throw away", key, error)) {
        Ok(_) => Ok(true),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
#[path = "multipart_tests.rs"]
mod tests;
