//! The Arrow types of the column table.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields, Schema, TimeUnit};
use cloudtrail_model::{Column, ColumnType, Table, columns};

/// The Arrow schema of a table: every column, all of them nullable.
pub fn arrow_schema(table: Table) -> Schema {
    Schema::new(fields(columns(table)))
}

/// The fields of some columns.
pub(crate) fn fields(columns: &[Column]) -> Fields {
    columns.iter().map(|column| Field::new(column.name, data_type(column.column_type), true)).collect()
}

fn data_type(column_type: ColumnType) -> DataType {
    match column_type {
        ColumnType::Text | ColumnType::BooleanText | ColumnType::Json => DataType::Utf8,
        ColumnType::Boolean => DataType::Boolean,
        ColumnType::Struct(members) => DataType::Struct(fields(members)),
        ColumnType::StructList(members) => DataType::List(list_item(DataType::Struct(fields(members)))),
        ColumnType::TextMap => DataType::Map(map_entries(), false),
        ColumnType::TimestampMicros => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        ColumnType::TextList => DataType::List(list_item(DataType::Utf8)),
    }
}

/// The item field of a list, named as the Parquet format has it (LogicalTypes.md, Lists).
pub(crate) fn list_item(item: DataType) -> Arc<Field> {
    Arc::new(Field::new("element", item, true))
}

/// The entries field of a map of texts, named as the Parquet format has it (LogicalTypes.md, Maps).
pub(crate) fn map_entries() -> Arc<Field> {
    Arc::new(Field::new("key_value", DataType::Struct(map_entry_fields()), false))
}

/// Key and value of a map of texts.
pub(crate) fn map_entry_fields() -> Fields {
    Fields::from(vec![Field::new("key", DataType::Utf8, false), Field::new("value", DataType::Utf8, true)])
}
