//! Finished pages put together to a column chunk, and what the footer and the page index say of it.

use bytes::Bytes;
use parquet::basic::{BoundaryOrder, Compression, Encoding, PageType, ZstdLevel};
use parquet::bloom_filter::Sbbf;
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::ByteArray;
use parquet::errors::Result;
use parquet::file::metadata::{
    ColumnChunkMetaData, ColumnIndexBuilder, OffsetIndexBuilder, PageEncodingStats,
};
use parquet::file::statistics::{Statistics, ValueStatistics};
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

use crate::bounds::Bounds;
use crate::compressor::CompressedBytes;
use crate::layout::Values;

/// A page, compressed.
pub(crate) struct FinishedPage {
    pub(crate) compressed: CompressedBytes,
    pub(crate) encoding: Encoding,
    /// Values, nulls included.
    pub(crate) entries: usize,
    pub(crate) rows: usize,
    pub(crate) nulls: usize,
    pub(crate) bounds: Bounds,
}

/// The pages of a chunk.
#[derive(Default)]
pub(crate) struct Pages {
    pub(crate) dictionary: Option<FinishedPage>,
    pub(crate) data: Vec<FinishedPage>,
}

/// A column chunk as it will be in the file, and what is said of it.
pub(crate) type ColumnChunk = (Bytes, ColumnCloseResult);

impl Pages {
    /// Puts the pages together.
    pub(crate) fn into_chunk(
        self,
        descriptor: ColumnDescPtr,
        values: Values,
        bloom_filter: Option<Sbbf>,
    ) -> Result<ColumnChunk> {
        let mut bounds = Bounds::default();
        self.data.iter().for_each(|page| bounds.merge(&page.bounds));
        let nulls: usize = self.data.iter().map(|page| page.nulls).sum();
        let entries: usize = self.data.iter().map(|page| page.entries).sum();
        let rows: usize = self.data.iter().map(|page| page.rows).sum();
        let mut column_index = ColumnIndexBuilder::new(descriptor.physical_type());
        column_index.set_boundary_order(boundary_order(&self.data));
        let mut offset_index = OffsetIndexBuilder::new();
        let mut encodings: Vec<Encoding> = vec![Encoding::RLE];
        let mut encoding_stats: Vec<PageEncodingStats> = Vec::new();
        let mut uncompressed = 0;
        let bytes: usize = self.data.iter().map(|page| page.compressed.bytes.len() + 64).sum();
        let mut chunk = TrackedWrite::new(Vec::with_capacity(bytes));
        let mut data_page_offset = None;
        let dictionary_page_offset = self.dictionary.is_some().then_some(0);
        if let Some(page) = self.dictionary {
            encodings.push(page.encoding);
            encoding_stats.push(stats(PageType::DICTIONARY_PAGE, page.encoding));
            let page_bytes = page.compressed.uncompressed;
            let page = Page::DictionaryPage {
                buf: page.compressed.bytes.into(),
                num_values: narrow(page.entries),
                encoding: page.encoding,
                is_sorted: false,
            };
            let written =
                SerializedPageWriter::new(&mut chunk).write_page(CompressedPage::new(page, page_bytes))?;
            uncompressed += written.uncompressed_size;
        }
        for page in self.data {
            if !encodings.contains(&page.encoding) {
                encodings.push(page.encoding);
            }
            match encoding_stats.last_mut() {
                Some(last) if last.page_type == PageType::DATA_PAGE && last.encoding == page.encoding => {
                    last.count += 1;
                }
                _ => encoding_stats.push(stats(PageType::DATA_PAGE, page.encoding)),
            }
            let (least, greatest) = match page.bounds.written() {
                Some(((least, _), (greatest, _))) => (plain(values, least), plain(values, greatest)),
                None => (Vec::new(), Vec::new()),
            };
            let is_null = page.nulls == page.entries;
            column_index.append(is_null, least, greatest, page.nulls as i64, None);
            offset_index.append_row_count(page.rows as i64);
            let page_bytes = page.compressed.uncompressed;
            let page = Page::DataPage {
                buf: page.compressed.bytes.into(),
                num_values: narrow(page.entries),
                encoding: page.encoding,
                def_level_encoding: Encoding::RLE,
                rep_level_encoding: Encoding::RLE,
                statistics: None,
            };
            let written =
                SerializedPageWriter::new(&mut chunk).write_page(CompressedPage::new(page, page_bytes))?;
            data_page_offset.get_or_insert(written.offset);
            let compressed = i32::try_from(written.compressed_size).unwrap_or(i32::MAX);
            offset_index.append_offset_and_size(signed(written.offset), compressed);
            uncompressed += written.uncompressed_size;
        }
        let chunk = Bytes::from(chunk.into_inner()?);
        let metadata = ColumnChunkMetaData::builder(descriptor)
            // the level is nothing a reader is told
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_encodings(encodings)
            .set_page_encoding_stats(encoding_stats)
            .set_total_compressed_size(chunk.len() as i64)
            .set_total_uncompressed_size(uncompressed as i64)
            .set_num_values(entries as i64)
            .set_data_page_offset(signed(data_page_offset.unwrap_or(0)))
            .set_dictionary_page_offset(dictionary_page_offset)
            .set_statistics(statistics(values, &bounds, nulls as u64))
            .build()?;
        let close = ColumnCloseResult {
            bytes_written: chunk.len() as u64,
            rows_written: rows as u64,
            metadata,
            bloom_filter,
            column_index: Some(column_index.build()?),
            offset_index: Some(offset_index.build()),
        };
        Ok((chunk, close))
    }
}

/// Whether the bounds of pages only grow, or only shrink.
fn boundary_order(pages: &[FinishedPage]) -> BoundaryOrder {
    let bounds: Vec<_> = pages.iter().filter_map(|page| page.bounds.values()).collect();
    if bounds.windows(2).all(|pair| pair[0].0 <= pair[1].0 && pair[0].1 <= pair[1].1) {
        BoundaryOrder::ASCENDING
    } else if bounds.windows(2).all(|pair| pair[0].0 >= pair[1].0 && pair[0].1 >= pair[1].1) {
        BoundaryOrder::DESCENDING
    } else {
        BoundaryOrder::UNORDERED
    }
}

/// A bound as Parquet's PLAIN has it.
fn plain(values: Values, bound: Vec<u8>) -> Vec<u8> {
    match values {
        Values::Millis => millis(&bound).to_le_bytes().to_vec(),
        Values::Repeating | Values::Unique | Values::Boolean => bound,
    }
}

fn millis(ordered: &[u8]) -> i64 {
    ordered.try_into().map_or(0, i64::from_be_bytes) ^ i64::MIN
}

/// What the footer says of the values of a chunk.
fn statistics(values: Values, bounds: &Bounds, nulls: u64) -> Statistics {
    let nulls = Some(nulls);
    let range = bounds.values();
    match values {
        Values::Millis => {
            let (least, greatest) = range.map(|(least, greatest)| (millis(least), millis(greatest))).unzip();
            ValueStatistics::<i64>::new(least, greatest, None, nulls, false)
                .with_backwards_compatible_min_max(true)
                .into()
        }
        Values::Boolean => {
            let (least, greatest) = range.map(|(least, greatest)| (least == [1], greatest == [1])).unzip();
            Statistics::boolean(least, greatest, None, nulls, false)
        }
        Values::Repeating | Values::Unique => {
            let (least, greatest) = bounds.written().unzip();
            let (exact_least, exact_greatest) =
                (least.as_ref().is_none_or(|bound| bound.1), greatest.as_ref().is_none_or(|bound| bound.1));
            let array = |bound: Option<(Vec<u8>, bool)>| bound.map(|(bytes, _)| ByteArray::from(bytes));
            ValueStatistics::<ByteArray>::new(array(least), array(greatest), None, nulls, false)
                .with_min_is_exact(exact_least)
                .with_max_is_exact(exact_greatest)
                .into()
        }
    }
}

fn stats(page_type: PageType, encoding: Encoding) -> PageEncodingStats {
    PageEncodingStats { page_type, encoding, count: 1 }
}

fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn signed(offset: u64) -> i64 {
    i64::try_from(offset).unwrap_or(i64::MAX)
}
