//! Write: compresses blocks on every core and concatenates them into parts, not yet visible.

pub(crate) mod block;
pub(crate) mod part_writer;
