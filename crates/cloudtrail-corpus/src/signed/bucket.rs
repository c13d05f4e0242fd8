//! A bucket in memory: objects with their metadata.

use std::collections::BTreeMap;

use cloudtrail_model::digest::{ChainId, DigestKey};
use jiff::Timestamp;

/// The objects that trails delivered, and what became of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedBucket {
    /// Its name.
    pub name: String,
    /// Its objects by key.
    pub objects: BTreeMap<String, StoredObject>,
}

/// An object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredObject {
    /// Its bytes.
    pub body: Vec<u8>,
    /// Its user-defined metadata: of a digest `signature`, `signature-algorithm`, and of a backfill digest
    /// `backfill-generation-timestamp`.
    pub metadata: BTreeMap<String, String>,
    /// When it was written.
    pub delivered: Timestamp,
}

impl SignedBucket {
    /// A bucket without objects.
    pub fn new(name: &str) -> Self {
        SignedBucket { name: name.to_owned(), objects: BTreeMap::new() }
    }

    /// The keys of the digests of a chain, the oldest first.
    pub fn digests_of(&self, chain: &ChainId) -> Vec<String> {
        let of_the_chain =
            |key: &&String| DigestKey::parse(key).is_some_and(|parsed| parsed.chain() == *chain);
        // the time is the only thing in their keys that differs
        self.objects.keys().filter(of_the_chain).cloned().collect()
    }
}
