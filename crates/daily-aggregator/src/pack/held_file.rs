//! A decoded log file in memory, until the last of its records is in a block.

use crate::memory_budget::Reserved;
use crate::read::decode::DecodedFile;

/// A decoded log file, with the memory reserved for it.
#[derive(Debug)]
pub(crate) struct HeldFile {
    pub(crate) decoded: DecodedFile,
    _reserved: Reserved,
}

impl HeldFile {
    /// `reserved` is free again when the file is dropped.
    pub(crate) fn new(decoded: DecodedFile, reserved: Reserved) -> Self {
        HeldFile { decoded, _reserved: reserved }
    }
}
