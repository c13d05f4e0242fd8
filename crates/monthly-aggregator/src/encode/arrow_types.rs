//! The Arrow types of the column table.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields, Schema, TimeUnit};
use cloudtrail_model::{Column, ColumnType, Table, columns};
use parquet::arrow::PARQUET_FIELD_ID_META_KEY;

/// The Arrow schema of a table: every column, all of them nullable. The metadata of each field, nested ones too, has its Parquet
/// field id, under the key that the parquet crate writes it from.
pub fn arrow_schema(table: Table) -> Schema {
    Schema::new(fields(columns(table)))
}

/// The fields of some columns.
fn fields(columns: &[Column]) -> Fields {
    columns.iter().map(|column| field(column.field_id, column.name, data_type(column.column_type))).collect()
}

/// A nullable field with an id.
fn field(id: i32, name: &str, data_type: DataType) -> Field {
    Field::new(name, data_type, true).with_metadata([(PARQUET_FIELD_ID_META_KEY, id.to_string())])
}

fn data_type(column_type: ColumnType) -> DataType {
    match column_type {
        ColumnType::Text | ColumnType::BooleanText | ColumnType::Json => DataType::Utf8,
        ColumnType::Boolean => DataType::Boolean,
        ColumnType::Struct(members) => DataType::Struct(fields(members)),
        ColumnType::StructList { element, members } => list(element, DataType::Struct(fields(members))),
        ColumnType::TextMap { key, value } => text_map(key, value),
        ColumnType::TimestampMicros => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        ColumnType::TextList { element } => list(element, DataType::Utf8),
    }
}

/// A list, its item named as the Parquet format has it (LogicalTypes.md, Lists).
fn list(element_id: i32, item: DataType) -> DataType {
    DataType::List(Arc::new(field(element_id, "element", item)))
}

/// A map of texts, its entries named as the Parquet format has them (LogicalTypes.md, Maps).
fn text_map(key_id: i32, value_id: i32) -> DataType {
    let key = field(key_id, "key", DataType::Utf8).with_nullable(false);
    let entry = DataType::Struct(Fields::from(vec![key, field(value_id, "value", DataType::Utf8)]));
    DataType::Map(Arc::new(Field::new("key_value", entry, false)), false)
}

#[cfg(test)]
#[path = "arrow_types_tests.rs"]
mod tests;
