//! Plan: finds the log files, and selects those to read.

pub(crate) mod digests;
mod first_day;
pub(crate) mod left_out_files;
pub(crate) mod listed_block;
pub(crate) mod listed_files;
pub(crate) mod new_files;
pub(crate) mod source;
pub(crate) mod survey;
