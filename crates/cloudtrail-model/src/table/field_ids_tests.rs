use std::collections::{BTreeSet, VecDeque};

use super::*;
use crate::ColumnType;

/// Every id in use, a line each: table, id, path. By table, then by id.
const FIELD_IDS: &str = include_str!("field_ids.txt");

/// The highest id that was given breadth-first, before any column was added.
fn first_numbered(table: Table) -> i32 {
    match table {
        Table::CloudTrail | Table::NetworkActivity => 89,
        Table::Insight => 16,
        Table::Aggregated => 19,
    }
}

/// A node of a table's schema that has an id.
struct Node {
    id: i32,
    path: String,
    children: Vec<Node>,
}

impl Node {
    fn leaf(id: i32, path: String) -> Self {
        Node { id, path, children: Vec::new() }
    }

    fn of(column: &Column, prefix: &str) -> Self {
        let path = format!("{prefix}{}", column.name);
        let below = |name: &str| format!("{path}.{name}");
        let children = match column.column_type {
            ColumnType::Struct(members) => Node::of_all(members, &below("")),
            ColumnType::StructList { element, members } => {
                let children = Node::of_all(members, &below("element."));
                vec![Node { id: element, path: below("element"), children }]
            }
            ColumnType::TextMap { key, value } => {
                vec![Node::leaf(key, below("key")), Node::leaf(value, below("value"))]
            }
            ColumnType::TextList { element } => vec![Node::leaf(element, below("element"))],
            ColumnType::Text
            | ColumnType::BooleanText
            | ColumnType::Boolean
            | ColumnType::Json
            | ColumnType::TimestampMicros => Vec::new(),
        };
        Node { id: column.field_id, path, children }
    }

    fn of_all(columns: &[Column], prefix: &str) -> Vec<Self> {
        columns.iter().map(|column| Node::of(column, prefix)).collect()
    }
}

/// The ids of a table and their paths, breadth-first.
fn breadth_first(table: Table) -> Vec<(i32, String)> {
    let partitions =
        partition_columns(table).map(|column| Node::leaf(column.field_id, column.name.to_owned()));
    let mut waiting: VecDeque<Node> =
        Node::of_all(columns(table), "").into_iter().chain(partitions).collect();
    let mut found = Vec::new();
    while let Some(node) = waiting.pop_front() {
        found.push((node.id, node.path));
        waiting.extend(node.children);
    }
    found
}

#[test]
fn no_id_changes() {
    let mut expected = String::new();
    for table in Table::ALL {
        let mut nodes = breadth_first(table);
        nodes.sort();
        expected.extend(nodes.into_iter().map(|(id, path)| format!("{table} {id} {path}\n")));
    }
    for line in FIELD_IDS.lines() {
        assert!(expected.lines().any(|found| found == line), "a field id must never change: {line} is gone");
    }
    assert_eq!(expected, FIELD_IDS, "a new column needs a line in field_ids.txt");
}

#[test]
fn all_ids_of_a_table_differ() {
    for table in Table::ALL {
        let mut ids = BTreeSet::new();
        for (id, path) in breadth_first(table) {
            assert!(id > 0, "{table}: {path} has the id {id}");
            assert!(ids.insert(id), "{table}: {path} has the id {id} of another column");
        }
    }
}

#[test]
fn the_first_ids_were_given_breadth_first_and_later_ones_follow() {
    for table in Table::ALL {
        let ids: Vec<i32> = breadth_first(table).into_iter().map(|(id, _)| id).collect();
        let first: Vec<i32> = ids.iter().copied().filter(|id| *id <= first_numbered(table)).collect();
        assert_eq!(first, (1..=first_numbered(table)).collect::<Vec<_>>(), "{table}");
        let highest = ids.iter().max().copied().unwrap();
        assert_eq!(usize::try_from(highest).unwrap(), ids.len(), "{table}: no id is left out");
    }
}

#[test]
fn year_and_month_are_no_columns_of_the_files() {
    for table in Table::ALL {
        assert_eq!(partition_columns(table).map(|column| column.name), ["year", "month"], "{table}");
        assert!(columns(table).iter().all(|column| !["year", "month"].contains(&column.name)), "{table}");
    }
}
