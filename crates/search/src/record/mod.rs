//! Record: whether a line fulfils a query, and which lines are the same event.

pub(crate) mod line_match;
pub(crate) mod needles;
pub(crate) mod same_event;
pub(crate) mod tokens;
