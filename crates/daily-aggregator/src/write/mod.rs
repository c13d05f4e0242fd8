//! Write: blocks are compressed on every core and put together to parts, which nobody sees yet.

pub(crate) mod block;
pub(crate) mod part_writer;
