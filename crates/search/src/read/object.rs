//! A Parquet file in the lake, as the parquet crate reads one: ranges that are near each other in one request, several requests at once.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, TryStreamExt};
use lake_store::Store;
use parquet::arrow::arrow_reader::ArrowReaderOptions;
use parquet::arrow::async_reader::AsyncFileReader;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

/// Bytes between two ranges that cost less than another request.
const NEAR: u64 = 128 << 10;

/// Bytes at the end of a file that are read first: the footer, and of most files the page index.
const TAIL_BYTES: u64 = 256 << 10;

/// Requests for one file at once.
const REQUESTS_AT_ONCE: usize = 16;

/// A Parquet file. Clones share its tail.
#[derive(Debug, Clone)]
pub(crate) struct ParquetObject {
    lake: Arc<dyn Store>,
    key: Arc<str>,
    bytes: u64,
    /// Where its tail begins, and the tail.
    tail: (u64, Bytes),
}

impl ParquetObject {
    /// Opens a file of `bytes` bytes: reads its tail.
    ///
    /// # Errors
    /// Fails if it cannot be read.
    pub(crate) async fn open(lake: Arc<dyn Store>, key: &str, bytes: u64) -> Result<Self> {
        let mut object = ParquetObject { lake, key: key.into(), bytes, tail: (bytes, Bytes::new()) };
        let start = bytes.saturating_sub(TAIL_BYTES);
        object.tail = (start, object.fetch(start..bytes).await?);
        Ok(object)
    }

    /// Reads its footer, without the page index.
    ///
    /// # Errors
    /// Fails if the footer cannot be read, or is not one.
    pub(crate) async fn footer(&mut self) -> Result<ParquetMetaData> {
        let bytes = self.bytes;
        ParquetMetaDataReader::new().load_and_finish(self, bytes).await
    }

    /// Reads ranges, each whole.
    ///
    /// # Errors
    /// Fails if one cannot be read, or if the file ends before it.
    pub(crate) async fn ranges(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        let runs = ranges.chunk_by(|one, next| self.is_one_request(one, next)).map(<[Range<u64>]>::to_vec);
        let reads: Vec<_> = runs.map(|run| self.read_run(run)).collect();
        let read: Vec<Vec<Bytes>> =
            futures::stream::iter(reads).buffered(REQUESTS_AT_ONCE).try_collect().await?;
        Ok(read.into_iter().flatten().collect())
    }

    /// Reads ranges in one request.
    async fn read_run(&self, run: Vec<Range<u64>>) -> Result<Vec<Bytes>> {
        let start = run.first().map_or(0, |range| range.start);
        let end = run.iter().map(|range| range.end).max().unwrap_or(start);
        let bytes = self.fetch(start..end).await?;
        let within = |at: u64| usize::try_from(at - start).unwrap_or(usize::MAX);
        Ok(run.iter().map(|range| bytes.slice(within(range.start)..within(range.end))).collect())
    }

    /// Whether the second of two ranges is read with the first.
    fn is_one_request(&self, one: &Range<u64>, next: &Range<u64>) -> bool {
        let in_tail = |range: &Range<u64>| range.start >= self.tail.0;
        one.start <= next.start && next.start <= one.end.saturating_add(NEAR) && in_tail(one) == in_tail(next)
    }

    async fn fetch(&self, range: Range<u64>) -> Result<Bytes> {
        let wanted = range.end.saturating_sub(range.start);
        let (tail_start, tail) = &self.tail;
        if let Some(start) = range.start.checked_sub(*tail_start) {
            let within = |at: u64| usize::try_from(at).ok().filter(|at| *at <= tail.len());
            if let (Some(start), Some(end)) = (within(start), within(start.saturating_add(wanted))) {
                return Ok(tail.slice(start..end));
            }
        }
        let bytes = self.lake.get_range(&self.key, range).await;
        let bytes = bytes.map_err(|error| ParquetError::External(Box::new(error)))?;
        if bytes.len() as u64 != wanted {
            return Err(ParquetError::EOF(format!("{wanted} bytes wanted, {} there", bytes.len())));
        }
        Ok(bytes)
    }
}

impl AsyncFileReader for ParquetObject {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, Result<Bytes>> {
        self.fetch(range).boxed()
    }

    fn get_byte_ranges(&mut self, ranges: Vec<Range<u64>>) -> BoxFuture<'_, Result<Vec<Bytes>>> {
        async move { self.ranges(&ranges).await }.boxed()
    }

    fn get_metadata<'a>(
        &'a mut self,
        _options: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, Result<Arc<ParquetMetaData>>> {
        async move { self.footer().await.map(Arc::new) }.boxed()
    }
}

#[cfg(test)]
#[path = "object_tests.rs"]
mod tests;
