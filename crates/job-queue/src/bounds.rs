//! Limits the size of JSON values for a log line: cuts long texts, and keeps the first entries of long lists.

use serde_json::{Map, Value, json};

/// The limits on the parts of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// Bytes of a text or of a member name, including the note that it was cut.
    text_bytes: usize,
    /// Entries of a list.
    entries: usize,
    /// Members of an object.
    members: usize,
}

/// Lists and objects within each other.
const MOST_NESTED: usize = 8;
/// Enough for the note that a text was cut, and for some of the text.
const LEAST_TEXT_BYTES: usize = 64;

impl Bounds {
    /// The widest limits. The facts of an ordinary message are far below them.
    pub(crate) const WIDEST: Bounds = Bounds { text_bytes: 1 << 10, entries: 20, members: 100 };

    /// Limits half as wide; `None` if these are the narrowest: one member, one entry, and 64 bytes of a text.
    pub(crate) fn narrower(&self) -> Option<Bounds> {
        let narrower = Bounds {
            text_bytes: (self.text_bytes / 2).max(LEAST_TEXT_BYTES),
            entries: (self.entries / 2).max(1),
            members: (self.members / 2).max(1),
        };
        (narrower != *self).then_some(narrower)
    }

    /// A text, cut between two characters if it is too long, with its length in bytes as a note.
    pub(crate) fn text(&self, text: &str) -> String {
        if text.len() <= self.text_bytes {
            return text.to_owned();
        }
        let note = format!("… (cut, {} bytes in all)", text.len());
        let end = text.floor_char_boundary(self.text_bytes.saturating_sub(note.len()));
        format!("{}{note}", &text[..end])
    }

    /// The members of an object. If there are too many, a member named `…` has the total.
    pub(crate) fn object(&self, members: &Map<String, Value>) -> Map<String, Value> {
        self.nested_object(members, MOST_NESTED)
    }

    fn nested_object(&self, members: &Map<String, Value>, nested: usize) -> Map<String, Value> {
        let bounded = |(name, value): (&String, &Value)| (self.text(name), self.value(value, nested));
        let mut kept: Map<String, Value> = members.iter().take(self.members).map(bounded).collect();
        kept.extend(Self::left_out(members.len(), self.members).map(|note| ("…".to_owned(), note)));
        kept
    }

    /// A value, with a nesting depth of at most `nested`.
    fn value(&self, value: &Value, nested: usize) -> Value {
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
            Value::String(text) => self.text(text).into(),
            Value::Array(_) | Value::Object(_) if nested == 0 => "… (cut, nested too deeply)".into(),
            Value::Array(list) => {
                let kept = list.iter().take(self.entries).map(|entry| self.value(entry, nested - 1));
                kept.chain(Self::left_out(list.len(), self.entries)).collect()
            }
            Value::Object(members) => self.nested_object(members, nested - 1).into(),
        }
    }

    /// The number of `count` entries after the first `kept`; `None` if there are none.
    fn left_out(count: usize, kept: usize) -> Option<Value> {
        let left_out = count.checked_sub(kept).filter(|left_out| *left_out > 0)?;
        Some(json!({"left_out": left_out, "count": count}))
    }
}

#[cfg(test)]
#[path = "bounds_tests.rs"]
mod tests;
