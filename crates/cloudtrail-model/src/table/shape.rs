//! The column table as a tree: which leaf column a member of a record goes to, and at which level.

use crate::table::column::{Column, ColumnType, EVENT_TIMESTAMP, EXTRA_FIELDS, NULL_FIELDS, RAW_RECORD};
use crate::table::columns::columns;
use crate::{Origin, Table};

/// One leaf of a table's columns: what a Parquet file has a column chunk for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf {
    /// The structs it is in, a bit each of [`ShreddedRow::present`](crate::ShreddedRow::present). A row without a value
    /// here is defined as deep as it has those structs.
    pub within: u32,
    /// Whether it is in a list or a map, so that a row has any number of values.
    pub repeated: bool,
    /// [`Column::unique`](field@crate::Column::unique) of its column.
    pub unique: bool,
    /// [`Column::bloom_filter`](field@crate::Column::bloom_filter) of its column.
    pub bloom_filter: bool,
}

/// The columns of a table as leaves, in the order of their Parquet schema.
#[derive(Debug)]
pub struct Shape {
    pub(crate) levels: Vec<Level>,
    leaves: Vec<Leaf>,
    /// The dotted path of each member, by [`Node::id`].
    pub(crate) paths: Vec<String>,
    /// The leaf of each derived column.
    pub(crate) event_timestamp: u8,
    pub(crate) extra_fields: u8,
    pub(crate) null_fields: u8,
    pub(crate) raw_record: u8,
    structs: u32,
}

/// The members that an object of one kind may have. Level 0 is the record.
#[derive(Debug, Default)]
pub(crate) struct Level {
    pub(crate) nodes: Vec<Node>,
}

/// A member that has a column.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) name: &'static str,
    /// The name with its quotes and the colon, as a record without white space has it.
    pub(crate) quoted: Vec<u8>,
    /// Its number among all members of all levels, parents before children.
    pub(crate) id: u8,
    /// Its leaf; the first of them where it has several.
    pub(crate) leaf: u8,
    /// How deep its parent is defined.
    pub(crate) outer: u8,
    pub(crate) kind: Kind,
    pub(crate) key: Option<Key>,
}

/// How the value of a member is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    BooleanText,
    Boolean,
    Json,
    /// A level of its own, and its bit.
    Struct(usize, u32),
    /// The level of its elements.
    List(usize),
    Map,
}

/// Members that decide where a record goes, as [`Record`](crate::Record) has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    EventId,
    /// `eventId`, as aggregated events have it.
    AggregatedId,
    EventTime,
    EventSource,
    EventName,
    /// A member of userIdentity; of several the one of the highest rank counts.
    Identity(u8),
}

impl Shape {
    /// The shape of a table.
    pub fn new(table: Table) -> Self {
        let all = columns(table);
        let made = all.iter().position(|column| column.origin == Origin::Trailmill).unwrap_or(all.len());
        let mut shape = Shape {
            levels: Vec::new(),
            leaves: Vec::new(),
            paths: Vec::new(),
            event_timestamp: 0,
            extra_fields: 0,
            null_fields: 0,
            raw_record: 0,
            structs: 0,
        };
        shape.add_level(&all[..made], "", 0);
        for column in &all[made..] {
            let leaf = shape.add_leaf(column, 0, matches!(column.column_type, ColumnType::TextList { .. }));
            match column.name {
                EVENT_TIMESTAMP => shape.event_timestamp = leaf,
                EXTRA_FIELDS => shape.extra_fields = leaf,
                NULL_FIELDS => shape.null_fields = leaf,
                RAW_RECORD => shape.raw_record = leaf,
                _ => {}
            }
        }
        shape
    }

    /// The leaves, in the order of their Parquet schema.
    pub fn leaves(&self) -> &[Leaf] {
        &self.leaves
    }

    fn add_leaf(&mut self, column: &Column, within: u32, repeated: bool) -> u8 {
        let Column { unique, bloom_filter, .. } = *column;
        let leaf = number(self.leaves.len());
        self.leaves.push(Leaf { within, repeated, unique, bloom_filter });
        leaf
    }

    /// Adds a level and those below it; `within` are the structs it is in.
    fn add_level(&mut self, columns: &'static [Column], path: &str, within: u32) -> usize {
        let level = self.levels.len();
        self.levels.push(Level::default());
        for column in columns {
            let name = column.name;
            let id = number(self.paths.len());
            self.paths.push(format!("{path}{name}"));
            let leaf = number(self.leaves.len());
            let kind = match column.column_type {
                ColumnType::Struct(members) => {
                    let bit = 1 << self.structs;
                    self.structs += 1;
                    Kind::Struct(self.add_level(members, &format!("{path}{name}."), within | bit), bit)
                }
                ColumnType::StructList { members, .. } => {
                    let first = self.leaves.len();
                    let inner = self.add_level(members, &format!("{path}{name}[]."), within);
                    self.leaves[first..].iter_mut().for_each(|leaf| leaf.repeated = true);
                    Kind::List(inner)
                }
                ColumnType::TextMap { .. } => {
                    self.add_leaf(column, within, true);
                    self.add_leaf(column, within, true);
                    Kind::Map
                }
                leaf => {
                    self.add_leaf(column, within, false);
                    match leaf {
                        ColumnType::BooleanText => Kind::BooleanText,
                        ColumnType::Boolean => Kind::Boolean,
                        ColumnType::Json => Kind::Json,
                        _ => Kind::Text,
                    }
                }
            };
            let quoted = format!("\"{name}\":").into_bytes();
            let key = key(path, name);
            let outer = u8::try_from(within.count_ones()).unwrap_or(u8::MAX);
            self.levels[level].nodes.push(Node { name, quoted, id, leaf, outer, kind, key });
        }
        level
    }
}

fn key(path: &str, name: &str) -> Option<Key> {
    Some(match (path, name) {
        ("", "eventID") => Key::EventId,
        ("", "eventId") => Key::AggregatedId,
        ("", "eventTime") => Key::EventTime,
        ("", "eventSource") => Key::EventSource,
        ("", "eventName") => Key::EventName,
        ("userIdentity.", "arn") => Key::Identity(4),
        ("userIdentity.", "principalId") => Key::Identity(3),
        ("userIdentity.", "invokedBy") => Key::Identity(2),
        ("userIdentity.", "accountId") => Key::Identity(1),
        _ => return None,
    })
}

/// The column tables are short: a test holds them below 128 members and leaves.
fn number(count: usize) -> u8 {
    u8::try_from(count).unwrap_or(u8::MAX)
}

#[cfg(test)]
#[path = "shape_tests.rs"]
mod tests;
