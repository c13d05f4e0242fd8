//! The parts of an attempt: written one after the other as streams of bytes, hashed, counted, sealed; visible only once the
//! attempt publishes them.

use bytes::Bytes;
use lake_store::{StagedUpload, StoreError};
use sha2::{Digest, Sha256};

use crate::{Attempt, EventTimes, Part, SealedPart, hex};

/// Writes the parts of one attempt.
///
/// A stage begins a part, writes the bytes of the object, says what records they hold, and ends the part. Where a part ends
/// is up to the stage. [`PartSink::open_part`] tells how large it is by now.
#[derive(Debug)]
pub struct PartSink<'a> {
    attempt: &'a Attempt,
    open: Option<OpenPart>,
    sealed: Vec<SealedPart>,
}

/// Records that were written to a part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WrittenRecords {
    /// How many.
    pub records: u64,
    /// Bytes of their text before compression, line ends included.
    pub raw_bytes: u64,
    /// When their events happened.
    pub event_times: EventTimes,
}

/// A part that is being written.
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

    /// The part that is being written, if one is.
    pub fn open_part(&self) -> Option<&OpenPart> {
        self.open.as_ref()
    }

    /// The parts that are sealed, in their order.
    pub fn sealed(&self) -> impl Iterator<Item = &Part> {
        self.sealed.iter().map(|sealed| &sealed.part)
    }

    /// Writes bytes to the open part, or to a new one, and counts the records that came with them.
    ///
    /// # Errors
    /// The lake cannot be written. Staged bytes are kept until [`PartSink::abort`].
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

    /// Seals the open part, if there is one. The next write begins another.
    ///
    /// # Errors
    /// The lake cannot be written.
    pub async fn end_part(&mut self) -> Result<(), StoreError> {
        if let Some(part) = &mut self.open {
            // it stays where it is until it is sealed: an abort must find its upload
            part.upload.seal().await?;
        }
        self.sealed.extend(self.open.take().map(OpenPart::into_sealed));
        Ok(())
    }

    /// The sealed parts. One that is still open is not among them.
    pub fn into_sealed(self) -> Vec<SealedPart> {
        self.sealed
    }

    /// Throws away everything that was staged. What fails here is swept by the next attempt.
    pub async fn abort(self) {
        let uploads = self.sealed.into_iter().map(|sealed| sealed.upload);
        abort_all(uploads.chain(self.open.map(|part| part.upload))).await;
    }
}

impl OpenPart {
    /// Bytes of the object so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The records in it so far.
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

/// Throws away uploads, all at once. What fails here is swept by the next attempt.
pub(crate) async fn abort_all(uploads: impl IntoIterator<Item = Box<dyn StagedUpload>>) {
    let aborts = uploads.into_iter().map(|mut upload| async move { upload.abort().await });
    let _swept_later = futures::future::join_all(aborts).await;
}

#[cfg(test)]
#[path = "part_sink_tests.rs"]
mod tests;
