//! Plan: which parts hold what is looked for, and which records of them.

pub(crate) mod months;
pub(crate) mod unit;
