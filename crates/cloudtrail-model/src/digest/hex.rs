//! Hexadecimal text, as digests have hashes and signatures.

/// The bytes of hexadecimal text, in lower or upper case; `None` if the text is anything else.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

/// The 32 bytes of a SHA-256; `None` if the text is not exactly 64 hexadecimal digits.
pub(crate) fn sha256_of_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() == 64 { unhex(text)?.try_into().ok() } else { None }
}

/// Bytes as hexadecimal text in lower case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // writing to a string cannot fail
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
#[path = "hex_tests.rs"]
mod tests;
