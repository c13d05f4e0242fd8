//! Plan: where the log files are, and which of them are work.

pub(crate) mod new_files;
pub(crate) mod source;
