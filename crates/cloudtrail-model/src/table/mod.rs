//! The columns of each table, and records as values of these columns.

pub(crate) mod column;
pub(crate) mod columns;
pub(crate) mod columns_cloudtrail;
pub(crate) mod columns_other;
pub(crate) mod ddl;
pub(crate) mod schema_markdown;
pub(crate) mod shape;
pub(crate) mod shred;
pub(crate) mod shred_odd;
pub(crate) mod shredded;
