//! Writes the parts of an attempt as staged uploads. They become visible when the attempt publishes them.

use std::collections::BTreeMap;

use bytes::Bytes;
use lake_store::{StagedUpload, StoreError};
use sha2::{Digest, Sha256};

use crate::{AccountRange, Attempt, ColumnCounts, EventDays, Part, SealedPart, hex};

/// Writes the parts of one attempt.
///
/// The first [`write`](PartSink::write) to a lane starts a part; [`end_part`](PartSink::end_part) seals it. The stage decides
/// where a part ends, by the sizes in [`PartSink::open_part`].
#[derive(Debug)]
pub struct PartSink<'a> {
    attempt: &'a Attempt,
    /// Number of parts that were started.
    started: usize,
    open: [Option<OpenPart>; 2],
    sealed: Vec<SealedPart>,
}

/// Which of two parts in progress is written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// The part of a month, or of the on-day records of a day.
    Main,
    /// The part of the off-day records of a day.
    OffDay,
}

/// Counts of the records written to a part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WrittenRecords {
    /// Number of records.
    pub records: u64,
    /// Bytes of text before compression, line ends included.
    pub raw_bytes: u64,
    /// The records by event day.
    pub event_days: EventDays,
    /// The first and last account; at the monthly stage `None`.
    pub accounts: Option<AccountRange>,
    /// See [`Part::columns`].
    pub columns: BTreeMap<String, ColumnCounts>,
}

impl WrittenRecords {
    /// Adds the counts of other records.
    pub fn add(&mut self, other: WrittenRecords) {
        let WrittenRecords { records, raw_bytes, event_days, accounts, columns } = other;
        self.records += records;
        self.raw_bytes += raw_bytes;
        self.event_days.merge(event_days);
        match (&mut self.accounts, accounts) {
            (Some(range), Some(more)) => range.extend(&more),
            (range @ None, more) => *range = more,
            (Some(_), None) => {}
        }
        for (column, ColumnCounts { values, nulls }) in columns {
            let counts = self.columns.entry(column).or_default();
            counts.values += values;
            counts.nulls += nulls;
        }
    }
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
        PartSink { attempt, started: 0, open: [None, None], sealed: Vec::new() }
    }

    /// The part of a lane that is in progress, if any.
    pub fn open_part(&self, lane: Lane) -> Option<&OpenPart> {
        self.open[lane as usize].as_ref()
    }

    /// The sealed parts.
    pub fn sealed(&self) -> impl Iterator<Item = &Part> {
        self.sealed.iter().map(|sealed| &sealed.part)
    }

    /// Appends bytes to the open part of a lane, or to a new one, and adds the counts of their records.
    ///
    /// # Errors
    /// Fails if the store fails. The upload remains until [`PartSink::abort`].
    pub async fn write(
        &mut self,
        lane: Lane,
        bytes: Bytes,
        written: WrittenRecords,
    ) -> Result<(), StoreError> {
        if self.open_part(lane).is_none() {
            let index = self.started;
            let (key, upload) = (self.attempt.part_key(index), self.attempt.stage(index).await?);
            self.started += 1;
            let (sha256, written) = (Sha256::new(), WrittenRecords::default());
            self.open[lane as usize] = Some(OpenPart { key, upload, sha256, bytes: 0, written });
        }
        let Some(part) = &mut self.open[lane as usize] else { return Ok(()) };
        part.sha256.update(&bytes);
        part.bytes += bytes.len() as u64;
        part.written.add(written);
        part.upload.write(bytes).await
    }

    /// Seals the open part of a lane, if any. The next write starts another.
    ///
    /// # Errors
    /// Fails if the store fails.
    pub async fn end_part(&mut self, lane: Lane) -> Result<(), StoreError> {
        let open = &mut self.open[lane as usize];
        if let Some(part) = open {
            // not taken out before it is sealed: an abort must find its upload
            part.upload.seal().await?;
        }
        self.sealed.extend(open.take().map(|part| part.into_sealed(lane)));
        Ok(())
    }

    /// The sealed parts in part order, without the open ones.
    pub fn into_sealed(mut self) -> Vec<SealedPart> {
        self.sealed.sort_by(|a, b| a.part.key.cmp(&b.part.key));
        self.sealed
    }

    /// Aborts every upload. The next attempt sweeps those whose abort fails.
    pub async fn abort(self) {
        let uploads = self.sealed.into_iter().map(|sealed| sealed.upload);
        let open = self.open.into_iter().flatten().map(|part| part.upload);
        abort_all(uploads.chain(open)).await;
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

    fn into_sealed(self, lane: Lane) -> SealedPart {
        let WrittenRecords { records, raw_bytes, event_days, accounts, columns } = self.written;
        let part = Part {
            key: self.key,
            bytes: self.bytes,
            raw_bytes,
            records,
            sha256: hex(&self.sha256.finalize()),
            accounts,
            off_day: lane == Lane::OffDay,
            event_days,
            columns,
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
