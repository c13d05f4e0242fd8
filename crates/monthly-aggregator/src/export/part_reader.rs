//! Reads a Parquet part through the storage port, a few columns of a few rows at a time.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{FutureExt, Stream};
use lake_store::Store;
use parquet::arrow::ParquetRecordBatchStreamBuilder;
use parquet::arrow::arrow_reader::ArrowReaderOptions;
use parquet::arrow::async_reader::AsyncFileReader;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

/// Rows read at once.
const BATCH_ROWS: usize = 1024;

/// Bytes between two ranges that cost less than another call.
const NEAR: u64 = 64 << 10;

/// The rows of a part, in batches.
pub(crate) async fn read_rows(
    lake: Arc<dyn Store>,
    key: &str,
    bytes: u64,
) -> Result<impl Stream<Item = Result<arrow_array::RecordBatch>> + Unpin + Send> {
    let object = StoredObject { lake, key: key.to_owned(), bytes };
    // the schema is ours by construction, not by a copy of it in the footer
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let builder = ParquetRecordBatchStreamBuilder::new_with_options(object, options).await?;
    builder.with_batch_size(BATCH_ROWS).build()
}

/// An object of a store, as the parquet crate reads one.
struct StoredObject {
    lake: Arc<dyn Store>,
    key: String,
    bytes: u64,
}

impl AsyncFileReader for StoredObject {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, Result<Bytes>> {
        async move {
            let wanted = range.end.saturating_sub(range.start);
            let bytes = self
                .lake
                .get_range(&self.key, range)
                .await
                .map_err(|e| ParquetError::External(Box::new(e)))?;
            if bytes.len() as u64 != wanted {
                return Err(ParquetError::EOF(format!("{wanted} bytes wanted, {} there", bytes.len())));
            }
            Ok(bytes)
        }
        .boxed()
    }

    /// What lies side by side, as the columns of a row group do, is read in one call: a bucket takes as long for a column
    /// as for all of them.
    fn get_byte_ranges(&mut self, ranges: Vec<Range<u64>>) -> BoxFuture<'_, Result<Vec<Bytes>>> {
        async move {
            let mut found = Vec::with_capacity(ranges.len());
            for run in ranges.chunk_by(|one, next| one.start <= next.start && next.start <= one.end + NEAR) {
                let start = run.first().map_or(0, |range| range.start);
                let end = run.iter().map(|range| range.end).max().unwrap_or(start);
                let bytes = self.get_bytes(start..end).await?;
                let within = |at: u64| usize::try_from(at - start).unwrap_or(usize::MAX);
                found.extend(run.iter().map(|range| bytes.slice(within(range.start)..within(range.end))));
            }
            Ok(found)
        }
        .boxed()
    }

    fn get_metadata<'a>(
        &'a mut self,
        _options: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, Result<Arc<ParquetMetaData>>> {
        async move {
            let bytes = self.bytes;
            Ok(Arc::new(ParquetMetaDataReader::new().load_and_finish(self, bytes).await?))
        }
        .boxed()
    }
}

#[cfg(test)]
#[path = "part_reader_tests.rs"]
mod tests;
