//! Gather: each event once, in row groups.

pub(crate) mod accounts;
pub(crate) mod gatherer;
pub(crate) mod row_group;
pub(crate) mod row_order;
