use std::collections::BTreeSet;

use super::*;
use crate::table::column::{ColumnType, EVENT_TIMESTAMP, EXTRA_FIELDS, NULL_FIELDS, Origin, RAW_RECORD};

/// Every column and member of a table, as a dotted path.
fn paths(columns: &'static [Column], prefix: &str, all: &mut Vec<(String, Column)>) {
    for column in columns {
        let path = format!("{prefix}{}", column.name);
        all.push((path.clone(), *column));
        paths(column.column_type.members(), &format!("{path}."), all);
    }
}

fn every_column() -> Vec<(String, Column)> {
    let mut all = Vec::new();
    for table in Table::ALL {
        paths(columns(table), &format!("{table}."), &mut all);
    }
    all
}

fn assert_no_name_twice(columns: &'static [Column], place: &str) {
    let mut names = BTreeSet::new();
    for column in columns {
        assert!(names.insert(column.name.to_ascii_lowercase()), "{place} has {} twice", column.name);
        assert_no_name_twice(column.column_type.members(), &format!("{place}.{}", column.name));
    }
}

#[test]
fn no_struct_has_a_name_twice_whatever_the_case() {
    for table in Table::ALL {
        assert_no_name_twice(columns(table), table.as_str());
    }
}

#[test]
fn no_column_is_named_like_a_partition() {
    for table in Table::ALL {
        for column in columns(table) {
            assert!(
                !["year", "month"].contains(&column.name.to_ascii_lowercase().as_str()),
                "{}",
                column.name
            );
        }
    }
}

#[test]
fn every_column_says_in_one_sentence_what_it_holds() {
    for (path, column) in every_column() {
        assert!(column.about.len() > 10, "{path} says nothing");
        assert!(column.about.ends_with('.'), "{path} ends without a full stop");
        assert!(!column.about.contains(['|', '\n']), "{path} would break the table in the docs");
    }
}

#[test]
fn the_ddl_of_aws_comes_first_then_newer_members_then_made_columns() {
    fn check(columns: &'static [Column], place: &str) {
        let order = |column: &Column| match column.origin {
            Origin::Athena => 0,
            Origin::Newer => 1,
            Origin::Trailmill => 2,
        };
        assert!(columns.is_sorted_by_key(order), "{place}");
        for column in columns {
            check(column.column_type.members(), column.name);
        }
    }
    for table in Table::ALL {
        check(columns(table), table.as_str());
    }
}

#[test]
fn a_member_that_aws_has_no_ddl_for_has_no_member_that_it_has() {
    for (path, column) in every_column() {
        if column.origin == Origin::Newer {
            let members = column.column_type.members();
            assert!(members.iter().all(|member| member.origin == Origin::Newer), "{path}");
        }
    }
}

#[test]
fn every_table_ends_with_the_made_columns_and_has_no_others() {
    for table in Table::ALL {
        let made: Vec<(&str, ColumnType)> = columns(table)
            .iter()
            .filter(|column| column.origin == Origin::Trailmill)
            .map(|column| (column.name, column.column_type))
            .collect();
        let expected = [
            (EVENT_TIMESTAMP, ColumnType::TimestampMicros),
            (EXTRA_FIELDS, ColumnType::Json),
            (NULL_FIELDS, made[2].1),
            (RAW_RECORD, ColumnType::Text),
        ];
        assert_eq!(made, expected, "{table}");
        assert!(matches!(made[2].1, ColumnType::TextList { .. }), "{table}");
    }
}

#[test]
fn types_that_trailmill_makes_are_never_read_from_a_member() {
    for (path, column) in every_column() {
        let made = matches!(column.column_type, ColumnType::TimestampMicros | ColumnType::TextList { .. });
        assert!(!made || column.origin == Origin::Trailmill, "{path}");
    }
}

#[test]
fn a_column_of_the_ddl_is_in_the_main_table_too_in_the_same_order() {
    let main: Vec<String> =
        columns(Table::CloudTrail).iter().map(|column| column.name.to_ascii_lowercase()).collect();
    for table in Table::ALL {
        let places: Vec<Option<usize>> = columns(table)
            .iter()
            .filter(|column| column.origin == Origin::Athena)
            .map(|column| main.iter().position(|name| *name == column.name.to_ascii_lowercase()))
            .collect();
        assert!(places.iter().all(Option::is_some), "{table}");
        assert!(places.is_sorted(), "{table}");
    }
}

#[test]
fn ids_are_unique_and_what_investigations_look_for_has_bloom_filters() {
    let paths = |is: fn(&Column) -> bool| -> Vec<String> {
        every_column().into_iter().filter(|(_, column)| is(column)).map(|(path, _)| path).collect()
    };
    let mut unique = Vec::new();
    let mut filtered = Vec::new();
    for table in Table::ALL {
        let of_table =
            |names: &[&str]| -> Vec<String> { names.iter().map(|name| format!("{table}.{name}")).collect() };
        let (ids, wanted): (&[&str], &[&str]) = match table {
            Table::CloudTrail | Table::NetworkActivity => (
                &["requestID", "eventID", "sharedEventID"],
                &["userIdentity.accessKeyId", "sourceIPAddress", "eventID"],
            ),
            Table::Insight => (&["eventID", "sharedEventID"], &["eventID"]),
            Table::Aggregated => (&["eventId"], &["eventId"]),
        };
        unique.extend(of_table(ids));
        filtered.extend(of_table(wanted));
    }
    assert_eq!(paths(|column| column.unique), unique);
    assert_eq!(paths(|column| column.bloom_filter), filtered);
}

#[test]
fn only_texts_are_unique_or_have_bloom_filters() {
    for (path, column) in every_column() {
        let special = column.unique || column.bloom_filter;
        assert!(!special || column.column_type == ColumnType::Text, "{path}");
    }
}
