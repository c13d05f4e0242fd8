//! A decoded log file, in memory until its last record is in a compressed block.

use crate::memory_budget::Reserved;
use crate::read::decode::DecodedFile;

/// A decoded log file, with its reserved memory.
#[derive(Debug)]
pub(crate) struct HeldFile {
    pub(crate) decoded: DecodedFile,
    _reserved: Reserved,
}

impl HeldFile {
    /// A file that releases `reserved` when it is dropped.
    pub(crate) fn new(decoded: DecodedFile, reserved: Reserved) -> Self {
        HeldFile { decoded, _reserved: reserved }
    }
}
