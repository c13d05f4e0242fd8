use std::collections::BTreeMap;

use cloudtrail_model::partition_columns;
use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use parquet::basic::{LogicalType, TimeUnit};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::Type;

use super::*;
use crate::testing::encoded_rows::parquet_of;

/// The schema that a file of a table has.
fn file_schema(table: Table) -> Type {
    let file = SerializedFileReader::new(parquet_of(table, &[b"{}"])).unwrap();
    file.metadata().file_metadata().schema().clone()
}

/// Every node below a type with its id, by its path without the repeated groups, which have none.
fn ids(of: &Type, path: &str, found: &mut BTreeMap<String, i32>) {
    for child in of.get_fields() {
        let info = child.get_basic_info();
        if matches!(child.name(), "list" | "key_value") && !info.has_id() {
            ids_below(child, path, found);
            continue;
        }
        let path = format!("{path}{}", child.name());
        assert!(info.has_id(), "{path} has no id");
        found.insert(path.clone(), info.id());
        ids_below(child, &format!("{path}."), found);
    }
}

fn ids_below(of: &Type, path: &str, found: &mut BTreeMap<String, i32>) {
    if of.is_group() {
        ids(of, path, found);
    }
}

/// The ids that the column table has.
fn expected_ids(columns: &[Column], path: &str, found: &mut BTreeMap<String, i32>) {
    for column in columns {
        let path = format!("{path}{}", column.name);
        found.insert(path.clone(), column.field_id);
        match column.column_type {
            ColumnType::Struct(members) => expected_ids(members, &format!("{path}."), found),
            ColumnType::StructList { element, members } => {
                found.insert(format!("{path}.element"), element);
                expected_ids(members, &format!("{path}.element."), found);
            }
            ColumnType::TextMap { key, value } => {
                found.insert(format!("{path}.key"), key);
                found.insert(format!("{path}.value"), value);
            }
            ColumnType::TextList { element } => {
                found.insert(format!("{path}.element"), element);
            }
            _ => {}
        }
    }
}

#[test]
fn every_node_of_a_file_has_the_field_id_of_the_column_table() {
    for table in Table::ALL {
        let (mut found, mut expected) = (BTreeMap::new(), BTreeMap::new());
        ids(&file_schema(table), "", &mut found);
        expected_ids(columns(table), "", &mut expected);
        assert_eq!(found, expected, "{table}");
        let reserved = partition_columns(table).map(|column| column.field_id);
        assert!(found.values().all(|id| !reserved.contains(id)), "{table}");
    }
}

#[test]
fn a_reader_of_a_file_gets_the_arrow_schema_with_its_ids() {
    for table in Table::ALL {
        let metadata = ArrowReaderMetadata::load(&parquet_of(table, &[b"{}"]), Default::default()).unwrap();
        assert_eq!(**metadata.schema(), arrow_schema(table), "{table}");
        let first = &metadata.schema().fields()[0];
        assert_eq!(first.metadata()[PARQUET_FIELD_ID_META_KEY], "1", "{table}");
    }
}

#[test]
fn event_timestamp_is_in_microseconds_of_utc() {
    for table in Table::ALL {
        let schema = file_schema(table);
        let column = schema.get_fields().iter().find(|column| column.name() == "eventTimestamp").unwrap();
        let logical = column.get_basic_info().logical_type_ref();
        let micros = LogicalType::timestamp(true, TimeUnit::MICROS);
        assert_eq!(logical, Some(&micros), "{table}");
    }
}
