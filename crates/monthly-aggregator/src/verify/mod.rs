//! Verify: the parts of a month against its journal, and its journal against the daily parts.

pub(crate) mod balance;
pub(crate) mod copies;
pub(crate) mod month;
pub(crate) mod rows;
