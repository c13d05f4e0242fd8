//! The statements that make a monthly table readable in Athena, DuckDB and Spark, written from the table of columns.
//!
//! Each gives the table `TABLE_monthly`, with the names CloudTrail uses, and the view `TABLE_monthly_snake` over it, with
//! names in snake case and the members of `userIdentity` that most queries ask for.

use crate::{Column, ColumnType, Stage, Table, columns};

/// The years Athena looks for, since the first year of CloudTrail: its partition projection wants an end.
pub const ATHENA_YEARS: (i16, i16) = (2013, 2050);

/// The members of `userIdentity` that the view in snake case has as columns.
const IDENTITY_MEMBERS: [&str; 5] = ["type", "arn", "accountId", "accessKeyId", "userName"];

/// Whose SQL to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Amazon Athena: names in lower case, partition projection.
    Athena,
    /// DuckDB: views, no types.
    DuckDb,
    /// Apache Spark: a Parquet table.
    Spark,
}

impl Dialect {
    /// A quoted identifier in a query or a view.
    fn name(self, name: &str) -> String {
        match self {
            Dialect::Athena => format!("\"{}\"", name.to_ascii_lowercase()),
            Dialect::DuckDb => format!("\"{name}\""),
            Dialect::Spark => format!("`{name}`"),
        }
    }

    /// A quoted text.
    fn text(self, text: &str) -> String {
        match self {
            Dialect::DuckDb => format!("'{}'", text.replace('\'', "''")),
            Dialect::Athena | Dialect::Spark => {
                format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
            }
        }
    }
}

/// The statements for one monthly table of the lake at `location`: `s3://bucket/prefix`, or a folder.
///
/// Source of the projection properties: "Supported types for partition projection" (Athena User Guide), and for `int`
/// columns with two digits its example for CloudFront logs in Parquet.
pub fn ddl(table: Table, dialect: Dialect, location: &str) -> String {
    let name = format!("{table}_{}", Stage::Monthly);
    let location = format!("{}/{name}", location.trim_end_matches('/'));
    let base = match dialect {
        Dialect::Athena => athena_table(&name, columns(table), &location),
        Dialect::DuckDb => duckdb_view(&name, columns(table), &location),
        Dialect::Spark => spark_table(&name, columns(table), &location),
    };
    format!("{base}\n{}", snake_view(&name, columns(table), dialect))
}

fn athena_table(name: &str, columns: &[Column], location: &str) -> String {
    let lines: Vec<String> = columns
        .iter()
        .map(|column| format!("  `{}` {}", column.name.to_ascii_lowercase(), athena_type(column.column_type)))
        .collect();
    let text = |text: &str| Dialect::Athena.text(text);
    let (first, last) = ATHENA_YEARS;
    format!(
        "-- Athena runs one statement at a time: first the table, then the view.\n\
         CREATE EXTERNAL TABLE IF NOT EXISTS `{name}` (\n{}\n)\n\
         PARTITIONED BY (`year` int, `month` int)\n\
         STORED AS PARQUET\n\
         LOCATION {}\n\
         TBLPROPERTIES (\n  \
         'classification' = 'parquet',\n  \
         'projection.enabled' = 'true',\n  \
         'projection.year.type' = 'integer',\n  \
         'projection.year.range' = '{first},{last}',\n  \
         'projection.year.digits' = '4',\n  \
         'projection.month.type' = 'integer',\n  \
         'projection.month.range' = '1,12',\n  \
         'projection.month.digits' = '2',\n  \
         'storage.location.template' = {}\n);\n",
        lines.join(",\n"),
        text(&format!("{location}/")),
        text(&format!("{location}/year=${{year}}/month=${{month}}/")),
    )
}

fn duckdb_view(name: &str, columns: &[Column], location: &str) -> String {
    let lines: Vec<String> =
        columns.iter().map(|column| format!("  {},\n", Dialect::DuckDb.name(column.name))).collect();
    format!(
        "CREATE OR REPLACE VIEW {} AS\nSELECT\n{}  \"year\",\n  \"month\"\n\
         FROM read_parquet(\n  {},\n  hive_partitioning = true,\n  \
         hive_types = {{'year': INTEGER, 'month': INTEGER}},\n  union_by_name = true\n);\n",
        Dialect::DuckDb.name(name),
        lines.concat(),
        Dialect::DuckDb.text(&format!("{location}/**/*.parquet")),
    )
}

fn spark_table(name: &str, columns: &[Column], location: &str) -> String {
    let lines: Vec<String> = columns
        .iter()
        .map(|column| format!("  `{}` {},\n", column.name, spark_type(column.column_type)))
        .collect();
    format!(
        "CREATE TABLE IF NOT EXISTS `{name}` (\n{}  `year` INT,\n  `month` INT\n)\nUSING PARQUET\n\
         PARTITIONED BY (`year`, `month`)\nLOCATION {};\n\n\
         -- Spark finds new months only when asked: run this again after each.\nMSCK REPAIR TABLE `{name}`;\n",
        lines.concat(),
        Dialect::Spark.text(&format!("{location}/")),
    )
}

/// The view with names in snake case.
fn snake_view(name: &str, columns: &[Column], dialect: Dialect) -> String {
    let mut lines = String::new();
    for column in columns {
        let source = dialect.name(column.name);
        let alias = snake_case(column.name);
        lines.push_str(&format!("  {source} AS {},\n", dialect.name(&alias)));
        if column.name != "userIdentity" {
            continue;
        }
        for member in column.column_type.members().iter().filter(|m| IDENTITY_MEMBERS.contains(&m.name)) {
            let alias = format!("{alias}_{}", snake_case(member.name));
            lines.push_str(&format!(
                "  {source}.{} AS {},\n",
                dialect.name(member.name),
                dialect.name(&alias)
            ));
        }
    }
    format!(
        "CREATE OR REPLACE VIEW {} AS\nSELECT\n{lines}  {},\n  {}\nFROM {};\n",
        dialect.name(&format!("{name}_snake")),
        dialect.name("year"),
        dialect.name("month"),
        dialect.name(name),
    )
}

/// A type as Athena writes it, with the names of members in lower case.
pub(crate) fn athena_type(column_type: ColumnType) -> String {
    let members = |members: &[Column]| {
        let members: Vec<String> = members
            .iter()
            .map(|member| format!("{}:{}", member.name.to_ascii_lowercase(), athena_type(member.column_type)))
            .collect();
        format!("struct<{}>", members.join(","))
    };
    match column_type {
        ColumnType::Text | ColumnType::BooleanText | ColumnType::Json => "string".to_owned(),
        ColumnType::Boolean => "boolean".to_owned(),
        ColumnType::Struct(columns) => members(columns),
        ColumnType::StructList { members: columns, .. } => format!("array<{}>", members(columns)),
        ColumnType::TextMap { .. } => "map<string,string>".to_owned(),
        ColumnType::TimestampMicros => "timestamp".to_owned(),
        ColumnType::TextList { .. } => "array<string>".to_owned(),
    }
}

/// A type as Spark writes it, with the names of members as CloudTrail writes them.
fn spark_type(column_type: ColumnType) -> String {
    let members = |members: &[Column]| {
        let members: Vec<String> = members
            .iter()
            .map(|member| format!("`{}`: {}", member.name, spark_type(member.column_type)))
            .collect();
        format!("STRUCT<{}>", members.join(", "))
    };
    match column_type {
        ColumnType::Text | ColumnType::BooleanText | ColumnType::Json => "STRING".to_owned(),
        ColumnType::Boolean => "BOOLEAN".to_owned(),
        ColumnType::Struct(columns) => members(columns),
        ColumnType::StructList { members: columns, .. } => format!("ARRAY<{}>", members(columns)),
        ColumnType::TextMap { .. } => "MAP<STRING, STRING>".to_owned(),
        ColumnType::TimestampMicros => "TIMESTAMP".to_owned(),
        ColumnType::TextList { .. } => "ARRAY<STRING>".to_owned(),
    }
}

/// `sourceIPAddress` becomes `source_ip_address`: a word begins at a capital after a small letter or a digit, and at the
/// last of several capitals before a small letter.
fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::with_capacity(name.len() + 4);
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| letters.get(index));
        let after = letters.get(index + 1);
        let begins = letter.is_ascii_uppercase()
            && before.is_some_and(|before| {
                !before.is_ascii_uppercase() || after.is_some_and(char::is_ascii_lowercase)
            });
        if begins {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
#[path = "ddl_tests.rs"]
mod tests;
