//! Filter: what is looked for.

pub(crate) mod field;
pub(crate) mod query;
pub(crate) mod rule;
pub(crate) mod span;
