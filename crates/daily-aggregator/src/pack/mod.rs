//! Pack: deduplicates records and groups them into blocks.

pub(crate) mod held_file;
pub(crate) mod packer;
