//! Any rows as column chunks: the parquet crate's own reader gives them back, and its own writer says the same of them.

use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, StringBuilder, TimestampMicrosecondBuilder};
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, ListArray, MapArray, RecordBatch, StructArray};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Field, Fields};
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::file::properties::ReaderProperties;
use parquet::file::reader::FileReader;
use parquet::file::serialized_reader::{ReadOptionsBuilder, SerializedFileReader};

use crate::testing::rows::{parquet_of, rows_of};

/// The most rows, and bytes of text, that a few bytes stand for.
const MOST_ROWS: usize = 20_000;
const MOST_BYTES: usize = 10 << 20;
/// What texts are made of: some have no next character of their length.
const LETTERS: [&str; 4] = ["a", "z", "\u{7ff}", "\u{10ffff}"];

/// Columns under construction.
#[derive(Default)]
struct Columns {
    rows: usize,
    bytes: usize,
    text: StringBuilder,
    id: StringBuilder,
    flag: BooleanBuilder,
    time: TimestampMicrosecondBuilder,
    group: Vec<bool>,
    in_group: StringBuilder,
    inner: Vec<bool>,
    in_inner: TimestampMicrosecondBuilder,
    list: (Vec<usize>, Vec<bool>),
    elements: StringBuilder,
    map: (Vec<usize>, Vec<bool>),
    keys: StringBuilder,
    values: StringBuilder,
}

pub(crate) fn check(program: &[u8]) {
    let rows = rows(program);
    let file = parquet_of(&rows, &["id"], &["id", "text"]);
    assert!(rows_of(file.clone()) == rows);
    if rows.num_rows() == 0 {
        return;
    }
    let found = reader(file);
    let mut expected = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut expected, rows.schema(), None).unwrap();
    writer.write(&rows).unwrap();
    writer.close().unwrap();
    let expected = reader(expected.into());
    assert_eq!(said(found.metadata().row_group(0)), said(expected.metadata().row_group(0)));
    let group = found.get_row_group(0).unwrap();
    for (at, name) in [(0, "text"), (1, "id")] {
        let filter = group.get_column_bloom_filter(at).unwrap();
        let mut values = rows.column_by_name(name).unwrap().as_string::<i32>().iter().flatten();
        assert!(values.all(|value| filter.check(&value)), "{name}");
    }
}

/// Short programs for long columns: a step is of eight bytes, the first of which says how many rows it makes and whether
/// their values differ, and the others what the columns have.
fn rows(program: &[u8]) -> RecordBatch {
    let mut columns = Columns::default();
    for step in program.chunks_exact(8) {
        let (times, differ) = (1usize << (step[0] & 15).min(13), usize::from(step[0] >> 4));
        for row in 0..times {
            if columns.rows == MOST_ROWS || columns.bytes > MOST_BYTES {
                break;
            }
            columns.add(step, row.checked_div(differ).unwrap_or(0));
        }
    }
    columns.finish()
}

/// A text of a length and a letter that the byte says, with a number at the end that is not 0.
fn text(byte: u8, number: usize) -> Option<String> {
    let (letter, length) = (LETTERS[usize::from(byte % 4)], usize::from(byte >> 2));
    let end = if number > 0 { number.to_string() } else { String::new() };
    (byte != 0).then(|| format!("{}{end}", letter.repeat(length * 8)))
}

fn micros(byte: u8, number: usize) -> Option<i64> {
    let base = (i64::from(byte) - 128) << (byte % 56);
    (byte != 0).then(|| base.wrapping_add(i64::try_from(number).unwrap()))
}

impl Columns {
    fn add(&mut self, step: &[u8], number: usize) {
        let &[_, a, b, c, d, e, f, g] = step else { return };
        let (first, id) = (text(a, number), text(b, number));
        self.rows += 1;
        self.bytes += first.as_ref().map_or(0, String::len) + id.as_ref().map_or(0, String::len);
        self.text.append_option(first);
        self.id.append_option(id);
        self.flag.append_option((c != 0).then_some((usize::from(c) + number).is_multiple_of(2)));
        self.time.append_option(micros(d, number));
        self.group.push(e != 0);
        self.inner.push(e & 2 != 0);
        self.in_group.append_option(text(e, number).filter(|_| e & 1 != 0));
        self.in_inner.append_option(micros(e, number).filter(|_| e & 6 == 6));
        for entry in 0..usize::from(f % 4) {
            self.elements.append_option(text(f, number).filter(|_| f >> (entry + 2) & 1 == 0));
        }
        self.list.0.push(usize::from(f % 4));
        self.list.1.push(f != 0);
        for entry in 0..usize::from(g % 3) {
            self.keys.append_value(format!("{entry}{number}"));
            self.values.append_option(text(g, number).filter(|_| g >> (entry + 2) & 1 == 0));
        }
        self.map.0.push(usize::from(g % 3));
        self.map.1.push(g != 0);
    }

    fn finish(mut self) -> RecordBatch {
        let time: ArrayRef = Arc::new(self.time.finish().with_timezone("UTC"));
        let in_inner: ArrayRef = Arc::new(self.in_inner.finish().with_timezone("UTC"));
        let inner = structs(vec![("time", in_inner)], self.inner);
        let group = structs(vec![("text", Arc::new(self.in_group.finish())), ("inner", inner)], self.group);
        let element = Arc::new(Field::new("element", DataType::Utf8, true));
        let offsets = OffsetBuffer::from_lengths(self.list.0);
        let list =
            ListArray::new(element, offsets, Arc::new(self.elements.finish()), Some(self.list.1.into()));
        let entry = Fields::from(vec![
            Field::new("key", DataType::Utf8, false),
            Field::new("value", DataType::Utf8, true),
        ]);
        let entries: Vec<ArrayRef> = vec![Arc::new(self.keys.finish()), Arc::new(self.values.finish())];
        let entries = StructArray::new(entry, entries, None);
        let key_value = Arc::new(Field::new("key_value", entries.data_type().clone(), false));
        let offsets = OffsetBuffer::from_lengths(self.map.0);
        let map = MapArray::new(key_value, offsets, entries, Some(self.map.1.into()), false);
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("text", Arc::new(self.text.finish())),
            ("id", Arc::new(self.id.finish())),
            ("flag", Arc::new(self.flag.finish())),
            ("time", time),
            ("group", group),
            ("list", Arc::new(list)),
            ("map", Arc::new(map)),
        ];
        let nullable = columns.into_iter().map(|(name, array)| (name, array, true));
        RecordBatch::try_from_iter_with_nullable(nullable).unwrap()
    }
}

fn structs(members: Vec<(&str, ArrayRef)>, valid: Vec<bool>) -> ArrayRef {
    let field = |(name, array): &(&str, ArrayRef)| Field::new(*name, array.data_type().clone(), true);
    let fields: Vec<Field> = members.iter().map(field).collect();
    let arrays = members.into_iter().map(|(_, array)| array).collect();
    Arc::new(StructArray::new(fields.into(), arrays, Some(NullBuffer::from(valid))))
}

fn reader(file: Bytes) -> SerializedFileReader<Bytes> {
    let properties = ReaderProperties::builder().set_read_bloom_filter(true).build();
    let options = ReadOptionsBuilder::new().with_reader_properties(properties).build();
    SerializedFileReader::new_with_options(file, options).unwrap()
}

type Said = (String, i64, Option<u64>, [Option<Vec<u8>>; 2], [bool; 2]);

/// Of each chunk its entries and nulls, the least and the greatest value, and whether those are values themselves.
fn said(group: &RowGroupMetaData) -> Vec<Said> {
    let said = |chunk: &ColumnChunkMetaData| {
        let statistics = chunk.statistics().unwrap();
        let range =
            [statistics.min_bytes_opt(), statistics.max_bytes_opt()].map(|bytes| bytes.map(<[u8]>::to_vec));
        let exact = [statistics.min_is_exact(), statistics.max_is_exact()];
        (chunk.column_path().string(), chunk.num_values(), statistics.null_count_opt(), range, exact)
    };
    group.columns().iter().map(said).collect()
}
