//! The columns of the monthly tables: one table of data, which yields the Parquet schema, which of its columns are
//! unique or have bloom filters, the DDL and the docs.
//!
//! A query written for AWS's own CloudTrail table in Athena runs unchanged, since every column of that table's DDL is
//! here with its name and type. Members that CloudTrail has added since then follow, and last what Trailmill makes.
//!
//! # Field ids
//!
//! A table's ids were first given from 1 on, breadth-first: its columns, `year` and `month`, then the children of all of these
//! in order, then their children. Children are the members of a struct, the element of a list, the key and the value of a map.
//! **A new column gets the highest id of its table plus one**, and its children the ones after that, wherever in the table it
//! stands. No column is ever removed. `field_ids.txt` next to this file lists every id, so the highest is in the last line of
//! a table. Tests compare that file with the columns.

use crate::Table;
use crate::table::column::{Column, PartitionColumn};
use crate::table::{columns_cloudtrail, columns_other};

/// The columns of a table, in order: those of AWS's DDL in its order, then newer members, then what Trailmill makes.
///
/// Network activity events have the columns of the main table, since one page of AWS describes both.
pub fn columns(table: Table) -> &'static [Column] {
    match table {
        Table::CloudTrail | Table::NetworkActivity => columns_cloudtrail::CLOUDTRAIL,
        Table::Insight => columns_other::INSIGHT,
        Table::Aggregated => columns_other::AGGREGATED,
    }
}

/// The partition columns of a table, `year` and `month`. The files do not have them. Their place in a table's schema is behind
/// all other columns, where Athena and Spark have them; their field ids are reserved for schemas that list them (Iceberg).
pub fn partition_columns(table: Table) -> [PartitionColumn; 2] {
    match table {
        Table::CloudTrail | Table::NetworkActivity => columns_cloudtrail::CLOUDTRAIL_PARTITIONS,
        Table::Insight => columns_other::INSIGHT_PARTITIONS,
        Table::Aggregated => columns_other::AGGREGATED_PARTITIONS,
    }
}

#[cfg(test)]
#[path = "field_ids_tests.rs"]
mod field_ids_tests;

#[cfg(test)]
#[path = "columns_tests.rs"]
mod tests;
