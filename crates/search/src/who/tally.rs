//! How often texts occur, in bounded memory.

use std::collections::BTreeMap;

/// Texts that are told apart, at most. Attackers choose texts: records with further ones are counted together.
const TEXTS: usize = 4096;

/// Bytes of a text that are kept.
const TEXT_BYTES: usize = 512;

/// How often texts occur.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    counts: BTreeMap<String, u64>,
    beyond: u64,
}

/// The texts that occur most often, and how much there is besides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Top {
    /// The texts with their numbers of records, the most frequent first.
    pub texts: Vec<(String, u64)>,
    /// Number of further texts that are told apart.
    pub more_texts: u64,
    /// Number of records of all further texts.
    pub more_records: u64,
}

impl Tally {
    /// Adds a record with a text.
    pub(crate) fn add(&mut self, text: &str) {
        let text = &text[..text.floor_char_boundary(TEXT_BYTES)];
        let is_full = self.counts.len() >= TEXTS;
        match self.counts.get_mut(text) {
            Some(count) => *count += 1,
            None if is_full => self.beyond += 1,
            None => _ = self.counts.insert(text.to_owned(), 1),
        }
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// The texts that occur most often, at most `most` of them.
    pub fn top(&self, most: usize) -> Top {
        let mut texts: Vec<(&String, u64)> = self.counts.iter().map(|(text, count)| (text, *count)).collect();
        texts.sort_by_key(|(text, count)| (std::cmp::Reverse(*count), *text));
        let more = texts.split_off(most.min(texts.len()));
        Top {
            texts: texts.into_iter().map(|(text, count)| (text.clone(), count)).collect(),
            more_texts: more.len() as u64,
            more_records: more.iter().map(|(_, count)| count).sum::<u64>() + self.beyond,
        }
    }
}

#[cfg(test)]
#[path = "tally_tests.rs"]
mod tests;
