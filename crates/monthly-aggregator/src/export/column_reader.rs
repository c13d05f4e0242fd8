//! Arrow columns read as JSON.

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, BooleanArray, ListArray, MapArray, StringArray, StructArray};
use cloudtrail_model::{Column, ColumnType, members};

/// One column of a batch.
pub(crate) enum ColumnReader<'a> {
    /// The file was written before the column came to be.
    Missing,
    Text(&'a StringArray),
    /// JSON text as written, or one of `true` and `false`.
    AsWritten(&'a StringArray),
    Boolean(&'a BooleanArray),
    Struct(&'a StructArray, StructReader<'a>),
    StructList(&'a ListArray, StructReader<'a>),
    TextMap(&'a MapArray, &'a StringArray, &'a StringArray),
}

/// The columns of a struct, or of a whole table.
pub(crate) struct StructReader<'a> {
    columns: &'static [Column],
    readers: Vec<ColumnReader<'a>>,
}

/// What the columns do not say of an object.
pub(crate) struct Surplus<'a> {
    /// A JSON object: unknown members, and known ones whose column does not hold them.
    pub(crate) extra: Option<&'a [u8]>,
    /// Dotted paths of members that are null.
    pub(crate) nulls: &'a [&'a str],
    /// Where the object is: with a dot at the end, or empty.
    pub(crate) path: String,
}

impl<'a> StructReader<'a> {
    /// Readers of columns, each found by its name. A column of another type than ours counts as missing.
    pub(crate) fn new(columns: &'static [Column], find: impl Fn(&str) -> Option<&'a ArrayRef>) -> Self {
        let readers = columns.iter().map(|column| match find(column.name) {
            Some(array) => ColumnReader::new(column.column_type, array).unwrap_or(ColumnReader::Missing),
            None => ColumnReader::Missing,
        });
        StructReader { columns, readers: readers.collect() }
    }

    fn of(columns: &'static [Column], array: &'a StructArray) -> Self {
        Self::new(columns, |name| array.column_by_name(name))
    }

    /// Appends a row as a JSON object.
    pub(crate) fn append(&self, row: usize, surplus: &Surplus<'_>, json: &mut Vec<u8>) {
        let extra = surplus.extra.and_then(|extra| members(extra).ok()).unwrap_or_default();
        let instead: BTreeMap<&str, &[u8]> =
            extra.iter().map(|member| (member.name.as_ref(), member.value)).collect();
        let mut separator = b'{';
        let mut member = |json: &mut Vec<u8>, name: &[u8]| {
            json.push(std::mem::replace(&mut separator, b','));
            json.extend_from_slice(name);
            json.push(b':');
        };
        let quoted = |name: &str| format!("\"{name}\"").into_bytes();
        for (column, reader) in self.columns.iter().zip(&self.readers) {
            let value = instead.get(column.name).copied();
            match (reader, value) {
                (ColumnReader::Struct(array, inner), value) if array.is_valid(row) => {
                    member(json, &quoted(column.name));
                    let path = format!("{}{}.", surplus.path, column.name);
                    inner.append(row, &Surplus { extra: value, nulls: surplus.nulls, path }, json);
                }
                (_, Some(value)) => {
                    member(json, &quoted(column.name));
                    json.extend_from_slice(value);
                }
                (reader, None) if reader.is_valid(row) => {
                    member(json, &quoted(column.name));
                    reader.append(row, json);
                }
                _ if is_null(surplus, column.name) => {
                    member(json, &quoted(column.name));
                    json.extend_from_slice(b"null");
                }
                _ => {}
            }
        }
        for unknown in extra.iter().filter(|m| self.columns.iter().all(|column| column.name != m.name)) {
            member(json, unknown.raw_name);
            json.extend_from_slice(unknown.value);
        }
        if separator == b'{' {
            json.push(b'{');
        }
        json.push(b'}');
    }
}

fn is_null(surplus: &Surplus<'_>, name: &str) -> bool {
    surplus.nulls.iter().any(|path| path.strip_prefix(surplus.path.as_str()) == Some(name))
}

impl<'a> ColumnReader<'a> {
    fn new(column_type: ColumnType, array: &'a ArrayRef) -> Option<Self> {
        Some(match column_type {
            ColumnType::Text => ColumnReader::Text(array.as_string_opt()?),
            ColumnType::BooleanText | ColumnType::Json => ColumnReader::AsWritten(array.as_string_opt()?),
            ColumnType::Boolean => ColumnReader::Boolean(array.as_boolean_opt()?),
            ColumnType::Struct(columns) => {
                let array = array.as_struct_opt()?;
                ColumnReader::Struct(array, StructReader::of(columns, array))
            }
            ColumnType::StructList { members: columns, .. } => {
                let array: &ListArray = array.as_list_opt()?;
                ColumnReader::StructList(array, StructReader::of(columns, array.values().as_struct_opt()?))
            }
            ColumnType::TextMap { .. } => {
                let array = array.as_map_opt()?;
                let (keys, values) = (array.keys().as_string_opt()?, array.values().as_string_opt()?);
                ColumnReader::TextMap(array, keys, values)
            }
            // derived columns are not members
            ColumnType::TimestampMicros | ColumnType::TextList { .. } => return None,
        })
    }

    fn is_valid(&self, row: usize) -> bool {
        match self {
            ColumnReader::Missing => false,
            ColumnReader::Text(array) | ColumnReader::AsWritten(array) => array.is_valid(row),
            ColumnReader::Boolean(array) => array.is_valid(row),
            ColumnReader::Struct(array, _) => array.is_valid(row),
            ColumnReader::StructList(array, _) => array.is_valid(row),
            ColumnReader::TextMap(array, ..) => array.is_valid(row),
        }
    }

    fn append(&self, row: usize, json: &mut Vec<u8>) {
        match self {
            ColumnReader::Missing => {}
            ColumnReader::Text(array) => append_string(array.value(row), json),
            ColumnReader::AsWritten(array) => json.extend_from_slice(array.value(row).as_bytes()),
            ColumnReader::Boolean(array) => {
                json.extend_from_slice(if array.value(row) { b"true" } else { b"false" });
            }
            ColumnReader::Struct(_, inner) => inner.append(row, &Surplus::NOTHING, json),
            ColumnReader::StructList(array, inner) => {
                json.push(b'[');
                for (at, item) in entries(array.value_offsets(), row).enumerate() {
                    if at > 0 {
                        json.push(b',');
                    }
                    inner.append(item, &Surplus::NOTHING, json);
                }
                json.push(b']');
            }
            ColumnReader::TextMap(array, keys, values) => {
                json.push(b'{');
                for (at, entry) in entries(array.value_offsets(), row).enumerate() {
                    if at > 0 {
                        json.push(b',');
                    }
                    append_string(keys.value(entry), json);
                    json.push(b':');
                    append_string(values.value(entry), json);
                }
                json.push(b'}');
            }
        }
    }
}

impl Surplus<'_> {
    /// Everything is in the columns.
    const NOTHING: Self = Surplus { extra: None, nulls: &[], path: String::new() };
}

/// The entries of a list or a map that belong to a row. The array's own check keeps offsets in order.
fn entries(offsets: &[i32], row: usize) -> std::ops::Range<usize> {
    let at = |row: usize| usize::try_from(offsets[row]).unwrap_or(0);
    at(row)..at(row + 1)
}

fn append_string(text: &str, json: &mut Vec<u8>) {
    // serializing a str to memory cannot fail
    json.extend(serde_json::to_vec(text).unwrap_or_default());
}
