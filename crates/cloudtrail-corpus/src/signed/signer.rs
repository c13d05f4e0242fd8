//! Who signs digests: CloudTrail, or somebody else. Both keys are in the repository, and so no secrets.

use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};

use crate::signed::digest_chain::hex;

const CLOUDTRAIL: &[u8] = include_bytes!("../../test-keys/stands-for-cloudtrail.pk8");
const FORGER: &[u8] = include_bytes!("../../test-keys/stands-for-a-forger.pk8");

/// A key that signs digests, in tests alone.
#[derive(Debug)]
pub struct DigestSigner {
    pair: RsaKeyPair,
}

impl DigestSigner {
    /// The key that stands for that of CloudTrail.
    pub fn cloudtrail() -> Self {
        Self::of(CLOUDTRAIL)
    }

    /// The key of somebody who is not CloudTrail.
    pub fn forger() -> Self {
        Self::of(FORGER)
    }

    #[expect(clippy::expect_used, reason = "the keys are constants")]
    fn of(pkcs8: &[u8]) -> Self {
        DigestSigner { pair: RsaKeyPair::from_pkcs8(pkcs8).expect("a key of test-keys") }
    }

    /// The fingerprint of the public key. How CloudTrail makes its own is not documented: this is a hash.
    pub fn fingerprint(&self) -> String {
        let digest = digest(&SHA256, self.pair.public_key().as_ref());
        hex(digest.as_ref().get(..16).unwrap_or_default())
    }

    /// The public key: the DER of an `RSAPublicKey` of PKCS#1.
    pub fn public_key(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    /// The public key as `aws cloudtrail list-public-keys` prints it, valid from one instant to another.
    pub fn public_keys_json(&self, from: Timestamp, to: Timestamp) -> String {
        let (value, fingerprint) = (base64(self.public_key()), self.fingerprint());
        format!(
            r#"{{"PublicKeyList": [{{"Value": "{value}", "ValidityStartTime": "{from}", "ValidityEndTime": "{to}", "Fingerprint": "{fingerprint}"}}]}}"#
        )
    }

    /// The signature of a text. The same each time: RSASSA-PKCS1-v1_5 has nothing random in it.
    #[expect(clippy::expect_used, reason = "the length is that of the key")]
    pub(crate) fn sign(&self, text: &str) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public().modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
            .expect("a signature as long as the key");
        signature
    }
}

/// Base64 with padding (RFC 4648 §4).
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |chunk: &[u8]| {
        let bits =
            chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        let digit = |at: usize| {
            let digit = (bits >> (18 - 6 * at) & 63) as usize;
            if at > chunk.len() { '=' } else { char::from(ALPHABET[digit]) }
        };
        [digit(0), digit(1), digit(2), digit(3)]
    };
    bytes.chunks(3).flat_map(group).collect()
}

#[cfg(test)]
#[path = "signer_tests.rs"]
mod tests;
