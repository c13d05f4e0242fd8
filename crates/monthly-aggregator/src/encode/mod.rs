//! Encode: row groups become columns, and these Parquet files that nobody sees yet.

pub(crate) mod arrow_types;
pub(crate) mod part_writer;
pub(crate) mod properties;
pub(crate) mod row_group;
