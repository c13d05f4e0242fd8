//! Encoded row groups put one after the other into Parquet files, staged, not yet visible.

use bytes::Bytes;
use cloudtrail_model::EVENT_TIMESTAMP;
use lake::{ColumnCounts, Lane, PartSink, WrittenRecords};
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::writer::SerializedFileWriter;

use crate::encode::row_group::{EncodedRowGroup, Encoder};
use crate::plan::size::{Size, share};
use crate::{MonthlyError, Options};

/// Writes the parts of one attempt.
pub(crate) struct PartWriter<'s, 'a> {
    parts: &'s mut PartSink<'a>,
    encoder: Encoder,
    part_bytes: u64,
    part_rows: u64,
    /// The file that the open part is.
    file: Option<SerializedFileWriter<Vec<u8>>>,
    /// Number of windows that have begun in the open part.
    windows: u64,
    /// Whether the window in progress has ended a part: the next window begins another one.
    is_split: bool,
}

impl<'s, 'a> PartWriter<'s, 'a> {
    /// A part holds whole windows, or some row groups of one. So a later slice can replace event days without the rest: only a
    /// single event day has several parts. A part ends before the window that would make it larger than the options say.
    pub(crate) fn new(parts: &'s mut PartSink<'a>, encoder: Encoder, options: &Options) -> Self {
        let Options { part_bytes, part_rows, .. } = *options;
        PartWriter { parts, encoder, part_bytes, part_rows, file: None, windows: 0, is_split: false }
    }

    /// Adds a row group to the open part, or to a new one.
    pub(crate) async fn write(&mut self, group: EncodedRowGroup) -> Result<(), MonthlyError> {
        if let Some(window) = group.begins {
            if self.is_split || self.is_full_with(window) {
                self.finish().await?;
            }
            self.is_split = false;
            self.windows += 1;
        }
        let mut file = match self.file.take() {
            Some(file) => file,
            None => self.encoder.start_file()?,
        };
        let written = group.append_to(&mut file)?;
        hand_on(self.file.insert(file), self.parts, written).await?;
        let is_full = self
            .parts
            .open_part(Lane::Main)
            .is_some_and(|part| part.bytes() >= self.part_bytes || part.written().records >= self.part_rows);
        if is_full && self.windows <= 1 {
            self.is_split = true;
            self.finish().await?;
        }
        Ok(())
    }

    /// Whether the open part would be larger than the options say with a window. Its compressed size is estimated by the rest of
    /// the part.
    fn is_full_with(&self, window: Size) -> bool {
        self.parts.open_part(Lane::Main).is_some_and(|part| {
            let written = part.written();
            let bytes = share(part.bytes(), window.raw_bytes, written.raw_bytes);
            part.bytes().saturating_add(bytes) > self.part_bytes
                || written.records.saturating_add(window.records) > self.part_rows
        })
    }

    /// Ends the open part, if there is one: writes the footer.
    pub(crate) async fn finish(&mut self) -> Result<(), MonthlyError> {
        self.windows = 0;
        let Some(mut file) = self.file.take() else { return Ok(()) };
        let counts = event_timestamps(&file.finish()?);
        let columns = [(EVENT_TIMESTAMP.to_owned(), counts)].into();
        hand_on(&mut file, self.parts, WrittenRecords { columns, ..WrittenRecords::default() }).await?;
        self.parts.end_part(Lane::Main).await.map_err(MonthlyError::Stage)
    }
}

/// Writes what the file has in memory to the open part.
async fn hand_on(
    file: &mut SerializedFileWriter<Vec<u8>>,
    parts: &mut PartSink<'_>,
    written: WrittenRecords,
) -> Result<(), MonthlyError> {
    file.flush().map_err(ParquetError::from)?;
    // the writer counts the bytes it wrote by itself, so the memory behind it can go
    let bytes = Bytes::from(std::mem::take(file.inner_mut()));
    parts.write(Lane::Main, bytes, written).await.map_err(MonthlyError::Stage)
}

/// The counts of the column `eventTimestamp`, which a table format bounds.
fn event_timestamps(file: &ParquetMetaData) -> ColumnCounts {
    let columns = file.row_groups().iter().flat_map(|group| group.columns());
    let chunks = columns.filter(|column| column.column_path().string() == EVENT_TIMESTAMP);
    chunks.fold(ColumnCounts::default(), |sum, chunk| ColumnCounts {
        values: sum.values + u64::try_from(chunk.num_values()).unwrap_or_default(),
        nulls: sum.nulls + chunk.statistics().and_then(|of| of.null_count_opt()).unwrap_or_default(),
    })
}
