use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;

/// A public key that OpenSSL made for this test (`openssl rsa -RSAPublicKey_out -outform DER`), and its signature of a text
/// (`openssl dgst -sha256 -sign`).
const PUBLIC_KEY: &str = "MIIBCgKCAQEAzEP1gA/6U6zeH/Q4ehReICAssuqwtph5S0+H/KxKpYiNr63KyJZGwqVx2lZNsKLgcnYplqDoNuKAqM0PUc63uy9g\
    lvy4NeI89AZfkYVGY8xXsvaOfIbbe6IsnDa3V94aOsZtODfkJRi87geX8opUYCpFrnwTtnwWggPzf3VVg9J1xkPouGr7rczGOC2o\
    M4N0oelfKHrkMU//c1TVeRd1e4BtAkU6gqikeaxHZLekjI82oUWZgkpAd0IDmx4Q+ohofkUX5a0pM3WYW9vOlgielegacWbWrbAN\
    ZJ0HFV8vJk0tH7WZzDTB4qejPkazRicLSJEAIyy4UqGkLm/3ShVgIQIDAQAB";
const TEXT: &[u8] = b"what is signed";
const SIGNATURE: &str = "kT8oL28XR6karJOp/lC8oPbFwYhUID8V9rzLlAAM/Z/EotU2ZBG0RViJjGLQtqhv+X+jK9Cc4YgpJwKZMn8SNP5kvyxAO0v/9nP4\
    VSab0P7+S1qmVAM80Z5HYo+8pNcWud7Tfqx//D6MFQZemoOuLQDiWWTpfvs72DGremVYJNZNgoC/RLYocOIJTSuR4EENXDHqaNxr\
    ZG4+KwVZLDQsyQf3T56FFFjpf6kglbeW9UBhJ7/6A7xUgAp+44o0CCwcF5C+SZFgbg1aUouxiB+tnd2ywrP83ceEe2xECSkIZItB\
    qOaZX01Z2x4MKr0uLUbWlayO8KVl1MVAcwRL27hlpg==";

fn is_valid(public_key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    RingVerifier.is_valid(public_key, message, signature)
}

#[test]
fn a_signature_of_openssl_is_valid_for_its_text_and_its_key_alone() {
    let (key, signature) = (STANDARD.decode(PUBLIC_KEY).unwrap(), STANDARD.decode(SIGNATURE).unwrap());
    assert!(is_valid(&key, TEXT, &signature));
    assert!(!is_valid(&key, b"what is signe", &signature));
    for at in [0, 100, 255] {
        let mut altered = signature.clone();
        altered[at] ^= 1;
        assert!(!is_valid(&key, TEXT, &altered));
    }
    let mut other = key;
    other[100] ^= 1;
    assert!(!is_valid(&other, TEXT, &signature));
}

#[test]
fn what_is_no_key_or_no_signature_is_not_valid() {
    let (key, signature) = (STANDARD.decode(PUBLIC_KEY).unwrap(), STANDARD.decode(SIGNATURE).unwrap());
    assert!(!is_valid(&key, TEXT, &[]));
    assert!(!is_valid(&key, TEXT, &signature[1..]));
    assert!(!is_valid(&[], TEXT, &signature));
    assert!(!is_valid(&key[..200], TEXT, &signature));
}
