//! `docs/guide/schema.md`, written from the table of columns.

use crate::table::ddl::athena_type;
use crate::{Column, ColumnType, Origin, PartitionColumn, Stage, Table, columns, partition_columns};

const INTRODUCTION: &str = "\
# The monthly tables

Written by `trailmill ddl markdown > docs/guide/schema.md` from the table of columns in the code. Do not edit it here.

A query written for AWS's own CloudTrail table in Athena runs unchanged: every column of that table's DDL is here, with
its name and its type. Only a filter on that table's partition column, `timestamp`, becomes one on `year` and `month`.

Names are as CloudTrail writes them; Athena knows them in lower case, and Athena, DuckDB and Spark do not mind the case.
For names in snake case, each table has a view, such as `cloudtrail_monthly_snake`.

- **Partitions**: `year` and `month`, both `int`. They are the month of `eventTimestamp`, however late the event was delivered; of an
  undated record, the month of its delivery day.
- **string, JSON**: the record's own bytes, as in `json_extract_scalar(requestparameters, '$.bucketName')`.
- **string, true or false**: a JSON boolean, kept as text since AWS's DDL has it so: `WHERE readonly = 'true'`.
- **A missing member is null.** One that was explicitly `null` is null too, and named in `nullFields`. One of an unexpected
  type, such as a number where a string should be, is there as its JSON text in a column of strings and null in any other;
  the value itself is in `extraFields`.
- **`eventTimestamp`** is the instant that decides the event day, in UTC and in microseconds: `eventTime`, or where a record has
  none `timeWindow.windowStart`. It is null for an undated record: one whose instant is missing, not a timestamp, before 2013,
  or later than the day after its delivery day.
- **id** is the Parquet field id of the column. Every node of the schema has one, the elements of lists and the keys and values
  of maps too. An id never changes, and none is given to two columns. Those of `year` and `month` are reserved for table formats
  that list partition columns (Iceberg); the files do not have these two, and their place in a schema is the last.
- **From**: *AWS* is a column of AWS's DDL; *newer* is a member CloudTrail writes that is not in that DDL; *Trailmill* is made here.

AWS's pages:
[the DDL](https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table-partition-projection.html),
[record contents](https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html),
[userIdentity](https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html),
[Insights events](https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-insights-fields-trails.html),
[aggregated events](https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aggregated-events.html).
";

/// The text of `docs/guide/schema.md`.
pub fn schema_markdown() -> String {
    let mut text = INTRODUCTION.to_owned();
    for table in [Table::CloudTrail, Table::NetworkActivity, Table::Insight, Table::Aggregated] {
        let about = match table {
            Table::CloudTrail => "Management and data events.",
            Table::NetworkActivity => {
                "Network activity events: calls through VPC endpoints. The columns are those of `cloudtrail_monthly`."
            }
            Table::Insight => "Insights events: unusual activity CloudTrail found.",
            Table::Aggregated => "Aggregated events: five minutes of data events summed up.",
        };
        text.push_str(&format!("\n## `{table}_{}`\n\n{about}\n", Stage::Monthly));
        if table != Table::NetworkActivity {
            text.push_str(
                "\n| column | id | type in Athena | from | what it says |\n|---|---|---|---|---|\n",
            );
            rows(&mut text, "", columns(table));
            for PartitionColumn { field_id, name } in partition_columns(table) {
                let about = "A partition column: in the path of the files, not in them.";
                text.push_str(&format!("| `{name}` | {field_id} | int | Trailmill | {about} |\n"));
            }
        }
    }
    text
}

/// A row for each column, members below their struct.
fn rows(text: &mut String, prefix: &str, columns: &[Column]) {
    for column in columns {
        let origin = match column.origin {
            Origin::Athena => "AWS",
            Origin::Newer => "newer",
            Origin::Trailmill => "Trailmill",
        };
        let path = format!("{prefix}{}", column.name);
        text.push_str(&format!(
            "| `{path}` | {} | {} | {origin} | {} |\n",
            ids(column),
            type_words(column.column_type),
            column.about
        ));
        match column.column_type {
            ColumnType::StructList { members, .. } => rows(text, &format!("{path}[]."), members),
            other => rows(text, &format!("{path}."), other.members()),
        }
    }
}

/// The field id of a column, and those of what it has inside and no row of its own.
fn ids(column: &Column) -> String {
    let id = column.field_id;
    match column.column_type {
        ColumnType::StructList { element, .. } | ColumnType::TextList { element } => {
            format!("{id}, element {element}")
        }
        ColumnType::TextMap { key, value } => format!("{id}, key {key}, value {value}"),
        _ => id.to_string(),
    }
}

/// The type as a reader of the docs wants it: members have rows of their own.
fn type_words(column_type: ColumnType) -> String {
    match column_type {
        ColumnType::Json => "string, JSON".to_owned(),
        ColumnType::BooleanText => "string, true or false".to_owned(),
        ColumnType::Struct(_) => "struct".to_owned(),
        ColumnType::StructList { .. } => "array of structs".to_owned(),
        ColumnType::TextMap { .. } => "map of string to string".to_owned(),
        ColumnType::TextList { .. } => "array of strings".to_owned(),
        ColumnType::Text | ColumnType::Boolean | ColumnType::TimestampMicros => athena_type(column_type),
    }
}

#[cfg(test)]
#[path = "schema_markdown_tests.rs"]
mod tests;
