//! Read: the records of a unit that fulfil the query, with as few bytes read as the parts allow.

pub(crate) mod chunk;
pub(crate) mod daily_part;
pub(crate) mod monthly_part;
pub(crate) mod object;
pub(crate) mod pages;
pub(crate) mod predicates;
pub(crate) mod row_groups;
pub(crate) mod task;
pub(crate) mod unit;
