//! Plan: finds the log files, and selects those to read.

mod first_day;
pub(crate) mod left_out_files;
pub(crate) mod listed_block;
pub(crate) mod listed_files;
pub(crate) mod new_files;
pub(crate) mod source;
pub(crate) mod summary;
pub(crate) mod survey;
