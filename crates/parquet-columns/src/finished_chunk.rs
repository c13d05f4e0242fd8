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

use crate::compressor::CompressedBytes;
use crate::layout::Values;
use crate::statistics::MinMax;

/// A page, compressed.
pub(crate) struct FinishedPage {
    pub(crate) compressed: CompressedBytes,
    pub(crate) encoding: Encoding,
    /// Values, nulls included.
    pub(crate) entries: usize,
    pub(crate) rows: usize,
    pub(crate) nulls: usize,
    pub(crate) min_max: MinMax,
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
        let mut min_max = MinMax::default();
        self.data.iter().for_each(|page| min_max.merge(&page.min_max));
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
            let (min, max) = match page.min_max.written() {
                Some(((min, _), (max, _))) => (plain(values, min), plain(values, max)),
                None => (Vec::new(), Vec::new()),
            };
            let is_null = page.nulls == page.entries;
            column_index.append(is_null, min, max, page.nulls as i64, None);
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
            .set_statistics(statistics(values, &min_max, nulls as u64))
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

/// Whether the statistics of pages only grow, or only shrink.
fn boundary_order(pages: &[FinishedPage]) -> BoundaryOrder {
    let min_max: Vec<_> = pages.iter().filter_map(|page| page.min_max.values()).collect();
    if min_max.windows(2).all(|pair| pair[0].0 <= pair[1].0 && pair[0].1 <= pair[1].1) {
        BoundaryOrder::ASCENDING
    } else if min_max.windows(2).all(|pair| pair[0].0 >= pair[1].0 && pair[0].1 >= pair[1].1) {
        BoundaryOrder::DESCENDING
    } else {
        BoundaryOrder::UNORDERED
    }
}

/// A min or max as Parquet's PLAIN has it.
fn plain(values: Values, statistic: Vec<u8>) -> Vec<u8> {
    match values {
        Values::Int64 => int64(&statistic).to_le_bytes().to_vec(),
        Values::Repeating | Values::Unique | Values::Boolean => statistic,
    }
}

fn int64(ordered: &[u8]) -> i64 {
    ordered.try_into().map_or(0, i64::from_be_bytes) ^ i64::MIN
}

/// What the footer says of the values of a chunk.
fn statistics(values: Values, min_max: &MinMax, nulls: u64) -> Statistics {
    let nulls = Some(nulls);
    let range = min_max.values();
    match values {
        Values::Int64 => {
            let (min, max) = range.map(|(min, max)| (int64(min), int64(max))).unzip();
            ValueStatistics::<i64>::new(min, max, None, nulls, false)
                .with_backwards_compatible_min_max(true)
                .into()
        }
        Values::Boolean => {
            let (min, max) = range.map(|(min, max)| (min == [1], max == [1])).unzip();
            Statistics::boolean(min, max, None, nulls, false)
        }
        Values::Repeating | Values::Unique => {
            let (min, max) = min_max.written().unzip();
            let (exact_min, exact_max) = (
                min.as_ref().is_none_or(|statistic| statistic.1),
                max.as_ref().is_none_or(|statistic| statistic.1),
            );
            let array =
                |statistic: Option<(Vec<u8>, bool)>| statistic.map(|(bytes, _)| ByteArray::from(bytes));
            ValueStatistics::<ByteArray>::new(array(min), array(max), None, nulls, false)
                .with_min_is_exact(exact_min)
                .with_max_is_exact(exact_max)
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
