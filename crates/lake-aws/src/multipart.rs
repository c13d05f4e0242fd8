//! Staged uploads: multipart uploads, which nobody can see until they are completed.

use async_trait::async_trait;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart, EncodingType};
use bytes::{Bytes, BytesMut};
use lake_store::{ErrorKind, Result, StagedUpload, StoreError};

use crate::S3Store;
use crate::client::long_upload;
use crate::failure::store_error;
use crate::listed_text::decoded;

/// Bytes of a part, but of the last. S3 wants 5 MiB at least and 10,000 parts at most: up to 80 GiB an object.
const PART_BYTES: usize = 8 << 20;
/// The user metadata that tells whose object a key holds.
const MARK: &str = "trailmill-upload";

/// One multipart upload.
#[derive(Debug)]
pub(crate) struct MultipartUpload {
    store: S3Store,
    key: String,
    upload_id: String,
    mark: String,
    waiting: Vec<Bytes>,
    waiting_bytes: usize,
    parts: Vec<CompletedPart>,
    sealed: bool,
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
            .set_request_payer(store.payer())
            .set_expected_bucket_owner(store.owner())
            .set_server_side_encryption(store.encryption())
            .set_ssekms_key_id(store.options.kms_key.clone())
            .send()
            .await;
        let created = sent.map_err(|error| store_error("stage", key, error))?;
        let Some(upload_id) = created.upload_id else {
            let nameless = "S3 started an upload without a name";
            return Err(StoreError::new(ErrorKind::Permanent, "stage", key).because(nameless));
        };
        let (waiting, parts) = (Vec::new(), Vec::new());
        Ok(MultipartUpload {
            store,
            key: key.to_owned(),
            upload_id,
            mark,
            waiting,
            waiting_bytes: 0,
            parts,
            sealed: false,
        })
    }

    /// Uploads what waits as the next part. Until it has worked nothing is forgotten: the same part may be sent again.
    async fn send_part(&mut self) -> Result<()> {
        let mut body = BytesMut::with_capacity(self.waiting_bytes);
        self.waiting.iter().for_each(|chunk| body.extend_from_slice(chunk));
        let number = i32::try_from(self.parts.len() + 1).unwrap_or(i32::MAX);
        let sent = self
            .store
            .client
            .upload_part()
            .bucket(&self.store.location.bucket)
            .key(self.store.key(&self.key))
            .upload_id(&self.upload_id)
            .part_number(number)
            .body(ByteStream::from(body.freeze()))
            .set_request_payer(self.store.payer())
            .set_expected_bucket_owner(self.store.owner())
            .customize()
            .config_override(long_upload())
            .send()
            .await;
        let part = sent.map_err(|error| store_error("write", &self.key, error))?;
        self.parts.push(CompletedPart::builder().part_number(number).set_e_tag(part.e_tag).build());
        self.waiting.clear();
        self.waiting_bytes = 0;
        Ok(())
    }

    /// Whether the key holds what this upload made.
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
        let bytes = chunk.len();
        self.waiting.push(chunk);
        self.waiting_bytes += bytes;
        if self.waiting_bytes < PART_BYTES {
            return Ok(());
        }
        let sent = self.send_part().await;
        if sent.is_err() {
            // a write that failed has no effect: it comes again
            self.waiting.pop();
            self.waiting_bytes -= bytes;
        }
        sent
    }

    async fn seal(&mut self) -> Result<()> {
        if !self.sealed && (self.waiting_bytes > 0 || self.parts.is_empty()) {
            self.send_part().await?;
        }
        self.sealed = true;
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
            .multipart_upload(parts)
            .set_request_payer(self.store.payer())
            .set_expected_bucket_owner(self.store.owner())
            .send()
            .await;
        match sent.map_err(|error| store_error("publish", &self.key, error)) {
            Ok(_) => Ok(()),
            // gone: thrown away by somebody, or completed by a call whose reply was lost
            Err(error) if error.kind == ErrorKind::NotFound && self.is_published().await? => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn abort(&mut self) -> Result<()> {
        abort(&self.store, &self.key, &self.upload_id).await.map(|_| ())
    }
}

/// Aborts every upload to a key with a prefix, and gives their number.
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
        // SeaweedFS does not say where it goes on: what is left is then what a new listing begins with
        if key_marker.is_none() && aborted == before {
            let lost = "the listing of uploads goes on, but S3 does not say where";
            return Err(StoreError::new(ErrorKind::Permanent, "list the uploads to", prefix).because(lost));
        }
    }
}

/// Whether there was such an upload.
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
