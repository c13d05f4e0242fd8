//! Gather: each record once, in row groups of a few days, in the order of their rows.

pub(crate) mod gatherer;
pub(crate) mod row_order;
