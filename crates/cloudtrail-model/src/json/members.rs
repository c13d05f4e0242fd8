//! One level of JSON text taken apart without decoding what is below: members of an object, elements of an array.

use std::borrow::Cow;

use crate::EnvelopeError;
use crate::json::scan::Scanner;

/// A member of an object. Its name decoded, where that can be done; its value as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member<'a> {
    /// The name; as written, escapes and all, where it has no text (half a surrogate pair).
    pub name: Cow<'a, str>,
    /// The name as written, with its quotes.
    pub raw_name: &'a [u8],
    /// The value as written.
    pub value: &'a [u8],
}

/// The members of the object that a text is, in their order, repeated ones too.
///
/// # Errors
/// Fails if the text is not a whole JSON object.
pub fn members(object: &[u8]) -> Result<Vec<Member<'_>>, EnvelopeError> {
    let mut found = Vec::with_capacity(32);
    let mut scanner = Scanner::new(object);
    let scanned = scanner.object_spans(|raw_name, value| {
        let raw_name = &object[raw_name];
        found.push(Member { name: name(raw_name), raw_name, value: &object[value] });
    });
    scanned.and_then(|()| scanner.end()).map_err(|fault| EnvelopeError::from_fault(fault, object.len()))?;
    Ok(found)
}

/// The elements of the array that a text is, as written.
///
/// # Errors
/// Fails if the text is not a whole JSON array.
pub fn elements(array: &[u8]) -> Result<Vec<&[u8]>, EnvelopeError> {
    let mut found = Vec::new();
    let mut scanner = Scanner::new(array);
    let scanned = scanner.array_spans(|value| found.push(&array[value]));
    scanned.and_then(|()| scanner.end()).map_err(|fault| EnvelopeError::from_fault(fault, array.len()))?;
    Ok(found)
}

/// The text a JSON string stands for; `None` where it is no string, or has no text (half a surrogate pair).
pub fn string_text(string: &[u8]) -> Option<Cow<'_, str>> {
    let inside = string.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if !inside.contains(&b'\\') {
        return std::str::from_utf8(inside).ok().map(Cow::Borrowed);
    }
    serde_json::from_slice::<String>(string).ok().map(Cow::Owned)
}

fn name(raw: &[u8]) -> Cow<'_, str> {
    string_text(raw).unwrap_or_else(|| String::from_utf8_lossy(raw.get(1..raw.len() - 1).unwrap_or_default()))
}

#[cfg(test)]
#[path = "members_tests.rs"]
mod tests;
