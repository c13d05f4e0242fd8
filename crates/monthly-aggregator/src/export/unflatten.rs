//! Unflatten: rows back to the records they were made of.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ListArray, RecordBatch, StringArray};
use arrow_schema::ArrowError;
use cloudtrail_model::{EXTRA_FIELDS, NULL_FIELDS, Origin, RAW_RECORD, Table, columns};

use crate::export::column_reader::{StructReader, Surplus};

/// Appends every row of a batch of a table as a line of NDJSON, equal as JSON to the record it was made of.
///
/// # Errors
/// Fails if the batch does not have the columns of the table.
pub fn append_lines(batch: &RecordBatch, table: Table, ndjson: &mut Vec<u8>) -> Result<(), ArrowError> {
    let all = columns(table);
    let schema = batch.schema();
    let known = |name: &str| all.iter().any(|column| column.name == name);
    if let Some(field) = schema.fields().iter().find(|field| !known(field.name())) {
        let name = field.name();
        let wrong = format!("column {name} is not known; a newer trailmill wrote it: upgrade this one");
        return Err(ArrowError::SchemaError(wrong));
    }
    let text = |name: &str| -> Option<&StringArray> { batch.column_by_name(name)?.as_string_opt() };
    let (extra, raw) = (text(EXTRA_FIELDS), text(RAW_RECORD));
    let nulls: Option<&ListArray> = batch.column_by_name(NULL_FIELDS).and_then(|array| array.as_list_opt());
    let made = all.iter().position(|column| column.origin == Origin::Trailmill).unwrap_or(all.len());
    let rows = StructReader::new(&all[..made], |name| batch.column_by_name(name));
    for row in 0..batch.num_rows() {
        match value(raw, row) {
            Some(raw) => ndjson.extend_from_slice(raw.as_bytes()),
            None => {
                let paths = nulls.filter(|nulls| nulls.is_valid(row)).map(|nulls| nulls.value(row));
                let paths = paths.as_ref().and_then(|paths| paths.as_string_opt::<i32>());
                let nulls: Vec<&str> = paths.into_iter().flat_map(|paths| paths.iter().flatten()).collect();
                let extra = value(extra, row).map(str::as_bytes);
                rows.append(row, &Surplus { extra, nulls: &nulls, path: String::new() }, ndjson);
            }
        }
        ndjson.push(b'\n');
    }
    Ok(())
}

fn value(array: Option<&StringArray>, row: usize) -> Option<&str> {
    array.filter(|array| array.is_valid(row)).map(|array| array.value(row))
}

#[cfg(test)]
#[path = "unflatten_tests.rs"]
mod tests;
