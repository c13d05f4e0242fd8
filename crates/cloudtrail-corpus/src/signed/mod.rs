//! Trails with digest files that are signed, and what somebody can do to them afterwards.
//!
//! The key that stands for CloudTrail's is a fixed one: see `test-keys/README.md`. So the same trail has the same bytes on
//! every machine, signatures too.

mod bucket;
mod digest_chain;
mod judge;
mod signer;
mod tampering;
mod trail;

pub use bucket::{SignedBucket, StoredObject};
pub use digest_chain::{DigestChain, DigestedHour, SignedDigest};
pub use judge::{content, judge};
pub use signer::DigestSigner;
pub use tampering::Tampering;
pub use trail::SignedTrail;
