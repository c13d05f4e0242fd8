//! Encoded row groups put one after the other into Parquet files, staged, not yet visible.

use bytes::Bytes;
use lake::{Attempt, EventTimes, Part, SealedPart, hex};
use lake_store::{StagedUpload, StoreError};
use parquet::file::writer::SerializedFileWriter;
use sha2::{Digest, Sha256};

use crate::row_group::{EncodedRowGroup, Encoder};
use crate::{MonthlyError, Options};

/// Writes the parts of one attempt.
pub(crate) struct PartWriter<'a> {
    attempt: &'a Attempt,
    encoder: Encoder,
    part_bytes: u64,
    part_rows: u64,
    current: Option<OpenPart>,
    sealed: Vec<SealedPart>,
}

struct OpenPart {
    key: String,
    upload: Box<dyn StagedUpload>,
    file: SerializedFileWriter<Vec<u8>>,
    sha256: Sha256,
    bytes: u64,
    raw_bytes: u64,
    records: u64,
    event_times: EventTimes,
}

impl<'a> PartWriter<'a> {
    /// Parts of at least so many bytes or rows as the options say, but the last.
    pub(crate) fn new(attempt: &'a Attempt, encoder: Encoder, options: &Options) -> Self {
        let Options { part_bytes, part_rows, .. } = *options;
        PartWriter { attempt, encoder, part_bytes, part_rows, current: None, sealed: Vec::new() }
    }

    /// Adds a row group to the current part, or to a new one.
    pub(crate) async fn write(&mut self, group: EncodedRowGroup) -> Result<(), MonthlyError> {
        let part = match &mut self.current {
            Some(part) => part,
            None => {
                let index = self.sealed.len();
                let started = OpenPart::start(self.attempt, index, &self.encoder).await?;
                self.current.insert(started)
            }
        };
        part.write(group).await?;
        if part.bytes >= self.part_bytes || part.records >= self.part_rows {
            self.end_part().await?;
        }
        Ok(())
    }

    /// The finished parts, sealed and invisible.
    pub(crate) async fn finish(&mut self) -> Result<Vec<SealedPart>, MonthlyError> {
        self.end_part().await?;
        Ok(std::mem::take(&mut self.sealed))
    }

    /// Throws away everything that was staged. What fails here the next attempt's sweep clears.
    pub(crate) async fn abort(self) {
        let uploads = self.sealed.into_iter().map(|sealed| sealed.upload);
        for mut upload in uploads.chain(self.current.map(|part| part.upload)) {
            let _swept_later = upload.abort().await;
        }
    }

    async fn end_part(&mut self) -> Result<(), MonthlyError> {
        if let Some(part) = &mut self.current {
            // the current part stays where it is until all is well: an abort must find its upload
            part.end().await?;
        }
        self.sealed.extend(self.current.take().map(OpenPart::into_sealed));
        Ok(())
    }
}

impl OpenPart {
    async fn start(attempt: &Attempt, index: usize, encoder: &Encoder) -> Result<Self, MonthlyError> {
        let file = encoder.start_file()?;
        Ok(OpenPart {
            key: attempt.part_key(index),
            upload: attempt.stage(index).await.map_err(MonthlyError::Stage)?,
            file,
            sha256: Sha256::new(),
            bytes: 0,
            raw_bytes: 0,
            records: 0,
            event_times: EventTimes::default(),
        })
    }

    async fn write(&mut self, group: EncodedRowGroup) -> Result<(), MonthlyError> {
        self.records += group.rows;
        self.raw_bytes += group.raw_bytes;
        self.event_times.merge(group.event_times.clone());
        group.append_to(&mut self.file)?;
        self.hand_on().await
    }

    /// Writes the footer and seals the upload.
    async fn end(&mut self) -> Result<(), MonthlyError> {
        self.file.finish()?;
        self.hand_on().await?;
        self.upload.seal().await.map_err(MonthlyError::Stage)
    }

    /// Uploads what the file has in memory.
    async fn hand_on(&mut self) -> Result<(), MonthlyError> {
        self.file.flush().map_err(parquet::errors::ParquetError::from)?;
        // the writer counts the bytes it wrote by itself, so the memory behind it can go
        let written = Bytes::from(std::mem::take(self.file.inner_mut()));
        self.sha256.update(&written);
        self.bytes += written.len() as u64;
        let upload = |error: StoreError| MonthlyError::Stage(error);
        self.upload.write(written).await.map_err(upload)
    }

    fn into_sealed(self) -> SealedPart {
        let (min_event_time, max_event_time) = self.event_times.into_bounds();
        let part = Part {
            key: self.key,
            bytes: self.bytes,
            raw_bytes: self.raw_bytes,
            records: self.records,
            sha256: hex(&self.sha256.finalize()),
            min_event_time,
            max_event_time,
        };
        SealedPart { part, upload: self.upload }
    }
}
