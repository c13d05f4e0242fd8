//! The tokens of JSON that is known to be well-formed, in one pass and in constant memory, however deep it is nested.

use std::borrow::Cow;

use cloudtrail_model::string_text;

/// A token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// The name of a member, as written, with its quotes.
    Name(&'a [u8]),
    /// A string, as written, with its quotes.
    Text(&'a [u8]),
    /// A number, `true`, `false` or `null`.
    Scalar(&'a [u8]),
    /// The start of an object.
    Object,
    /// The start of an array.
    Array,
    /// The end of the object or array that began last.
    End,
}

/// The text that a string or a scalar stands for: a string decoded; anything else, and a string without a text (half a
/// surrogate pair), as written.
pub(crate) fn text_of(value: &[u8]) -> Cow<'_, str> {
    string_text(value).unwrap_or_else(|| String::from_utf8_lossy(value))
}

/// The tokens of some JSON.
pub(crate) struct Tokens<'a> {
    json: &'a [u8],
    at: usize,
}

impl<'a> Tokens<'a> {
    pub(crate) fn of(json: &'a [u8]) -> Self {
        Tokens { json, at: 0 }
    }

    /// The first byte from here on that is neither white space nor a comma nor a colon.
    fn skip(&mut self) -> Option<u8> {
        while let Some(byte) = self.json.get(self.at) {
            if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',' | b':') {
                return Some(*byte);
            }
            self.at += 1;
        }
        None
    }

    /// The string that begins here.
    fn string(&mut self) -> &'a [u8] {
        let start = self.at;
        self.at += 1;
        while let Some(found) = memchr::memchr2(b'"', b'\\', self.json.get(self.at..).unwrap_or_default()) {
            self.at += found;
            if self.json.get(self.at) == Some(&b'"') {
                self.at += 1;
                return &self.json[start..self.at];
            }
            self.at += 2;
        }
        self.at = self.json.len();
        &self.json[start..]
    }

    fn is_before_colon(&self) -> bool {
        let rest = self.json.get(self.at..).unwrap_or_default();
        rest.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':')
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let token = match self.skip()? {
            b'"' => {
                let string = self.string();
                return Some(if self.is_before_colon() { Token::Name(string) } else { Token::Text(string) });
            }
            b'{' => Token::Object,
            b'[' => Token::Array,
            b'}' | b']' => Token::End,
            _ => {
                let rest = &self.json[self.at..];
                let is_end = |byte: &u8| matches!(byte, b',' | b']' | b'}') || byte.is_ascii_whitespace();
                let length = rest.iter().position(is_end).unwrap_or(rest.len());
                self.at += length;
                return Some(Token::Scalar(&rest[..length]));
            }
        };
        self.at += 1;
        Some(token)
    }
}

#[cfg(test)]
#[path = "tokens_tests.rs"]
mod tests;
