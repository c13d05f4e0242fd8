//! What a Parquet file says of itself.

use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;

use crate::Options;

/// The properties of a file's writer.
pub(crate) fn writer_properties(options: &Options) -> Result<WriterProperties> {
    Ok(WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(options.level)?))
        .set_created_by(concat!("trailmill version ", env!("CARGO_PKG_VERSION")).to_owned())
        .build())
}
