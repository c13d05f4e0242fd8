//! Pack: each record once, in blocks, with every log file accounted for.

pub(crate) mod held_file;
pub(crate) mod packer;
