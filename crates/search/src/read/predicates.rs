//! The conditions of a query as predicates on columns, which the reader evaluates one after the other: each reads its columns for
//! the rows that are left.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMicrosecondType;
use arrow_array::{Array, ArrayRef, BooleanArray, ListArray, RecordBatch, StringArray};
use arrow_schema::ArrowError;
use cloudtrail_model::{Day, EVENT_TIMESTAMP};
use monthly_aggregator::append_lines;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowPredicate, ArrowPredicateFn, RowFilter};
use parquet::schema::types::SchemaDescriptor;

use crate::explain::Counters;
use crate::filter::field::Place;
use crate::filter::query::{TableCondition, TableQuery};
use crate::read::row_groups::Times;
use crate::record::line_match;

/// Rows by whether they have an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    /// All of them.
    All,
    /// Those that have one.
    Dated,
    /// Those that have none.
    Undated,
}

/// The predicates for the rows of a row group; `None` if every row is looked for. Rows of the replaced event days do not count.
pub(crate) fn predicates(
    query: &TableQuery,
    (times, rows): (Times, Rows),
    replaced: &BTreeSet<Day>,
    schema: &SchemaDescriptor,
    counters: &Arc<Counters>,
) -> Option<RowFilter> {
    let mut predicates: Vec<Box<dyn ArrowPredicate>> = Vec::new();
    if !times.are_in(query) || !replaced.is_empty() || rows != Rows::All {
        let (query, replaced) = (query.clone(), replaced.clone());
        let columns = ProjectionMask::columns(schema, [EVENT_TIMESTAMP]);
        predicates.push(Box::new(ArrowPredicateFn::new(columns, move |batch| {
            Ok(by_time(&batch, &query, rows, &replaced))
        })));
    }
    for condition in &query.conditions {
        let paths: Vec<String> = condition.places.iter().map(|place| place.column_path()).collect();
        let columns = match paths.iter().any(String::is_empty) {
            true => ProjectionMask::all(),
            false => ProjectionMask::columns(schema, paths.iter().map(String::as_str)),
        };
        let (condition, table) = (condition.clone(), query.table);
        let decide = move |batch: RecordBatch| match condition.places.as_slice() {
            [Place::Record] => {
                let mut lines = Vec::new();
                append_lines(&batch, table, &mut lines)?;
                Ok(lines_of(&lines).map(|line| Some(line_match::has_token(&condition, line))).collect())
            }
            places => by_places(&batch, &condition, places),
        };
        predicates.push(Box::new(ArrowPredicateFn::new(columns, decide)));
    }
    let mut predicates = predicates.into_iter();
    let mut first = predicates.next()?;
    let counters = counters.clone();
    let counting = ArrowPredicateFn::new(first.projection().clone(), move |batch| {
        counters.rows_decided.add(batch.num_rows() as u64);
        first.evaluate(batch)
    });
    let counting: Box<dyn ArrowPredicate> = Box::new(counting);
    Some(RowFilter::new(std::iter::once(counting).chain(predicates).collect()))
}

/// The lines of NDJSON.
pub(crate) fn lines_of(ndjson: &[u8]) -> impl Iterator<Item = &[u8]> {
    ndjson.strip_suffix(b"\n").into_iter().flat_map(|lines| lines.split(|byte| *byte == b'\n'))
}

fn by_time(batch: &RecordBatch, query: &TableQuery, rows: Rows, replaced: &BTreeSet<Day>) -> BooleanArray {
    let counts = |instant: Option<i64>| {
        let day = instant.filter(|_| !replaced.is_empty()).and_then(Day::of_instant);
        let is_of_rows = match rows {
            Rows::All => true,
            Rows::Dated => instant.is_some(),
            Rows::Undated => instant.is_none(),
        };
        is_of_rows && query.has(instant) && !day.is_some_and(|day| replaced.contains(&day))
    };
    let column = batch.column_by_name(EVENT_TIMESTAMP);
    match column.and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>()) {
        Some(instants) => instants.iter().map(|instant| Some(counts(instant))).collect(),
        None => BooleanArray::from(vec![counts(None); batch.num_rows()]),
    }
}

/// Whether rows have an accepted text at one of the places.
fn by_places(
    batch: &RecordBatch,
    condition: &TableCondition,
    places: &[Place],
) -> Result<BooleanArray, ArrowError> {
    let mut accepted = vec![false; batch.num_rows()];
    for place in places {
        match place {
            Place::Member(path) => {
                if let Some(texts) = texts(batch, path)? {
                    each_text(texts, &mut accepted, |text| condition.accepts(text));
                }
            }
            Place::Strings(name) => {
                if let Some(json) = texts(batch, &[name])? {
                    each_text(json, &mut accepted, |json| line_match::has_string(condition, json.as_bytes()));
                }
            }
            Place::Elements(list, member) => by_elements(batch, condition, (list, member), &mut accepted)?,
            // alone among the places of its field
            Place::Record => {}
        }
    }
    Ok(BooleanArray::from(accepted))
}

/// Marks the rows whose text is accepted. Rows with the same text follow each other, so the answer to the last text is kept.
fn each_text(texts: &StringArray, accepted: &mut [bool], accepts: impl Fn(&str) -> bool) {
    let mut last: Option<(&str, bool)> = None;
    for (text, accepted) in texts.iter().zip(accepted) {
        let Some(text) = text.filter(|_| !*accepted) else { continue };
        *accepted = match last {
            Some((same, answer)) if same == text => answer,
            _ => accepts(text),
        };
        last = Some((text, *accepted));
    }
}

/// Marks the rows of which an element of a list has an accepted text.
fn by_elements(
    batch: &RecordBatch,
    condition: &TableCondition,
    (list, member): (&str, &str),
    accepted: &mut [bool],
) -> Result<(), ArrowError> {
    let Some(array) = batch.column_by_name(list) else { return Ok(()) };
    let lists: &ListArray = array.as_list_opt().ok_or_else(|| unexpected(list))?;
    let elements = lists.values().as_struct_opt().ok_or_else(|| unexpected(list))?;
    let Some(texts) = elements.column_by_name(member) else { return Ok(()) };
    let texts: &StringArray = texts.as_string_opt().ok_or_else(|| unexpected(member))?;
    for (row, accepted) in accepted.iter_mut().enumerate().filter(|(row, _)| lists.is_valid(*row)) {
        let at = |row: usize| usize::try_from(lists.value_offsets()[row]).unwrap_or_default();
        let mut elements = (at(row)..at(row + 1)).filter(|element| texts.is_valid(*element));
        *accepted = *accepted || elements.any(|element| condition.accepts(texts.value(element)));
    }
    Ok(())
}

/// The column of texts with a path; `None` if the file does not have it.
fn texts<'b>(batch: &'b RecordBatch, path: &[&str]) -> Result<Option<&'b StringArray>, ArrowError> {
    let Some((first, below)) = path.split_first() else { return Ok(None) };
    let mut found: Option<&ArrayRef> = batch.column_by_name(first);
    for name in below {
        let Some(array) = found else { return Ok(None) };
        let members = array.as_struct_opt().ok_or_else(|| unexpected(&path.join(".")))?;
        found = members.column_by_name(name);
    }
    found.map(|array| array.as_string_opt().ok_or_else(|| unexpected(&path.join(".")))).transpose()
}

fn unexpected(path: &str) -> ArrowError {
    ArrowError::SchemaError(format!(
        "column {path} has another type; a newer trailmill wrote it: upgrade this one"
    ))
}
