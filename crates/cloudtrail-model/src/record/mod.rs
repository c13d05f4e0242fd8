//! Log files and their records.

pub(crate) mod dedupe;
pub(crate) mod envelope;
pub(crate) mod event_instant;
pub(crate) mod off_day_index;
