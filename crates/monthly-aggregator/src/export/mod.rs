//! The way back: Parquet to the records that CloudTrail delivered.

pub(crate) mod column_reader;
pub(crate) mod month;
pub(crate) mod part_reader;
pub(crate) mod unflatten;
