//! Tests only: records become rows by Arrow's builders, as the oracle of what shredding and encoding make of them.
//!
//! Where a member is of the type its column has, the column holds it. Otherwise the column has something like it for
//! queries, and [`EXTRA_FIELDS`](cloudtrail_model::EXTRA_FIELDS) the value as written. A record with a member twice is
//! kept whole beside its columns: JSON readers disagree about which of the two counts.

use std::sync::Arc;

use arrow_array::builder::{StringBuilder, TimestampMillisecondBuilder};
use arrow_array::{ArrayRef, ListArray, RecordBatch};
use arrow_schema::{ArrowError, DataType, SchemaRef};
use cloudtrail_model::{Origin, Table, columns, event_time_millis, members, string_text};

use crate::arrow_schema;
use crate::arrow_types::list_item;
use crate::column_builder::{Leftovers, Offsets, StructBuilder};

/// Rows under construction.
#[derive(Debug)]
pub(crate) struct RowBuilder {
    schema: SchemaRef,
    /// The columns that CloudTrail's members have.
    members: StructBuilder,
    /// Which of them is eventTime.
    event_time: Option<usize>,
    event_timestamp: TimestampMillisecondBuilder,
    extra_fields: StringBuilder,
    null_fields: (Offsets, StringBuilder),
    raw_record: StringBuilder,
}

impl RowBuilder {
    /// No rows yet.
    pub(crate) fn new(table: Table) -> Self {
        let all = columns(table);
        let made = all.iter().position(|column| column.origin == Origin::Trailmill).unwrap_or(all.len());
        let members = &all[..made];
        RowBuilder {
            schema: Arc::new(arrow_schema(table)),
            members: StructBuilder::new(members),
            event_time: members.iter().position(|column| column.name == "eventTime"),
            event_timestamp: TimestampMillisecondBuilder::new().with_timezone("UTC"),
            extra_fields: StringBuilder::new(),
            null_fields: (Offsets::new(), StringBuilder::new()),
            raw_record: StringBuilder::new(),
        }
    }

    /// Appends a record, given as its line of NDJSON.
    pub(crate) fn append(&mut self, line: &[u8]) {
        let mut left = Leftovers::default();
        let mut time = None;
        match members(line) {
            Ok(members) => {
                let values = self.members.assign(&members, &mut left);
                let text = self.event_time.and_then(|at| values[at]).and_then(string_text);
                time = text.and_then(|text| event_time_millis(&text));
                self.members.append_values(values, "", &mut left);
            }
            // no JSON object: nothing but its text is known
            Err(_) => {
                self.members.append_null();
                left.repeated = true;
            }
        }
        self.event_timestamp.append_option(time);
        self.extra_fields.append_option((!left.extra.is_empty()).then(|| format!("{{{}}}", left.extra)));
        let (offsets, paths) = &mut self.null_fields;
        offsets.append(left.nulls.len(), !left.nulls.is_empty());
        left.nulls.iter().for_each(|path| paths.append_value(path));
        self.raw_record.append_option(left.repeated.then(|| String::from_utf8_lossy(line)));
    }

    /// The rows so far; the builder starts again.
    pub(crate) fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        let (mut arrays, _) = self.members.finish_columns()?;
        let (offsets, paths) = &mut self.null_fields;
        let (offsets, nulls) = offsets.finish();
        let paths: ArrayRef = Arc::new(paths.finish());
        let null_fields = ListArray::try_new(list_item(DataType::Utf8), offsets, paths, Some(nulls))?;
        // in the order of the column table
        arrays.push(Arc::new(self.event_timestamp.finish()));
        arrays.push(Arc::new(self.extra_fields.finish()));
        arrays.push(Arc::new(null_fields));
        arrays.push(Arc::new(self.raw_record.finish()));
        RecordBatch::try_new(self.schema.clone(), arrays)
    }
}

#[cfg(test)]
#[path = "flatten_tests.rs"]
mod tests;
