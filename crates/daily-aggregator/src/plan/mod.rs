//! Plan: finds the log files, and selects those to read.

pub(crate) mod new_files;
pub(crate) mod source;
