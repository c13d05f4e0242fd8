//! Compress into parts: blocks put one after the other into single-member gzip objects, staged, not yet visible.

use block_deflate::{GZIP_HEADER, STREAM_END};
use bytes::Bytes;
use lake::{Attempt, EventTimes, Part, SealedPart, hex};
use lake_store::{StagedUpload, StoreError};
use sha2::{Digest, Sha256};

use crate::block::Compressed;

/// Writes the parts of one attempt. Where a part ends depends on the bytes of text alone.
#[derive(Debug)]
pub(crate) struct PartWriter<'a> {
    attempt: &'a Attempt,
    part_raw_bytes: u64,
    current: Option<OpenPart>,
    sealed: Vec<SealedPart>,
}

#[derive(Debug)]
struct OpenPart {
    key: String,
    upload: Box<dyn StagedUpload>,
    sha256: Sha256,
    crc: crc32fast::Hasher,
    bytes: u64,
    raw_bytes: u64,
    records: u64,
    event_times: EventTimes,
}

impl<'a> PartWriter<'a> {
    /// Parts of at least `part_raw_bytes` of text, but the last.
    pub(crate) fn new(attempt: &'a Attempt, part_raw_bytes: u64) -> Self {
        PartWriter { attempt, part_raw_bytes, current: None, sealed: Vec::new() }
    }

    /// Adds a block to the current part, or to a new one.
    pub(crate) async fn write(&mut self, block: Compressed) -> Result<(), StoreError> {
        let mut part = match self.current.take() {
            Some(part) => part,
            None => OpenPart::start(self.attempt, self.sealed.len()).await?,
        };
        let full = part.raw_bytes + block.raw_bytes >= self.part_raw_bytes;
        let written = part.write(block).await;
        // kept even when the write failed: an abort must find the upload
        let part = self.current.insert(part);
        written?;
        if full {
            part.end().await?;
            self.sealed.extend(self.current.take().map(OpenPart::into_sealed));
        }
        Ok(())
    }

    /// The finished parts, sealed and invisible.
    pub(crate) async fn finish(&mut self) -> Result<Vec<SealedPart>, StoreError> {
        if let Some(part) = &mut self.current {
            part.end().await?;
        }
        self.sealed.extend(self.current.take().map(OpenPart::into_sealed));
        Ok(std::mem::take(&mut self.sealed))
    }

    /// Throws away everything that was staged. What fails here the next attempt's sweep clears.
    pub(crate) async fn abort(self) {
        let uploads = self.sealed.into_iter().map(|sealed| sealed.upload);
        for mut upload in uploads.chain(self.current.map(|part| part.upload)) {
            let _swept_later = upload.abort().await;
        }
    }
}

impl OpenPart {
    async fn start(attempt: &Attempt, index: usize) -> Result<Self, StoreError> {
        let mut part = OpenPart {
            key: attempt.part_key(index),
            upload: attempt.stage(index).await?,
            sha256: Sha256::new(),
            crc: crc32fast::Hasher::new(),
            bytes: 0,
            raw_bytes: 0,
            records: 0,
            event_times: EventTimes::default(),
        };
        part.append(Bytes::from_static(&GZIP_HEADER)).await?;
        Ok(part)
    }

    async fn write(&mut self, block: Compressed) -> Result<(), StoreError> {
        self.crc.combine(&block.crc);
        self.raw_bytes += block.raw_bytes;
        self.records += block.records;
        self.event_times.merge(block.event_times);
        self.append(block.deflated.into()).await
    }

    /// Writes the trailer (RFC 1952 §2.3.1: CRC-32, then the size modulo 2^32) and seals the upload.
    async fn end(&mut self) -> Result<(), StoreError> {
        let mut trailer = STREAM_END.to_vec();
        trailer.extend(self.crc.clone().finalize().to_le_bytes());
        trailer.extend(&self.raw_bytes.to_le_bytes()[..4]);
        self.append(trailer.into()).await?;
        self.upload.seal().await
    }

    async fn append(&mut self, bytes: Bytes) -> Result<(), StoreError> {
        self.sha256.update(&bytes);
        self.bytes += bytes.len() as u64;
        self.upload.write(bytes).await
    }

    fn into_sealed(self) -> SealedPart {
        let (min, max) = self.event_times.into_bounds();
        let part = Part {
            key: self.key,
            bytes: self.bytes,
            raw_bytes: self.raw_bytes,
            records: self.records,
            sha256: hex(&self.sha256.finalize()),
            min_event_time: min,
            max_event_time: max,
        };
        SealedPart { part, upload: self.upload }
    }
}

#[cfg(test)]
#[path = "part_writer_tests.rs"]
mod tests;
