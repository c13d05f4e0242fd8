//! How the columns are written: for queries first, then for size.

use cloudtrail_model::{Column, Table, columns};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::Result;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use crate::Options;

/// Ids that differ from record to record: a dictionary of them is all cost.
const UNIQUE: &[&str] = &["eventID", "eventId", "requestID", "sharedEventID"];
/// What investigations look for by its exact value.
const LOOKED_UP: &[&[&str]] =
    &[&["eventID"], &["eventId"], &["userIdentity", "accessKeyId"], &["sourceIPAddress"]];
/// Bytes of distinct values above which a column chunk goes without its dictionary.
const DICTIONARY_BYTES: usize = 4 << 20;
/// Rows of a page at most, so that a reader that knows which rows it wants skips most pages.
const PAGE_ROWS: usize = 8192;
/// Bytes of a page at most.
const PAGE_BYTES: usize = 1 << 20;
/// Share of values that a bloom filter lets through in vain.
const BLOOM_FPP: f64 = 0.01;

/// The writer's properties for a table.
pub(crate) fn writer_properties(table: Table, options: &Options) -> Result<WriterProperties> {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(options.level)?))
        .set_dictionary_page_size_limit(DICTIONARY_BYTES)
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_data_page_size_limit(PAGE_BYTES)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_bloom_filter_for_dictionary_encoded_chunks(true)
        .set_created_by(concat!("trailmill version ", env!("CARGO_PKG_VERSION")).to_owned());
    let has = |name: &str| columns(table).iter().any(|column: &Column| column.name == name);
    for name in UNIQUE.iter().filter(|name| has(name)) {
        let path = ColumnPath::from(*name);
        properties = properties
            .set_column_dictionary_enabled(path.clone(), false)
            .set_column_encoding(path, Encoding::PLAIN);
    }
    for path in LOOKED_UP.iter().filter(|path| has(path[0])) {
        let path = ColumnPath::new(path.iter().map(|name| (*name).to_owned()).collect());
        properties = properties
            .set_column_bloom_filter_enabled(path.clone(), true)
            .set_column_bloom_filter_fpp(path, BLOOM_FPP);
    }
    Ok(properties.build())
}
