use cloudtrail_model::digest::{PublicKeys, RingVerifier, VerifySignature};

use super::*;

#[test]
fn a_signature_is_valid_for_its_key_alone_and_the_same_each_time() {
    let (cloudtrail, forger) = (DigestSigner::cloudtrail(), DigestSigner::forger());
    let signature = cloudtrail.sign("a text");
    assert_eq!(signature, DigestSigner::cloudtrail().sign("a text"));
    assert!(RingVerifier.is_valid(cloudtrail.public_key(), b"a text", &signature));
    assert!(!RingVerifier.is_valid(forger.public_key(), b"a text", &signature));
    assert_ne!(cloudtrail.fingerprint(), forger.fingerprint());
}

#[test]
fn the_public_key_is_read_as_the_list_of_aws_cli() {
    let instant = |text: &str| text.parse().unwrap();
    let signer = DigestSigner::cloudtrail();
    let json = signer.public_keys_json(instant("2026-11-01T00:00:00Z"), instant("2026-12-01T00:00:00Z"));
    let keys = PublicKeys::parse(json.as_bytes()).unwrap();
    let found: Vec<_> = keys.valid_at(&signer.fingerprint(), instant("2026-11-22T00:00:00Z")).collect();
    assert_eq!(found[0].der, signer.public_key());
}

#[test]
fn base64_has_padding() {
    let all = ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(|text| base64(text.as_bytes()));
    // RFC 4648 §10
    assert_eq!(all, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]);
}
