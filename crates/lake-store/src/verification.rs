//! What reading a partition again found.

use std::fmt;

use cloudtrail_model::{Invariant, Partition};

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
    /// What is wrong. Empty: the partition is what its journal says.
    pub problems: Vec<Problem>,
}

/// Something that is wrong with a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is not true that always should be.
    pub invariant: Invariant,
    /// A sentence that names the object, and what to do.
    pub what: String,
}

impl Verification {
    /// Nothing read yet, nothing wrong.
    pub fn of(partition: Partition) -> Self {
        Verification { partition, parts: 0, records: 0, bytes: 0, problems: Vec::new() }
    }

    /// Adds something that is wrong.
    pub fn found(&mut self, invariant: Invariant, what: impl Into<String>) {
        self.problems.push(Problem { invariant, what: what.into() });
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.what, self.invariant)
    }
}
