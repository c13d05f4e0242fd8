use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{
    Array, ArrayRef, BooleanArray, ListArray, RecordBatch, StringArray, StructArray,
    TimestampMicrosecondArray,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::Field;
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection, RowSelector,
};
use parquet::basic::PageType;
use parquet::file::metadata::{ColumnChunkMetaData, PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::reader::FileReader;
use parquet::file::serialized_reader::{ReadOptionsBuilder, SerializedFileReader};

use super::*;
use crate::batch::BATCH_ROWS;
use crate::testing::rows::{parquet_of, rows_of};

const ROWS: usize = 26_000;

/// Rows enough for several pages, of columns that repeat themselves, that do not, and that change their mind.
fn rows() -> RecordBatch {
    let texts = |text: &dyn Fn(usize) -> Option<String>| -> ArrayRef {
        Arc::new((0..ROWS).map(text).collect::<StringArray>())
    };
    let ip = |n: usize| match n {
        // a dictionary pays at first, then for a page and more it does not, then it does again
        7_000..17_000 => format!("10.{}.{}.1", n / 250, n % 250),
        _ => format!("192.168.0.{}", n / 1000),
    };
    let day = |n: usize| 1 + n / 1000;
    let micros = |n: usize| i64::try_from((day(n) * 86_400 + n % 60) * 1_000_000).ok();
    let timestamps = (0..ROWS).map(micros).collect::<TimestampMicrosecondArray>().with_timezone("UTC");
    // of four rows one has no identity, one has an empty one, the others have a key and what is in three structs
    let has_identity = |n: usize| !n.is_multiple_of(4);
    let has_key = |n: usize| n % 4 > 1;
    let issuer = structs(vec![("arn", texts(&|_| None))], &has_key);
    let context = structs(vec![("sessionIssuer", issuer)], &has_key);
    let keys = texts(&|n| has_key(n).then(|| format!("AKIA{}", n / 50)));
    let identity = structs(vec![("accessKeyId", keys), ("sessionContext", context)], &has_identity);
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("eventID", texts(&|n| Some(format!("{:08x}", n.wrapping_mul(0x9e37_79b9) & 0xffff_ffff)))),
        ("eventName", texts(&|n| Some(format!("Get{}", n / 4000)))),
        ("eventTime", texts(&|n| Some(format!("2026-10-{:02}T00:00:{:02}Z", day(n), n % 60)))),
        ("sourceIPAddress", texts(&|n| Some(ip(n)))),
        // two rows of five bring a new long text: the dictionary is full in the middle of a page
        ("userAgent", texts(&|n| Some(format!("{:07}{}", n * 2 / 5, "agent ".repeat(150))))),
        ("requestParameters", texts(&|n| Some(format!(r#"{{"n":{}}}"#, n / 3)))),
        ("errorCode", texts(&|n| (n > 18_000).then(|| format!("E{}", n % 7)))),
        ("recipientAccountId", texts(&|_| None)),
        ("managementEvent", Arc::new((0..ROWS).map(|n| Some(n > 12_000)).collect::<BooleanArray>())),
        ("userIdentity", identity),
        ("resources", resources()),
        ("eventTimestamp", Arc::new(timestamps)),
    ];
    batch(columns)
}

/// No list, an empty one, or one of two structs that each have a member missing.
fn resources() -> ArrayRef {
    let lists = |n: usize| n >= 9_000 && n % 3 < 2;
    let elements = |n: usize| if n >= 9_000 && n % 3 == 1 { 2 } else { 0 };
    let full: Vec<usize> = (0..ROWS).filter(|n| elements(*n) > 0).collect();
    let arns = full.iter().flat_map(|n| [Some(format!("arn:{}", n / 100)), None]).collect::<StringArray>();
    let accounts = full.iter().flat_map(|n| [None, Some(n.to_string())]).collect::<StringArray>();
    let items = structs(vec![("ARN", Arc::new(arns)), ("accountId", Arc::new(accounts))], &|_| true);
    let offsets = OffsetBuffer::from_lengths((0..ROWS).map(elements));
    let valid: NullBuffer = (0..ROWS).map(lists).collect();
    let element = Arc::new(Field::new("element", items.data_type().clone(), true));
    Arc::new(ListArray::new(element, offsets, items, Some(valid)))
}

/// A column of structs, which some rows have.
fn structs(members: Vec<(&str, ArrayRef)>, has: &dyn Fn(usize) -> bool) -> ArrayRef {
    let valid: NullBuffer = (0..members[0].1.len()).map(has).collect();
    let fields: Vec<Field> =
        members.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
    let arrays = members.into_iter().map(|(_, array)| array).collect();
    Arc::new(StructArray::new(fields.into(), arrays, Some(valid)))
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
        .unwrap()
}

fn file() -> (Bytes, RecordBatch) {
    let rows = rows();
    let filtered = ["eventID", "sourceIPAddress", "userIdentity.accessKeyId"];
    (parquet_of(&rows, &["eventID"], &filtered), rows)
}

fn metadata(file: &Bytes) -> ParquetMetaData {
    let mut reader = ParquetMetaDataReader::new().with_page_index_policy(PageIndexPolicy::Required);
    reader.try_parse(file).unwrap();
    reader.finish().unwrap()
}

/// Where the chunk of a column is.
fn column(metadata: &ParquetMetaData, path: &str) -> usize {
    let schema = metadata.file_metadata().schema_descr();
    (0..schema.num_columns()).find(|at| schema.column(*at).path().string() == path).unwrap()
}

type Page = (usize, usize, Option<(Vec<u8>, Vec<u8>)>, i64);

/// Of each page of a column its first row, the row behind its last, and what the index says of its values.
fn pages(metadata: &ParquetMetaData, column: usize) -> Vec<Page> {
    let index = metadata.page_index().unwrap();
    let ColumnIndexMetaData::BYTE_ARRAY(bounds) = index.column_index(0, column).unwrap() else {
        panic!("no texts")
    };
    let starts: Vec<usize> = index
        .offset_index(0, column)
        .unwrap()
        .page_locations()
        .iter()
        .map(|page| usize::try_from(page.first_row_index).unwrap())
        .collect();
    let ends = starts[1..].iter().copied().chain([ROWS]);
    let pages = starts.iter().zip(ends).enumerate().map(|(page, (start, end))| {
        let range = bounds.min_value(page).zip(bounds.max_value(page));
        let range = range.map(|(least, greatest)| (least.to_vec(), greatest.to_vec()));
        (*start, end, range, bounds.null_count(page).unwrap())
    });
    pages.collect()
}

fn texts<'b>(rows: &'b RecordBatch, path: &str) -> &'b StringArray {
    let mut names = path.split('.');
    let mut array = rows.column_by_name(names.next().unwrap()).unwrap();
    for name in names {
        array = array.as_struct().column_by_name(name).unwrap();
    }
    array.as_string()
}

const TEXTS: [&str; 7] = [
    "eventID",
    "eventName",
    "eventTime",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "userIdentity.accessKeyId",
];

#[test]
fn rows_of_many_pages_are_what_they_were() {
    let (file, expected) = file();
    assert!(rows_of(file) == expected);
}

#[test]
fn pages_say_which_values_and_how_many_nulls_they_have() {
    let (file, rows) = file();
    let metadata = metadata(&file);
    for path in TEXTS {
        let pages = pages(&metadata, column(&metadata, path));
        // the rows before the first errorCode are one page
        let expected = if path == "errorCode" { 2 } else { 4 };
        assert!(pages.len() >= expected, "{path}: {} pages", pages.len());
        for (start, end, range, nulls) in pages {
            let values = texts(&rows, path).slice(start, end - start);
            let no_value = values.null_count() == values.len();
            assert!(no_value || end - start < PAGE_ROWS + BATCH_ROWS, "{path}: rows {start} to {end}");
            assert_eq!(nulls, i64::try_from(values.null_count()).unwrap(), "{path}: rows {start} to {end}");
            match (values.iter().flatten().min(), values.iter().flatten().max(), range) {
                (None, None, None) => {}
                (Some(min), Some(max), Some((least, greatest))) if min.len().max(max.len()) <= 64 => {
                    assert_eq!(
                        (least.as_slice(), greatest.as_slice()),
                        (min.as_bytes(), max.as_bytes()),
                        "{path}"
                    );
                }
                (Some(min), Some(max), Some((least, greatest))) => {
                    assert!(
                        min.as_bytes().starts_with(&least) && greatest.as_slice() > max.as_bytes(),
                        "{path}"
                    );
                }
                other => panic!("{path}: rows {start} to {end}: {other:?}"),
            }
        }
    }
    let codes = pages(&metadata, column(&metadata, "errorCode"));
    assert!(codes[0].2.is_none() && codes[codes.len() - 1].2.is_some(), "nulls alone, and others");
}

/// The file that the parquet crate's own writer makes of the same rows.
fn by_the_crates_writer(rows: &RecordBatch) -> ParquetMetaData {
    let properties = WriterProperties::builder().set_statistics_enabled(EnabledStatistics::Page).build();
    let mut file = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut file, rows.schema(), Some(properties)).unwrap();
    writer.write(rows).unwrap();
    writer.close().unwrap();
    metadata(&file.into())
}

#[test]
fn chunks_say_of_their_values_what_the_crates_own_writer_says() {
    let (file, rows) = file();
    let (found, expected) = (metadata(&file), by_the_crates_writer(&rows));
    let (found, expected) = (found.row_group(0), expected.row_group(0));
    assert_eq!(found.num_rows(), expected.num_rows());
    let said = |chunk: &ColumnChunkMetaData| {
        let statistics = chunk.statistics().unwrap();
        let bounds =
            (statistics.min_bytes_opt().map(<[u8]>::to_vec), statistics.max_bytes_opt().map(<[u8]>::to_vec));
        let exact = (statistics.min_is_exact(), statistics.max_is_exact());
        (chunk.column_path().string(), chunk.num_values(), statistics.null_count_opt(), bounds, exact)
    };
    for (found, expected) in found.columns().iter().zip(expected.columns()) {
        assert_eq!(said(found), said(expected));
        assert_eq!(found.column_descr(), expected.column_descr());
    }
}

#[test]
fn a_reader_that_leaves_pages_out_finds_every_row_it_wants() {
    let (file, rows) = file();
    let metadata = metadata(&file);
    let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Required);
    let reader = ArrowReaderMetadata::load(&file, options).unwrap();
    for path in TEXTS {
        let all = texts(&rows, path);
        let wanted: BTreeSet<&str> = all.iter().flatten().step_by(1_777).chain(["no such value"]).collect();
        for wanted in wanted {
            let may_hold = |range: &Option<(Vec<u8>, Vec<u8>)>| {
                let wanted = wanted.as_bytes();
                range.as_ref().is_some_and(|(least, greatest)| {
                    least.as_slice() <= wanted && wanted <= greatest.as_slice()
                })
            };
            let selectors =
                pages(&metadata, column(&metadata, path)).into_iter().map(|(start, end, range, _)| {
                    if may_hold(&range) {
                        RowSelector::select(end - start)
                    } else {
                        RowSelector::skip(end - start)
                    }
                });
            let selection: RowSelection = selectors.collect::<Vec<_>>().into();
            let read = ParquetRecordBatchReaderBuilder::new_with_metadata(file.clone(), reader.clone())
                .with_row_selection(selection)
                .with_batch_size(ROWS)
                .build()
                .unwrap();
            let ids: Vec<String> = read
                .map(Result::unwrap)
                .flat_map(|rows| {
                    let found = texts(&rows, path).iter().zip(texts(&rows, "eventID"));
                    let found = found.filter(|(value, _)| *value == Some(wanted));
                    found.map(|(_, id)| id.unwrap().to_owned()).collect::<Vec<_>>()
                })
                .collect();
            let expected =
                all.iter().zip(texts(&rows, "eventID")).filter(|(value, _)| *value == Some(wanted));
            assert!(
                ids.iter().map(String::as_str).eq(expected.map(|(_, id)| id.unwrap())),
                "{path}: {wanted:.40}"
            );
        }
    }
}

#[test]
fn bloom_filters_have_every_value_and_few_others() {
    let (file, rows) = file();
    let properties =
        parquet::file::properties::ReaderProperties::builder().set_read_bloom_filter(true).build();
    let options = ReadOptionsBuilder::new().with_reader_properties(properties).build();
    let reader = SerializedFileReader::new_with_options(file.clone(), options).unwrap();
    let group = reader.get_row_group(0).unwrap();
    for path in ["eventID", "sourceIPAddress", "userIdentity.accessKeyId"] {
        let filter = group.get_column_bloom_filter(column(&metadata(&file), path)).unwrap();
        assert!(texts(&rows, path).iter().flatten().all(|value| filter.check(&value)), "{path}");
        let passed = (0..10_000).filter(|n| filter.check(&format!("not there {n}").as_str())).count();
        assert!(passed < 300, "{path}: {passed} of 10,000");
    }
}

#[test]
fn each_page_has_the_encoding_that_suits_it() {
    let (file, _) = file();
    let metadata = metadata(&file);
    let reader = SerializedFileReader::new(file).unwrap();
    let group = reader.get_row_group(0).unwrap();
    let encodings = |path: &str| -> Vec<Encoding> {
        let chunk = column(&metadata, path);
        let pages: Vec<_> = group.get_column_page_reader(chunk).unwrap().map(Result::unwrap).collect();
        let data = pages.iter().filter(|page| page.page_type() == PageType::DATA_PAGE);
        let found: Vec<Encoding> = data.map(parquet::column::page::Page::encoding).collect();
        for encoding in &found {
            assert!(group.metadata().column(chunk).encodings().any(|told| told == *encoding), "{path}");
        }
        found.chunk_by(|one, next| one == next).map(|run| run[0]).collect()
    };
    let (numbers, apart) = (Encoding::RLE_DICTIONARY, Encoding::PLAIN);
    assert_eq!(encodings("eventID"), [apart]);
    assert_eq!(encodings("eventName"), [numbers]);
    assert_eq!(encodings("sourceIPAddress"), [numbers, apart, numbers], "while it pays");
    assert_eq!(encodings("userAgent"), [numbers, apart], "until it is full");
    assert_eq!(encodings("errorCode"), [Encoding::PLAIN, numbers], "no value, then some");
    assert_eq!(encodings("eventTimestamp"), [Encoding::DELTA_BINARY_PACKED]);
    assert_eq!(encodings("managementEvent"), [Encoding::PLAIN]);
    assert_eq!(encodings("recipientAccountId"), [Encoding::PLAIN], "no value at all");
}

#[test]
fn no_page_is_much_larger_than_it_may_be() {
    // short values that are all new, and one long value that comes again and again between them
    let long = "x".repeat(100_000);
    let agent = |n: usize| Some(if n.is_multiple_of(3) { long.clone() } else { n.to_string() });
    let agents: ArrayRef = Arc::new((0..600).map(agent).collect::<StringArray>());
    let rows = batch(vec![("userAgent", agents)]);
    let file = parquet_of(&rows, &[], &[]);
    assert!(rows_of(file.clone()) == rows);
    let metadata = metadata(&file);
    let chunk = metadata.row_group(0).column(column(&metadata, "userAgent"));
    assert!(chunk.uncompressed_size() < 200_000, "{} bytes", chunk.uncompressed_size());
}
