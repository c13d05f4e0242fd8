//! The columns of the monthly tables: one table of data, which yields the Parquet schema, which of its columns are
//! unique or have bloom filters, the DDL and the docs.
//!
//! A query written for AWS's own CloudTrail table in Athena runs unchanged, since every column of that table's DDL is
//! here with its name and type. Members that CloudTrail has added since then follow, and last what Trailmill makes.

use crate::Table;
use crate::table::column::Column;
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

#[cfg(test)]
#[path = "columns_tests.rs"]
mod tests;
