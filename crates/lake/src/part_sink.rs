//! Writes the parts of an attempt, one after the other, as staged uploads. They become visible when the attempt publishes them.

use bytes::Bytes;
use lake_store::{StagedUpload, StoreError};
use sha2::{Digest, Sha256};

use crate::{Attempt, EventTimes, Part, SealedPart, hex};

/// Writes the parts of one attempt.
///
/// The first [`write`](PartSink::write) starts a part; [`end_part`](PartSink::end_part) seals it. The stage decides where a
/// part ends, by the sizes in [`PartSink::open_part`].
#[derive(Debug)]
pub struct PartSink<'a> {
    attempt: &'a Attempt,
    open: Option<OpenPart>,
    sealed: Vec<SealedPart>,
}

/// Counts of the records written to a part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WrittenRecords {
    /// Number of records.
    pub records: u64,
    /// Bytes of text before compression, line ends included.
    pub raw_bytes: u64,
    /// The earliest and latest eventTime.
    pub event_times: EventTimes,
}

/// A part in progress.
#[derive(Debug)]
pub struct OpenPart {
    key: String,
    upload: Box<dyn StagedUpload>,
    sha256: Sha256,
    bytes: u64,
    written: WrittenRecords,
}

impl<'a> PartSink<'a> {
    /// A sink without parts.
    pub fn new(attempt: &'a Attempt) -> Self {
        PartSink { attempt, open: None, sealed: Vec::new() }
    }

    /// The part in progress, if any.
    pub fn open_part(&self) -> Option<&OpenPart> {
        self.open.as_ref()
    }

    /// The sealed parts, in part order.
    pub fn sealed(&self) -> impl Iterator<Item = &Part> {
        self.sealed.iter().map(|sealed| &sealed.part)
    }

    /// Appends bytes to the open part, or to a new one, and adds the counts of their records.
    ///
    /// # Errors
    /// Fails if the store fails. The upload remains until [`PartSink::abort`].
    pub async fn write(&mut self, bytes: Bytes, written: WrittenRecords) -> Result<(), StoreError> {
        let part = match &mut self.open {
            Some(part) => part,
            None => {
                let index = self.sealed.len();
                let (key, upload) = (self.attempt.part_key(index), self.attempt.stage(index).await?);
                let (sha256, written) = (Sha256::new(), WrittenRecords::default());
                self.open.insert(OpenPart { key, upload, sha256, bytes: 0, written })
            }
        };
        part.sha256.update(&bytes);
        part.bytes += bytes.len() as u64;
        part.written.records += written.records;
        part.written.raw_bytes += written.raw_bytes;
        part.written.event_times.merge(written.event_times);
        part.upload.write(bytes).await
    }

    /// Seals the open part, if any. The next write starts another.
    ///
    /// # Errors
    /// Fails if the store fails.
    pub async fn end_part(&mut self) -> Result<(), StoreError> {
        if let Some(part) = &mut self.open {
            // not taken out before it is sealed: an abort must find its upload
            part.upload.seal().await?;
        }
        self.sealed.extend(self.open.take().map(OpenPart::into_sealed));
        Ok(())
    }

    /// The sealed parts, without the open one.
    pub fn into_sealed(self) -> Vec<SealedPart> {
        self.sealed
    }

    /// Aborts every upload. The next attempt sweeps those whose abort fails.
    pub async fn abort(self) {
        let uploads = self.sealed.into_iter().map(|sealed| sealed.upload);
        abort_all(uploads.chain(self.open.map(|part| part.upload))).await;
    }
}

impl OpenPart {
    /// Size of the object so far, in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Counts of its records so far.
    pub fn written(&self) -> &WrittenRecords {
        &self.written
    }

    fn into_sealed(self) -> SealedPart {
        let WrittenRecords { records, raw_bytes, event_times } = self.written;
        let (min_event_time, max_event_time) = event_times.into_bounds();
        let sha256 = hex(&self.sha256.finalize());
        let part = Part {
            key: self.key,
            bytes: self.bytes,
            raw_bytes,
            records,
            sha256,
            min_event_time,
            max_event_time,
        };
        SealedPart { part, upload: self.upload }
    }
}

/// Aborts uploads concurrently. The next attempt sweeps those whose abort fails.
pub(crate) async fn abort_all(uploads: impl IntoIterator<Item = Box<dyn StagedUpload>>) {
    let aborts = uploads.into_iter().map(|mut upload| async move { upload.abort().await });
    let _swept_later = futures::future::join_all(aborts).await;
}

#[cfg(test)]
#[path = "part_sink_tests.rs"]
mod tests;
