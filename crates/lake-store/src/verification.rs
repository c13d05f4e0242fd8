//! What reading a partition again found.

use cloudtrail_model::Partition;

/// What verifying a partition found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// Which.
    pub partition: Partition,
    /// Parts the journal names.
    pub parts: u64,
    /// Records read.
    pub records: u64,
    /// Bytes read.
    pub bytes: u64,
    /// What is wrong, a sentence each that names the object. Empty: the partition is what its journal says.
    pub problems: Vec<String>,
}

impl Verification {
    /// Nothing read yet, nothing wrong.
    pub fn of(partition: Partition) -> Self {
        Verification { partition, parts: 0, records: 0, bytes: 0, problems: Vec::new() }
    }
}
