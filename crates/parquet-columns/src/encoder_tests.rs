use parquet::schema::parser::parse_message_type;
use parquet::schema::types::SchemaDescriptor;

use super::*;
use crate::testing::rows::TestRow;

fn schema(columns: &str) -> SchemaDescPtr {
    let message = format!("message rows {{ {columns} }}");
    Arc::new(SchemaDescriptor::new(Arc::new(parse_message_type(&message).unwrap())))
}

fn list() -> SchemaDescPtr {
    schema("optional group l (LIST) { repeated group list { optional binary element (UTF8); } }")
}

/// What is wrong with some entries of the first column.
fn refused(schema: SchemaDescPtr, entries: &[Option<(u8, u8)>]) -> String {
    let mut row = TestRow::default();
    entries.iter().for_each(|levels| row.push(0, *levels, b"x"));
    let encoder = RowGroupEncoder::new(schema, &[ColumnLayout::default()], 3).unwrap();
    encoder.encode(&[row]).unwrap_err().to_string()
}

#[test]
fn each_leaf_has_one_layout() {
    let layout = ColumnLayout::default();
    let of = |layouts: &[ColumnLayout], level| {
        RowGroupEncoder::new(schema("optional binary a; optional int64 b;"), layouts, level)
    };
    of(&[layout; 2], 22).unwrap();
    for wrong in [of(&[layout], 3), of(&[layout; 3], 3), of(&[layout; 2], 23)] {
        wrong.unwrap_err();
    }
}

#[test]
fn levels_that_the_schema_does_not_have_are_refused() {
    let plain = || schema("optional binary a (UTF8);");
    assert!(refused(plain(), &[Some((0, 1))]).contains("column a: only values of a repeated column"));
    assert!(refused(list(), &[None]).contains("column l.list.element: only values of a repeated column"));
    let no_such: [&[(u8, u8)]; 5] =
        [&[(0, 4)], &[(0, 3), (2, 3)], &[(1, 3)], &[(0, 3), (0, 3)], &[(0, 3), (1, 255)]];
    for entries in no_such {
        let entries: Vec<_> = entries.iter().copied().map(Some).collect();
        assert!(refused(list(), &entries).contains("no such levels"), "{entries:?}");
    }
}
