//! A digest that was given, and what is known of it.

use std::collections::BTreeMap;

use crate::digest::digest_file::{DigestError, DigestFile, PreviousDigest};
use crate::digest::digest_key::DigestKey;
use crate::digest::scope::Origin;

/// One object of a chain of digests.
#[derive(Debug)]
pub(crate) struct Held {
    /// Its number among all digests that were given, for the log files that it lists.
    pub(crate) number: u32,
    /// The key that it has.
    pub(crate) key: DigestKey,
    /// The key, as keys in digests are compared with it.
    pub(crate) name: String,
    /// Its content, without the log files that it lists.
    pub(crate) content: Result<DigestFile, DigestError>,
    /// Whether the content names the place that the object is at.
    pub(crate) in_place: bool,
    /// Whether bytes follow the first gzip member.
    pub(crate) appended: bool,
    /// The signature in the object's metadata; empty if it is not hexadecimal.
    pub(crate) signature: Option<Vec<u8>>,
    /// What proves the content.
    pub(crate) proof: Option<Proof>,
}

/// What proves that CloudTrail wrote a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    /// The signature in its metadata is valid.
    OwnSignature,
    /// The signature that the next digest states is valid.
    StatedSignature,
    /// The next digest is proven, and states its SHA-256.
    StatedHash,
}

impl Held {
    /// Its content, unless it is malformed or that of another place.
    pub(crate) fn file(&self) -> Option<&DigestFile> {
        self.content.as_ref().ok().filter(|_| self.in_place)
    }

    /// Its content, if it is proven.
    pub(crate) fn proven_file(&self) -> Option<&DigestFile> {
        self.file().filter(|_| self.proof.is_some())
    }

    /// The digest before it, as it states it.
    pub(crate) fn previous(&self) -> Option<&PreviousDigest> {
        self.file().and_then(|file| file.previous.as_ref())
    }
}

/// Which digests of a chain follow which, by what they state. Anyone can put objects into a chain, so several may claim to
/// follow one, and none of this is proven.
#[derive(Debug, Default)]
pub(crate) struct Order {
    /// For each digest, the index of the one that it states to be before it, if that is here.
    pub(crate) previous: Vec<Option<usize>>,
    /// For each digest, the indexes of those that state to follow it.
    pub(crate) followers: Vec<Vec<usize>>,
}

impl Order {
    /// The order of the digests of a chain, sorted by time. Only an earlier one can be before another.
    pub(crate) fn of(digests: &[Held], origin: &Origin) -> Self {
        let by_name: BTreeMap<&str, usize> =
            digests.iter().enumerate().map(|(at, digest)| (digest.name.as_str(), at)).collect();
        let mut order = Order { previous: Vec::new(), followers: vec![Vec::new(); digests.len()] };
        for (at, digest) in digests.iter().enumerate() {
            let name = digest.previous().and_then(|previous| origin.name_in(&previous.bucket, &previous.key));
            let previous = name.and_then(|name| by_name.get(name).copied()).filter(|previous| *previous < at);
            order.previous.push(previous);
            if let Some(previous) = previous {
                order.followers[previous].push(at);
            }
        }
        order
    }
}
