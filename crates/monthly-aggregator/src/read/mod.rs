//! Read: daily parts back into lines, and these into values.

pub(crate) mod daily_lines;
pub(crate) mod piece;
pub(crate) mod rows;
