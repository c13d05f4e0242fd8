use parquet::schema::parser::parse_message_type;
use parquet::schema::types::SchemaDescriptor;
use std::sync::Arc;

use super::*;

fn values(column: &str, layout: ColumnLayout) -> Result<Values> {
    let schema = parse_message_type(&format!("message rows {{ {column} }}")).unwrap();
    layout.values(&SchemaDescriptor::new(Arc::new(schema)).column(0))
}

const PLAIN: ColumnLayout = ColumnLayout { within: 0, unique: false, bloom_filter: false };
const UNIQUE: ColumnLayout = ColumnLayout { unique: true, ..PLAIN };
const FILTERED: ColumnLayout = ColumnLayout { bloom_filter: true, ..PLAIN };
const IN_A_GROUP: ColumnLayout = ColumnLayout { within: 4, ..PLAIN };

#[test]
fn the_schema_and_the_layout_say_what_values_are() {
    let is = |column, layout| values(column, layout).unwrap();
    assert_eq!(is("optional binary a (UTF8);", PLAIN), Values::Repeating);
    assert_eq!(is("optional binary a;", UNIQUE), Values::Unique);
    assert_eq!(is("optional int64 a (TIMESTAMP_MICROS);", FILTERED), Values::Int64);
    assert_eq!(is("optional boolean a;", PLAIN), Values::Boolean);
    assert_eq!(is("optional group g { optional binary a (UTF8); }", IN_A_GROUP), Values::Repeating);
    let list = "optional group l (LIST) { repeated group list { required binary element (UTF8); } }";
    assert_eq!(is(list, PLAIN), Values::Repeating);
}

#[test]
fn columns_that_would_be_written_wrongly_are_refused() {
    let list = "optional group l (LIST) { repeated group list { required binary element (UTF8); } }";
    let deep = ColumnLayout { within: 7, ..PLAIN };
    for (column, layout) in [
        ("required binary a (UTF8);", PLAIN),
        ("optional binary a (UTF8);", IN_A_GROUP),
        ("optional group g { optional binary a (UTF8); }", PLAIN),
        (list, deep),
        ("optional int32 a;", PLAIN),
        ("optional double a;", PLAIN),
        ("optional int64 a (UINT_64);", PLAIN),
        ("optional int64 a;", UNIQUE),
        ("optional boolean a;", UNIQUE),
        ("optional boolean a;", FILTERED),
    ] {
        let error = values(column, layout).unwrap_err().to_string();
        assert!(error.contains("column "), "{column}: {error}");
    }
}
