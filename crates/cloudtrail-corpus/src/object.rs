//! What the generator yields.

use cloudtrail_model::Kind;

use crate::BrokenKind;

/// One object of a source bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedObject {
    /// Its whole key.
    pub key: String,
    /// Its bytes, gzipped nearly always.
    pub body: Vec<u8>,
    /// What its key says it holds.
    pub kind: Kind,
    /// Records in it; 0 in a broken file, whose records no one can trust, and in a digest.
    pub records: usize,
    /// Of them, the ones delivered before, byte for byte.
    pub duplicates: usize,
    /// Of them, the ones with the eventID of an earlier record and other bytes.
    pub conflicts: usize,
    /// Bytes of its text after decompression; 0 in a broken file.
    pub raw_bytes: u64,
    /// What is wrong with it, where something is.
    pub broken: Option<BrokenKind>,
    /// It arrives after the first run for its day.
    pub late: bool,
}
