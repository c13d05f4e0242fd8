//! Decodes keys in listings: URL-encoded, since XML cannot represent every character.

use aws_sdk_s3::types::EncodingType;

/// A key or prefix of a response, decoded by the encoding that the response states: not every server encodes on request.
pub(crate) fn decoded(text: &str, encoding: Option<&EncodingType>) -> String {
    if encoding != Some(&EncodingType::Url) {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let byte;
        (byte, rest) = match (first, hex(after)) {
            (b'%', Some(byte)) => (byte, &after[2..]),
            (b'+', _) => (b' ', after),
            _ => (first, after),
        };
        bytes.push(byte);
    }
    // not UTF-8 after decoding: the key was not encoded
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// The byte of two hexadecimal digits.
fn hex(digits: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*digits.get(at)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

#[cfg(test)]
#[path = "listed_text_tests.rs"]
mod tests;
