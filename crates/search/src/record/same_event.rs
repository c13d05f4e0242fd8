//! Which records are the same event: they have the same eventID and are equal as JSON.
//!
//! A record that comes out of Parquet is equal as JSON to the one that went in, but the order of members and the escapes of
//! strings may differ. So the order of members does not count here, and strings count decoded.

use std::hash::BuildHasher;

use cloudtrail_model::string_text;
use foldhash::quality::RandomState;
use hashbrown::HashSet;

use crate::record::tokens::{Token, Tokens, text_of};

/// Identifies an event by two hashes with a new seed: of its eventID, and of its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct EventKey {
    id: u64,
    content: u64,
}

/// The events seen so far. 16 bytes each, over the load of a hash table.
#[derive(Debug, Default)]
pub(crate) struct SeenEvents {
    seed: RandomState,
    seen: HashSet<EventKey>,
}

impl SeenEvents {
    /// Adds a record. Returns whether it is new; one without an eventID always is.
    pub(crate) fn add(&mut self, line: &[u8]) -> bool {
        key(&self.seed, line).is_none_or(|key| self.seen.insert(key))
    }

    /// Whether no record with an eventID was added.
    pub(crate) fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    /// Whether adding a record would return `true`. Adds nothing.
    pub(crate) fn is_new(&self, line: &[u8]) -> bool {
        self.seen.is_empty() || key(&self.seed, line).is_none_or(|key| !self.seen.contains(&key))
    }
}

/// A container whose end has not been reached.
enum Open {
    /// The sum of its members' hashes, and the hash of the name whose value comes next.
    Object(u64, u64),
    /// The hash of its elements so far.
    Array(u64),
}

/// The key of a record; `None` if it has no eventID.
fn key(seed: &RandomState, line: &[u8]) -> Option<EventKey> {
    let mut ids = Ids::default();
    let mut open: Vec<Open> = Vec::new();
    let mut content = 0;
    for token in Tokens::of(line) {
        if open.len() == 1 {
            ids.see(seed, token);
        }
        let value = match token {
            Token::Name(name) => {
                if let Some(Open::Object(_, current)) = open.last_mut() {
                    *current = seed.hash_one(text_of(name).as_bytes());
                }
                continue;
            }
            Token::Object => {
                open.push(Open::Object(0, 0));
                continue;
            }
            Token::Array => {
                open.push(Open::Array(1));
                continue;
            }
            Token::Text(text) => seed.hash_one((b'"', text_of(text).as_bytes())),
            Token::Scalar(text) => seed.hash_one((b'0', text)),
            Token::End => match open.pop() {
                Some(Open::Object(sum, _)) => seed.hash_one((b'{', sum)),
                Some(Open::Array(hash)) => seed.hash_one((b'[', hash)),
                None => continue,
            },
        };
        match open.last_mut() {
            Some(Open::Object(sum, name)) => *sum = sum.wrapping_add(seed.hash_one((*name, value))),
            Some(Open::Array(all)) => *all = seed.hash_one((*all, value)),
            None => content = value,
        }
    }
    ids.event_id.or(ids.aggregated_id).map(|id| EventKey { id, content })
}

/// The ids of a record, hashed. Of a member that is there twice the last counts.
#[derive(Default)]
struct Ids {
    /// `eventID`
    event_id: Option<u64>,
    /// `eventId`, as aggregated events have it.
    aggregated_id: Option<u64>,
    /// Whether the next value is one of them.
    next: Option<bool>,
}

impl Ids {
    /// Takes in a token of the record itself: a name, or the start of a value.
    fn see(&mut self, seed: &RandomState, token: Token<'_>) {
        if let Token::Name(name) = token {
            self.next = match text_of(name).as_ref() {
                "eventID" => Some(true),
                "eventId" => Some(false),
                _ => None,
            };
            return;
        }
        let id = id_of(seed, token);
        match self.next.take() {
            Some(true) => self.event_id = id,
            Some(false) => self.aggregated_id = id,
            None => {}
        }
    }
}

/// The hash of an id: a string that is not empty.
fn id_of(seed: &RandomState, token: Token<'_>) -> Option<u64> {
    let Token::Text(written) = token else { return None };
    (written != b"\"\"").then(|| match string_text(written) {
        Some(text) => seed.hash_one(text.as_bytes()),
        None => seed.hash_one(written),
    })
}

#[cfg(test)]
#[path = "same_event_tests.rs"]
mod tests;
