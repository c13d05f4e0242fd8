//! Text from outside, as a terminal may have it: a key that moves the cursor could say what it likes in our name.

use std::borrow::Cow;

/// The text with every character escaped that a terminal would obey and not show: control characters, line ends among
/// them, and those that turn the direction of writing. As `\u{1b}`, `\n`, `\u{202e}`.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_obeyed) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_obeyed(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// [`printable`] in at most `most` characters, the last of which is `…` where there are more.
pub(crate) fn printable_within(text: &str, most: usize) -> String {
    // no character gives less than one: what is beyond these is never shown
    let end = text.char_indices().nth(most + 1).map_or(text.len(), |(at, _)| at);
    let shown = printable(&text[..end]);
    match shown.char_indices().nth(most) {
        None => shown.into_owned(),
        Some(_) => shown.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// Separators of lines and paragraphs, and marks, embeddings, overrides and isolates of direction (Unicode UAX #9 §2).
fn is_obeyed(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
#[path = "printable_tests.rs"]
mod tests;
