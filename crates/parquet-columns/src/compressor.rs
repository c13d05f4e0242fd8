//! zstd's working memory, of which there are as many as threads and not as many as columns.

use std::sync::{Arc, Mutex, PoisonError};

use parquet::errors::{ParquetError, Result};

/// Compresses on any number of threads.
#[derive(Debug, Clone)]
pub(crate) struct Compressors {
    /// The level that is asked for.
    pub(crate) level: i32,
    idle: Arc<Mutex<Vec<Compressor>>>,
}

struct Compressor {
    zstd: zstd::bulk::Compressor<'static>,
    page: Vec<u8>,
    output: Vec<u8>,
}

/// A page compressed.
pub(crate) struct CompressedBytes {
    pub(crate) bytes: Vec<u8>,
    /// Bytes it had before.
    pub(crate) uncompressed: usize,
}

impl std::fmt::Debug for Compressor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Compressor").finish_non_exhaustive()
    }
}

impl Compressors {
    /// Nothing held yet.
    pub(crate) fn new(level: i32) -> Self {
        Compressors { level, idle: Arc::default() }
    }

    /// The page that `fill` makes, compressed at the level it says; and what else it says.
    pub(crate) fn compress<T>(
        &self,
        fill: impl FnOnce(&mut Vec<u8>) -> (T, i32),
    ) -> Result<(CompressedBytes, T)> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut compressor = match idle {
            Some(compressor) => compressor,
            None => Compressor {
                zstd: zstd::bulk::Compressor::new(self.level).map_err(failed)?,
                page: Vec::new(),
                output: Vec::new(),
            },
        };
        let Compressor { zstd, page, output } = &mut compressor;
        page.clear();
        let (said, level) = fill(page);
        zstd.set_compression_level(level).map_err(failed)?;
        output.clear();
        output.reserve(zstd::zstd_safe::compress_bound(page.len()));
        zstd.compress_to_buffer(page, output).map_err(failed)?;
        let compressed = CompressedBytes { bytes: output.as_slice().to_vec(), uncompressed: page.len() };
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(compressor);
        Ok((compressed, said))
    }
}

fn failed(error: std::io::Error) -> ParquetError {
    ParquetError::External(Box::new(error))
}
