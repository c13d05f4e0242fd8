//! Tests only: the rows that records must become, by what docs/guide/schema.md says of the columns. It shares no code with the
//! shredder: serde_json reads the record, and a column holds a value if the column alone gives that value back.

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMicrosecondType;
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use cloudtrail_model::{
    Column, ColumnType, EVENT_TIMESTAMP, EXTRA_FIELDS, NULL_FIELDS, Origin, RAW_RECORD, Record, Table,
    columns, event_day, event_instant,
};

use crate::arrow_schema;
use crate::testing::encoded_rows::delivered;
use crate::testing::json_text::{canonical, elements, members, name, text};

/// What a row has of a column.
#[derive(Debug, Clone, PartialEq)]
enum Cell {
    Null,
    Text(String),
    Truth(bool),
    Micros(i64),
    Struct(Vec<Cell>),
    List(Vec<Cell>),
    Map(Vec<(String, String)>),
}

/// The members of an object, as written.
type Object<'a> = [(&'a str, &'a str)];

/// What the columns do not give back of an object.
#[derive(Default)]
struct Surplus {
    /// Members, as written: those no column knows, and those whose column gives something else back.
    extra: Vec<String>,
    /// Paths of the known members that are null.
    nulls: Vec<String>,
    /// Whether a member is there twice.
    twice: bool,
}

/// Asserts that a batch has a row for each line, with what must be in it.
pub(crate) fn assert_rows(table: Table, lines: &[&[u8]], batch: &RecordBatch) {
    assert_eq!(*batch.schema(), arrow_schema(table));
    assert_eq!(batch.num_rows(), lines.len());
    for (row, line) in lines.iter().enumerate() {
        let line = std::str::from_utf8(line).unwrap();
        for ((column, array), expected) in columns(table).iter().zip(batch.columns()).zip(cells(table, line))
        {
            let found = match cell_at(array, row) {
                // in which order members are there is not promised
                Cell::Text(extra) if column.name == EXTRA_FIELDS => Cell::Text(canonical(&extra)),
                found => found,
            };
            assert_eq!(found, expected, "{} of {line}", column.name);
        }
    }
}

/// The cells of a record's row.
fn cells(table: Table, line: &str) -> Vec<Cell> {
    let known: Vec<Column> =
        columns(table).iter().filter(|column| column.origin != Origin::Trailmill).copied().collect();
    let record = members(line).unwrap();
    let Surplus { extra, nulls, twice } = surplus(&known, &record, "");
    let cell = |column: &Column| match column.name {
        _ if column.origin != Origin::Trailmill => cell(column.column_type, last(&record, column.name)),
        EVENT_TIMESTAMP => dated_instant(&record).map_or(Cell::Null, Cell::Micros),
        EXTRA_FIELDS if !extra.is_empty() => Cell::Text(canonical(&format!("{{{}}}", extra.join(",")))),
        NULL_FIELDS if !nulls.is_empty() => Cell::List(nulls.iter().cloned().map(Cell::Text).collect()),
        RAW_RECORD if twice => Cell::Text(line.to_owned()),
        _ => Cell::Null,
    };
    columns(table).iter().map(cell).collect()
}

/// The instant of a dated record: of its eventTime, or of the start of its window if its eventTime is no text or empty.
fn dated_instant(record: &Object<'_>) -> Option<i64> {
    let time = last(record, "eventTime").filter(|value| value.starts_with('"') && *value != "\"\"");
    let written = match time {
        Some(time) => time,
        None => last(&members(last(record, "timeWindow")?)?, "windowStart")?,
    };
    let line = format!("{{\"eventTime\":{}}}", quoted(&text(written)?));
    let instant = event_instant(&Record::from_line(line.as_bytes()).ok()?);
    instant.filter(|_| event_day(delivered(), instant).is_some())
}

/// The value of a member; of several the last.
fn last<'a>(object: &Object<'a>, wanted: &str) -> Option<&'a str> {
    object.iter().rfind(|(raw, _)| name(raw) == wanted).map(|(_, value)| *value)
}

/// What a column has of a value: a missing or null one is null; another type is its JSON text in a column of strings and
/// null in any other.
fn cell(column_type: ColumnType, value: Option<&str>) -> Cell {
    let Some(value) = value.filter(|value| *value != "null") else { return Cell::Null };
    let found = match column_type {
        ColumnType::Json => Some(Cell::Text(value.to_owned())),
        ColumnType::Text | ColumnType::BooleanText => Some(Cell::Text(text_of(value))),
        ColumnType::Boolean => value.parse().ok().map(Cell::Truth),
        ColumnType::Struct(columns) => members(value).map(|object| {
            let cell = |column: &Column| cell(column.column_type, last(&object, column.name));
            Cell::Struct(columns.iter().map(cell).collect())
        }),
        ColumnType::StructList { members: columns, .. } => elements(value).map(|elements| {
            let element = |element| cell(ColumnType::Struct(columns), Some(element));
            Cell::List(elements.into_iter().map(element).collect())
        }),
        ColumnType::TextMap { .. } => members(value).map(|object| {
            let names: Vec<String> = object.iter().map(|(raw, _)| name(raw)).collect();
            // a key is there once: the first
            let first = object.iter().enumerate().filter(|(at, _)| !names[..*at].contains(&names[*at]));
            Cell::Map(first.map(|(at, (_, value))| (names[at].clone(), text_of(value))).collect())
        }),
        ColumnType::TimestampMicros | ColumnType::TextList { .. } => None,
    };
    found.unwrap_or(Cell::Null)
}

/// The text of a string; of anything else the JSON.
fn text_of(value: &str) -> String {
    text(value).unwrap_or_else(|| value.to_owned())
}

fn surplus(columns: &[Column], object: &Object<'_>, path: &str) -> Surplus {
    let mut names: Vec<String> = object.iter().map(|(raw, _)| name(raw)).collect();
    let is_known = |raw: &str| columns.iter().any(|column| column.name == name(raw));
    let unknown = object.iter().filter(|(raw, _)| !is_known(raw));
    let extra = unknown.map(|(raw, value)| format!("{raw}:{value}")).collect();
    names.sort();
    let twice = names.windows(2).any(|pair| pair[0] == pair[1]);
    let mut all = Surplus { extra, twice, nulls: Vec::new() };
    for column in columns {
        let Some(value) = last(object, column.name) else { continue };
        match (column.column_type, members(value)) {
            _ if value == "null" => all.nulls.push(format!("{path}{}", column.name)),
            (ColumnType::Struct(columns), Some(object)) => {
                let inner = surplus(columns, &object, &format!("{path}{}.", column.name));
                all.twice |= inner.twice;
                all.nulls.extend(inner.nulls);
                if !inner.extra.is_empty() {
                    all.extra.push(format!("\"{}\":{{{}}}", column.name, inner.extra.join(",")));
                }
            }
            (column_type, _) => {
                let back = given_back(column_type, &cell(column_type, Some(value)));
                if back.is_none_or(|back| canonical(&back) != canonical(value)) {
                    all.extra.push(format!("\"{}\":{value}", column.name));
                }
            }
        }
    }
    all
}

/// The JSON that a cell alone stands for.
fn given_back(column_type: ColumnType, cell: &Cell) -> Option<String> {
    let member = |name: &str, value: String| format!("{}:{value}", quoted(name));
    Some(match (column_type, cell) {
        (_, Cell::Null) => return None,
        (ColumnType::Text, Cell::Text(text)) => quoted(text),
        (ColumnType::BooleanText, Cell::Text(text)) => text.parse::<bool>().ok()?.to_string(),
        (_, Cell::Text(json)) => json.clone(),
        (_, Cell::Truth(truth)) => truth.to_string(),
        (ColumnType::Struct(columns), Cell::Struct(cells)) => {
            let found = columns.iter().zip(cells).filter_map(|(column, cell)| {
                given_back(column.column_type, cell).map(|value| member(column.name, value))
            });
            format!("{{{}}}", found.collect::<Vec<_>>().join(","))
        }
        (ColumnType::StructList { members: columns, .. }, Cell::List(cells)) => {
            // elements are objects: one that is null is given back as an empty one
            let element = |cell| given_back(ColumnType::Struct(columns), cell).unwrap_or("{}".to_owned());
            format!("[{}]", cells.iter().map(element).collect::<Vec<_>>().join(","))
        }
        (_, Cell::Map(entries)) => {
            let entries = entries.iter().map(|(key, value)| member(key, quoted(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
        (column_type, cell) => panic!("{cell:?} is in no column of type {column_type:?}"),
    })
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

/// What an array has at a row.
fn cell_at(array: &dyn Array, row: usize) -> Cell {
    if array.is_null(row) {
        return Cell::Null;
    }
    let text = |array: &dyn Array, row| array.as_string::<i32>().value(row).to_owned();
    let entries = |offsets: &[i32]| {
        let [start, end] = [row, row + 1].map(|row| usize::try_from(offsets[row]).unwrap());
        start..end
    };
    match array.data_type() {
        DataType::Utf8 => Cell::Text(text(array, row)),
        DataType::Boolean => Cell::Truth(array.as_boolean().value(row)),
        DataType::Timestamp(..) => Cell::Micros(array.as_primitive::<TimestampMicrosecondType>().value(row)),
        DataType::Struct(_) => {
            Cell::Struct(array.as_struct().columns().iter().map(|array| cell_at(array, row)).collect())
        }
        DataType::List(_) => {
            let list = array.as_list::<i32>();
            Cell::List(entries(list.value_offsets()).map(|at| cell_at(list.values(), at)).collect())
        }
        DataType::Map(..) => {
            let map = array.as_map();
            let entry = |at| (text(map.keys(), at), text(map.values(), at));
            Cell::Map(entries(map.value_offsets()).map(entry).collect())
        }
        other => panic!("no column is {other}"),
    }
}
