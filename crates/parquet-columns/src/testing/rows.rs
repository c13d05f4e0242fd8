//! Tests only: the rows of an Arrow batch as the encoder takes rows, and a file of them read back. Struct, list and map are
//! taken apart by the levels that the format defines (Melnik et al., Dremel, VLDB 2010).

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMicrosecondType;
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchReader};
use arrow_schema::{DataType, Field};
use bytes::Bytes;
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet_columns::{ColumnLayout, Row, RowGroupEncoder, Value};

/// One row, with a text of its own.
#[derive(Debug, Default, Clone)]
pub(crate) struct TestRow {
    text: Vec<u8>,
    present: u32,
    values: Vec<Value>,
}

impl Row for TestRow {
    fn bytes(&self) -> &[u8] {
        &self.text
    }

    fn present(&self) -> u32 {
        self.present
    }

    fn values(&self) -> impl Iterator<Item = Value> {
        self.values.iter().copied()
    }
}

impl TestRow {
    /// Adds a value, or an entry of a repeated column.
    pub(crate) fn push(&mut self, column: usize, levels: Option<(u8, u8)>, value: &[u8]) {
        let (start, length) = (u32::try_from(self.text.len()).unwrap(), u32::try_from(value.len()).unwrap());
        self.text.extend_from_slice(value);
        self.values.push(Value { column, levels, start, length });
    }

    /// Adds the optional groups of some bits.
    pub(crate) fn add_present(&mut self, groups: u32) {
        self.present |= groups;
    }
}

/// A Parquet file of one row group with the rows of a batch. `unique` and `filtered` are paths of leaves.
pub(crate) fn parquet_of(rows: &RecordBatch, unique: &[&str], filtered: &[&str]) -> Bytes {
    let schema = Arc::new(ArrowSchemaConverter::new().convert(&rows.schema()).unwrap());
    let mut columns = Vec::new();
    let mut groups = 0;
    rows.schema().fields().iter().for_each(|field| lay_out(field, (0, false), &mut groups, &mut columns));
    for (layout, leaf) in columns.iter_mut().zip(schema.columns()) {
        let path = leaf.path().string();
        layout.unique = unique.contains(&path.as_str());
        layout.bloom_filter = filtered.contains(&path.as_str());
    }
    let test_rows: Vec<TestRow> = (0..rows.num_rows()).map(|row| taken_apart(rows, row)).collect();
    let encoded = RowGroupEncoder::new(schema.clone(), &columns, 3).unwrap().encode(&test_rows).unwrap();
    let properties = Arc::new(WriterProperties::default());
    let mut file = SerializedFileWriter::new(Vec::new(), schema.root_schema_ptr(), properties).unwrap();
    encoded.append_to(&mut file).unwrap();
    file.into_inner().unwrap().into()
}

/// The rows of a file, as the parquet crate's own reader sees them.
pub(crate) fn rows_of(file: Bytes) -> RecordBatch {
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options).unwrap();
    let rows = usize::try_from(builder.metadata().file_metadata().num_rows()).unwrap();
    let mut reader = builder.with_batch_size(rows.max(1)).build().unwrap();
    reader.next().map_or_else(|| RecordBatch::new_empty(reader.schema()), Result::unwrap)
}

/// The layouts of the leaves of a field. Each struct outside of lists has a bit.
fn lay_out(field: &Field, (within, in_list): (u32, bool), groups: &mut u32, columns: &mut Vec<ColumnLayout>) {
    match field.data_type() {
        DataType::Struct(fields) => {
            let within = if in_list { within } else { within | 1 << *groups };
            *groups += u32::from(!in_list);
            fields.iter().for_each(|field| lay_out(field, (within, in_list), groups, columns));
        }
        DataType::List(element) => lay_out(element, (within, true), groups, columns),
        DataType::Map(entries, _) => {
            let DataType::Struct(fields) = entries.data_type() else { panic!("entries are structs") };
            fields.iter().for_each(|field| lay_out(field, (within, true), groups, columns));
        }
        _ => columns.push(ColumnLayout { within, ..ColumnLayout::default() }),
    }
}

fn taken_apart(rows: &RecordBatch, row: usize) -> TestRow {
    let mut taken = TakenApart::default();
    for (field, array) in rows.schema().fields().iter().zip(rows.columns()) {
        taken.add(field, array, Some(row), None, 0);
    }
    taken.row
}

/// A row on its way.
#[derive(Default)]
struct TakenApart {
    row: TestRow,
    column: usize,
    groups: u32,
}

impl TakenApart {
    /// Adds a value of an array, or that there is none; `repetition` is that of a value in a list. `definition` is how deep
    /// what the value is in is defined.
    fn add(
        &mut self,
        field: &Field,
        array: &ArrayRef,
        at: Option<usize>,
        repetition: Option<u8>,
        definition: u8,
    ) {
        let at = at.filter(|at| array.is_valid(*at));
        let definition = definition + u8::from(at.is_some() && field.is_nullable());
        match field.data_type() {
            DataType::Struct(fields) => {
                if repetition.is_none() {
                    self.row.add_present(u32::from(at.is_some()) << self.groups);
                    self.groups += 1;
                }
                for (field, array) in fields.iter().zip(array.as_struct().columns()) {
                    self.add(field, array, at, repetition, definition);
                }
            }
            DataType::List(element) => {
                let (list, first) = (array.as_list::<i32>(), self.column);
                let offsets = at.map(|at| (list.value_offsets()[at], list.value_offsets()[at + 1]));
                self.add_entries(offsets, definition, first, |taken, at, repetition, definition| {
                    taken.add(element, list.values(), at, Some(repetition), definition);
                });
            }
            DataType::Map(_, _) => {
                let (map, first) = (array.as_map(), self.column);
                let fields = map.entries().fields().clone();
                let offsets = at.map(|at| (map.value_offsets()[at], map.value_offsets()[at + 1]));
                self.add_entries(offsets, definition, first, |taken, at, repetition, definition| {
                    taken.add(&fields[0], map.keys(), at, Some(repetition), definition);
                    taken.add(&fields[1], map.values(), at, Some(repetition), definition);
                });
            }
            _ => {
                let value = at.map(|at| bytes(array, at)).unwrap_or_default();
                match repetition {
                    Some(repetition) => self.row.push(self.column, Some((repetition, definition)), &value),
                    None if at.is_some() => self.row.push(self.column, None, &value),
                    None => {}
                }
                self.column += 1;
            }
        }
    }

    /// Adds the entries between two offsets, an empty list, or nothing where there is no list.
    fn add_entries(
        &mut self,
        offsets: Option<(i32, i32)>,
        definition: u8,
        first: usize,
        mut add: impl FnMut(&mut Self, Option<usize>, u8, u8),
    ) {
        let (start, end) = offsets.unwrap_or_default();
        for entry in start..end {
            self.column = first;
            let repetition = u8::from(entry > start);
            add(self, Some(usize::try_from(entry).unwrap()), repetition, definition + 1);
        }
        if start == end {
            let before = self.row.clone();
            add(self, None, 0, definition);
            if offsets.is_none() {
                // only the columns are passed
                self.row = before;
            }
        }
    }
}

fn bytes(array: &ArrayRef, at: usize) -> Vec<u8> {
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(at).as_bytes().to_vec(),
        DataType::Boolean => vec![u8::from(array.as_boolean().value(at))],
        DataType::Timestamp(..) => {
            array.as_primitive::<TimestampMicrosecondType>().value(at).to_le_bytes().to_vec()
        }
        other => panic!("{other} is not written"),
    }
}
