//! What CloudTrail delivers: kinds, days, and the keys of log files.

pub(crate) mod calendar;
pub(crate) mod event_day;
pub(crate) mod kind;
pub(crate) mod log_file_id;
pub(crate) mod source_key;
pub(crate) mod source_prefix;
