//! Pack: each record once, in blocks of on-day and of off-day records.

pub(crate) mod earlier_records;
pub(crate) mod held_file;
pub(crate) mod off_day;
pub(crate) mod packer;
pub(crate) mod part_fingerprints;
pub(crate) mod rebuild_loss;
