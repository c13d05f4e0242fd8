//! Signatures of digests: SHA256withRSA, that is RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 §8.2).

use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

/// Verifies signatures. A trait, so that the rules about digests do not depend on a library of cryptography.
pub trait VerifySignature: Send + Sync {
    /// Whether a signature of SHA256withRSA over a message is valid. `public_key` is the DER of an `RSAPublicKey` of PKCS#1
    /// (RFC 8017 §A.1.1), as CloudTrail's `ListPublicKeys` gives it. A key that cannot be read makes no signature valid.
    fn is_valid(&self, public_key: &[u8], message: &[u8], signature: &[u8]) -> bool;
}

/// Verifies with the crate `ring`, for keys of 2,048 to 8,192 bits.
#[derive(Debug, Clone, Copy, Default)]
pub struct RingVerifier;

impl VerifySignature for RingVerifier {
    fn is_valid(&self, public_key: &[u8], message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public_key).verify(message, signature).is_ok()
    }
}

#[cfg(test)]
#[path = "signature_tests.rs"]
mod tests;
