//! Plan: which daily parts hold the records of a month.

pub(crate) mod daily_parts;
pub(crate) mod days_there;
