//! Tests only: JSON values appended to Arrow columns, and word of what a column cannot hold.

use std::collections::HashSet;
use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, StringBuilder};
use arrow_array::{ArrayRef, ListArray, MapArray, StructArray};
use arrow_buffer::{BooleanBufferBuilder, NullBuffer, OffsetBuffer};
use arrow_schema::ArrowError;
use cloudtrail_model::{Column, ColumnType, Member, elements, members, string_text};

use crate::arrow_types::{fields, list_item, map_entries, map_entry_fields};

/// Whether a column holds a value so that it can be given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fit {
    /// It does.
    Exact,
    /// It holds something like it, or nothing: the value itself must be kept beside.
    Inexact,
}

/// A column that grows by one row a call.
#[derive(Debug)]
pub(crate) enum ColumnBuilder {
    Text(StringBuilder),
    BooleanText(StringBuilder),
    Json(StringBuilder),
    Boolean(BooleanBuilder),
    Struct(StructBuilder),
    StructList(Offsets, StructBuilder),
    TextMap(Offsets, StringBuilder, StringBuilder),
}

/// A struct column: the members' columns, and which rows have it.
#[derive(Debug)]
pub(crate) struct StructBuilder {
    columns: &'static [Column],
    builders: Vec<ColumnBuilder>,
    valid: Validity,
}

/// Which rows of a column have a value.
#[derive(Debug)]
struct Validity(BooleanBufferBuilder);

/// Where the rows of a list or a map begin and end.
#[derive(Debug)]
pub(crate) struct Offsets {
    ends: Vec<i32>,
    valid: Validity,
}

/// What a struct's columns could not hold of an object.
#[derive(Debug, Default)]
pub(crate) struct Leftovers {
    /// The inside of a JSON object: members no column knows, and of an unexpected type, at any depth.
    pub(crate) extra: String,
    /// Dotted paths of known members that were null.
    pub(crate) nulls: Vec<String>,
    /// Whether a member occurs twice.
    pub(crate) repeated: bool,
}

impl StructBuilder {
    pub(crate) fn new(columns: &'static [Column]) -> Self {
        let builders = columns.iter().map(|column| ColumnBuilder::new(column.column_type)).collect();
        StructBuilder { columns, builders, valid: Validity::new() }
    }

    /// Appends a row of the members of an object. `path` is where it is, with a dot at the end, or empty; `left` gains
    /// what the columns cannot hold. Anything but an object is a null row, and does not fit.
    fn append(&mut self, value: Option<&[u8]>, path: &str, left: &mut Leftovers) -> Fit {
        let members = value.filter(|value| value.first() == Some(&b'{')).map(members);
        let Some(Ok(members)) = members else {
            self.append_null();
            return if value.is_none() { Fit::Exact } else { Fit::Inexact };
        };
        let values = self.assign(&members, left);
        self.append_values(values, path, left);
        Fit::Exact
    }

    /// The value of each column among the members of an object. What no column is for goes to `left`.
    pub(crate) fn assign<'a>(&self, members: &[Member<'a>], left: &mut Leftovers) -> Vec<Option<&'a [u8]>> {
        let mut values: Vec<Option<&[u8]>> = vec![None; self.columns.len()];
        let mut unknown: HashSet<&str> = HashSet::new();
        let mut after = 0;
        for member in members {
            match self.position(&member.name, after) {
                Some(at) => {
                    left.repeated |= values[at].is_some();
                    values[at] = Some(member.value);
                    after = at + 1;
                }
                None => {
                    left.repeated |= !unknown.insert(&member.name);
                    left.add(member.raw_name, member.value);
                }
            }
        }
        values
    }

    /// Appends a row of values, one a column.
    pub(crate) fn append_values(&mut self, values: Vec<Option<&[u8]>>, path: &str, left: &mut Leftovers) {
        self.valid.append(true);
        for ((column, builder), value) in self.columns.iter().zip(&mut self.builders).zip(values) {
            if value == Some(b"null") {
                left.nulls.push(format!("{path}{}", column.name));
            }
            let value = value.filter(|value| *value != b"null");
            match builder {
                ColumnBuilder::Struct(inner) => inner.append_member(column, value, path, left),
                other => {
                    if let (Fit::Inexact, Some(value)) = (other.append(value), value) {
                        left.add(format!("\"{}\"", column.name).as_bytes(), value);
                    }
                }
            }
        }
    }

    /// Appends a struct that is a member of another: its leftovers are an object of their own.
    fn append_member(&mut self, column: &Column, value: Option<&[u8]>, path: &str, left: &mut Leftovers) {
        let mut inner = Leftovers::default();
        let fit = self.append(value, &format!("{path}{}.", column.name), &mut inner);
        let name = format!("\"{}\"", column.name);
        match (fit, value) {
            (Fit::Inexact, Some(value)) => left.add(name.as_bytes(), value),
            _ if !inner.extra.is_empty() => {
                left.add(name.as_bytes(), format!("{{{}}}", inner.extra).as_bytes());
            }
            _ => {}
        }
        left.nulls.append(&mut inner.nulls);
        left.repeated |= inner.repeated;
    }

    pub(crate) fn append_null(&mut self) {
        self.valid.append(false);
        for builder in &mut self.builders {
            builder.append_nothing();
        }
    }

    /// The column of a member. CloudTrail writes members in much the same order, so the search starts where the last
    /// one ended.
    fn position(&self, name: &str, after: usize) -> Option<usize> {
        let (before, following) = self.columns.split_at(after);
        match following.iter().position(|column| column.name == name) {
            Some(at) => Some(after + at),
            None => before.iter().position(|column| column.name == name),
        }
    }

    /// The rows appended so far, a column each; the builder starts again.
    pub(crate) fn finish_columns(&mut self) -> Result<(Vec<ArrayRef>, NullBuffer), ArrowError> {
        let arrays = self.builders.iter_mut().map(ColumnBuilder::finish).collect::<Result<Vec<_>, _>>()?;
        Ok((arrays, self.valid.finish()))
    }

    fn finish(&mut self) -> Result<StructArray, ArrowError> {
        let (arrays, nulls) = self.finish_columns()?;
        StructArray::try_new(fields(self.columns), arrays, Some(nulls))
    }
}

impl ColumnBuilder {
    fn new(column_type: ColumnType) -> Self {
        match column_type {
            // made columns are not members; RowBuilder has builders of its own for them
            ColumnType::Text | ColumnType::TimestampMillis | ColumnType::TextList => {
                ColumnBuilder::Text(StringBuilder::new())
            }
            ColumnType::BooleanText => ColumnBuilder::BooleanText(StringBuilder::new()),
            ColumnType::Json => ColumnBuilder::Json(StringBuilder::new()),
            ColumnType::Boolean => ColumnBuilder::Boolean(BooleanBuilder::new()),
            ColumnType::Struct(members) => ColumnBuilder::Struct(StructBuilder::new(members)),
            ColumnType::StructList(members) => {
                ColumnBuilder::StructList(Offsets::new(), StructBuilder::new(members))
            }
            ColumnType::TextMap => {
                ColumnBuilder::TextMap(Offsets::new(), StringBuilder::new(), StringBuilder::new())
            }
        }
    }

    /// Appends a row: a JSON value as written, or nothing.
    fn append(&mut self, value: Option<&[u8]>) -> Fit {
        let Some(value) = value else {
            self.append_nothing();
            return Fit::Exact;
        };
        // records are UTF-8 as a whole, and values are cut at ASCII marks
        let as_written = || String::from_utf8_lossy(value);
        match self {
            ColumnBuilder::Json(column) => {
                column.append_value(as_written());
                Fit::Exact
            }
            ColumnBuilder::Text(column) => match string_text(value) {
                Some(text) => {
                    column.append_value(text);
                    Fit::Exact
                }
                None => {
                    column.append_value(as_written());
                    Fit::Inexact
                }
            },
            ColumnBuilder::BooleanText(column) if matches!(value, b"true" | b"false") => {
                column.append_value(as_written());
                Fit::Exact
            }
            ColumnBuilder::BooleanText(column) => {
                column.append_value(string_text(value).unwrap_or_else(as_written));
                Fit::Inexact
            }
            ColumnBuilder::Boolean(column) => {
                let known =
                    [(&b"true"[..], true), (b"false", false)].into_iter().find(|(word, _)| *word == value);
                column.append_option(known.map(|(_, truth)| truth));
                if known.is_some() { Fit::Exact } else { Fit::Inexact }
            }
            ColumnBuilder::Struct(column) => column.append(Some(value), "", &mut Leftovers::default()),
            ColumnBuilder::StructList(offsets, column) => append_list(offsets, column, value),
            ColumnBuilder::TextMap(offsets, keys, values) => append_map(offsets, keys, values, value),
        }
    }

    /// Appends a null row.
    pub(crate) fn append_nothing(&mut self) {
        match self {
            ColumnBuilder::Text(column)
            | ColumnBuilder::BooleanText(column)
            | ColumnBuilder::Json(column) => {
                column.append_null();
            }
            ColumnBuilder::Boolean(column) => column.append_null(),
            ColumnBuilder::Struct(column) => column.append_null(),
            ColumnBuilder::StructList(offsets, _) | ColumnBuilder::TextMap(offsets, ..) => {
                offsets.append(0, false);
            }
        }
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            ColumnBuilder::Text(column)
            | ColumnBuilder::BooleanText(column)
            | ColumnBuilder::Json(column) => Arc::new(column.finish()),
            ColumnBuilder::Boolean(column) => Arc::new(column.finish()),
            ColumnBuilder::Struct(column) => Arc::new(column.finish()?),
            ColumnBuilder::StructList(offsets, column) => {
                let (offsets, nulls) = offsets.finish();
                let items = column.finish()?;
                let item = list_item(arrow_array::Array::data_type(&items).clone());
                Arc::new(ListArray::try_new(item, offsets, Arc::new(items), Some(nulls))?)
            }
            ColumnBuilder::TextMap(offsets, keys, values) => {
                let (offsets, nulls) = offsets.finish();
                let entries: Vec<ArrayRef> = vec![Arc::new(keys.finish()), Arc::new(values.finish())];
                let entries = StructArray::try_new(map_entry_fields(), entries, None)?;
                Arc::new(MapArray::try_new(map_entries(), offsets, entries, Some(nulls), false)?)
            }
        })
    }
}

/// Appends a JSON array of objects. It fits only where every element does, with nothing left over.
fn append_list(offsets: &mut Offsets, column: &mut StructBuilder, value: &[u8]) -> Fit {
    let Some(Ok(elements)) = (value.first() == Some(&b'[')).then(|| elements(value)) else {
        offsets.append(0, false);
        return Fit::Inexact;
    };
    let mut left = Leftovers::default();
    let mut fit = Fit::Exact;
    for element in &elements {
        if column.append(Some(element), "", &mut left) == Fit::Inexact {
            fit = Fit::Inexact;
        }
    }
    offsets.append(elements.len(), true);
    if left.extra.is_empty() && left.nulls.is_empty() && !left.repeated { fit } else { Fit::Inexact }
}

/// Appends a JSON object of strings. It fits only where every value is a string and no name occurs twice.
fn append_map(
    offsets: &mut Offsets,
    keys: &mut StringBuilder,
    values: &mut StringBuilder,
    value: &[u8],
) -> Fit {
    let Some(Ok(members)) = (value.first() == Some(&b'{')).then(|| members(value)) else {
        offsets.append(0, false);
        return Fit::Inexact;
    };
    let mut fit = Fit::Exact;
    let mut length = 0;
    let mut seen: HashSet<&str> = HashSet::new();
    for member in &members {
        // readers disagree about repeated keys of a map: the first stays
        if !seen.insert(&member.name) {
            fit = Fit::Inexact;
            continue;
        }
        let text = string_text(member.value);
        if text.is_none() || string_text(member.raw_name).is_none() {
            fit = Fit::Inexact;
        }
        keys.append_value(&member.name);
        values.append_value(text.unwrap_or_else(|| String::from_utf8_lossy(member.value)));
        length += 1;
    }
    offsets.append(length, true);
    fit
}

impl Leftovers {
    fn add(&mut self, raw_name: &[u8], value: &[u8]) {
        if !self.extra.is_empty() {
            self.extra.push(',');
        }
        self.extra.push_str(&String::from_utf8_lossy(raw_name));
        self.extra.push(':');
        self.extra.push_str(&String::from_utf8_lossy(value));
    }
}

impl Validity {
    fn new() -> Self {
        Validity(BooleanBufferBuilder::new(1024))
    }

    fn append(&mut self, valid: bool) {
        self.0.append(valid);
    }

    fn finish(&mut self) -> NullBuffer {
        NullBuffer::new(self.0.finish())
    }
}

impl Offsets {
    pub(crate) fn new() -> Self {
        Offsets { ends: vec![0], valid: Validity::new() }
    }

    /// Appends a row of so many entries.
    pub(crate) fn append(&mut self, entries: usize, valid: bool) {
        let last = self.ends.last().copied().unwrap_or(0);
        // a batch holds a few MB of text: its entries are far fewer than i32::MAX
        self.ends.push(last.saturating_add(i32::try_from(entries).unwrap_or(i32::MAX)));
        self.valid.append(valid);
    }

    /// The offsets and which rows have a value; starts again.
    pub(crate) fn finish(&mut self) -> (OffsetBuffer<i32>, NullBuffer) {
        let ends = std::mem::replace(&mut self.ends, vec![0]);
        (OffsetBuffer::new(ends.into()), self.valid.finish())
    }
}
