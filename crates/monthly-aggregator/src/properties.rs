//! How the columns are written: for queries first, then for size.

use cloudtrail_model::Leaf;
use parquet::basic::{Compression, Encoding, Type, ZstdLevel};
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnDescriptor;

use crate::Options;

/// Bytes of distinct values above which a column chunk goes without its dictionary.
pub(crate) const DICTIONARY_BYTES: usize = 4 << 20;
/// Share of values that are new to the dictionary above which a page goes without it.
pub(crate) const MOSTLY_NEW: (usize, usize) = (1, 2);
/// Rows of a page at most, so that a reader that knows which rows it wants skips most pages.
pub(crate) const PAGE_ROWS: usize = 8192;
/// Bytes of a page at most.
pub(crate) const PAGE_BYTES: usize = 1 << 20;
/// Share of values that a bloom filter lets through in vain.
pub(crate) const BLOOM_FPP: f64 = 0.01;

/// The writer's properties: what the footer says, and what this crate's own column chunks follow.
pub(crate) fn writer_properties(options: &Options) -> Result<WriterProperties> {
    Ok(WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(options.level)?))
        .set_created_by(concat!("trailmill version ", env!("CARGO_PKG_VERSION")).to_owned())
        .build())
}

/// zstd's level for a page where so much is asked. Texts that do not repeat are full of digits that nothing predicts, among
/// which levels 3 to 5 find matches dearer than the digits: lower ones make them smaller, and sooner (docs/internals/adr/0011).
pub(crate) fn level_of_page(values: Values, encoding: Encoding, asked: i32) -> i32 {
    match (values, encoding) {
        (Values::Unique, _) => asked.min(1),
        (_, Encoding::PLAIN) if (3..=5).contains(&asked) => 2,
        _ => asked,
    }
}

/// How the chunks of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ColumnLayout {
    pub(crate) values: Values,
    /// Whether there is a bloom filter.
    pub(crate) bloom_filter: bool,
}

/// What the values of a column are, and how they are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Values {
    /// Texts of which there are few different ones.
    Repeating,
    /// Texts that differ from row to row.
    Unique,
    /// Milliseconds.
    Millis,
    Boolean,
}

impl ColumnLayout {
    /// How a leaf is written, which the schema has as `descriptor`.
    pub(crate) fn of(leaf: Leaf, descriptor: &ColumnDescriptor) -> Self {
        let values = match descriptor.physical_type() {
            Type::INT64 => Values::Millis,
            Type::BOOLEAN => Values::Boolean,
            _ if leaf.unique => Values::Unique,
            _ => Values::Repeating,
        };
        ColumnLayout { values, bloom_filter: leaf.bloom_filter }
    }
}
