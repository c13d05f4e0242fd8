//! The inputs of a partition, in few bytes: some 60 for a log file of an ordinary trail.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use cloudtrail_model::account_of;

use crate::Input;
use crate::front_coded::{Entries, FrontCoded};

/// Inputs in the order of account and key, each key once. Inputs without an account (daily parts) come first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inputs {
    run: FrontCoded,
}

/// The place of an input among others: its account, then its key.
pub(crate) fn sort_key(key: &str) -> Vec<u8> {
    [account_of(key).as_bytes(), b"\0", key.as_bytes()].concat()
}

/// The key of an input in its place.
fn key_in(place: &[u8]) -> Option<&str> {
    let at = memchr::memchr(0, place)?;
    std::str::from_utf8(place.get(at + 1..)?).ok()
}

impl FromIterator<Input> for Inputs {
    /// Inputs in any order. Of a key that comes several times, the last input stays.
    fn from_iter<I: IntoIterator<Item = Input>>(inputs: I) -> Self {
        let sorted: BTreeMap<_, _> = inputs.into_iter().map(|input| (sort_key(&input.key), input)).collect();
        let mut run = Inputs::default();
        for input in sorted.values() {
            let _ascends = run.push(input);
        }
        run
    }
}

impl Inputs {
    /// Appends an input. Returns whether it comes after the last one.
    #[must_use]
    pub(crate) fn push(&mut self, input: &Input) -> bool {
        let mut packed = Vec::with_capacity(64);
        input.pack(&mut packed);
        self.run.push(&sort_key(&input.key), &packed).is_ok()
    }

    /// The inputs of several commits, in their order: of a key that several have, the newest stays.
    pub(crate) fn merged(mut runs: Vec<Inputs>) -> Inputs {
        runs.retain(|run| !run.is_empty());
        if runs.len() < 2 {
            return runs.pop().unwrap_or_default();
        }
        let mut sources: Vec<Source<'_>> = runs.iter().map(|run| Source::of(run.run.iter())).collect();
        // the smallest key first, and of equal keys that of the newest run
        let mut next: BinaryHeap<_> =
            (0..sources.len()).filter_map(|run| Some((Reverse(sources[run].place()?), run))).collect();
        let mut merged = FrontCoded::default();
        while let Some((Reverse(place), run)) = next.pop() {
            // an older input of the same key is refused
            let _newest = merged.push(&place, sources[run].value);
            sources[run].advance();
            next.extend(sources[run].place().map(|place| (Reverse(place), run)));
        }
        merged.shrink();
        Inputs { run: merged }
    }

    /// The input of a key.
    pub fn get(&self, key: &str) -> Option<Input> {
        if self.is_empty() {
            return None;
        }
        Input::unpack(key, self.run.get(&sort_key(key))?)
    }

    /// Looks up keys that ascend in the order of account and key: faster than [`Inputs::get`] for many of them.
    pub fn walk(&self) -> InputsWalk<'_> {
        InputsWalk { source: Source::of(self.run.iter()) }
    }

    /// The inputs, in the order of account and key.
    pub fn iter(&self) -> impl Iterator<Item = Input> {
        let mut entries = self.run.iter();
        std::iter::from_fn(move || {
            let value = entries.next()?;
            Input::unpack(key_in(entries.key())?, value)
        })
    }

    /// Number of inputs.
    pub fn len(&self) -> usize {
        self.run.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of memory.
    pub fn memory(&self) -> u64 {
        self.run.memory() as u64
    }
}

/// Looks up ascending keys: see [`Inputs::walk`].
#[derive(Debug)]
pub struct InputsWalk<'a> {
    source: Source<'a>,
}

impl InputsWalk<'_> {
    /// Whether no further key can be found.
    pub fn is_at_end(&self) -> bool {
        self.source.ended
    }

    /// The input of a key that comes after all keys that were looked up before.
    pub fn get(&mut self, key: &str) -> Option<Input> {
        let place = sort_key(key);
        while !self.source.ended && self.source.entries.key() < place.as_slice() {
            self.source.advance();
        }
        let found = !self.source.ended && self.source.entries.key() == place.as_slice();
        if found { Input::unpack(key, self.source.value) } else { None }
    }
}

/// A run and its next entry.
#[derive(Debug)]
struct Source<'a> {
    entries: Entries<'a>,
    value: &'a [u8],
    ended: bool,
}

impl<'a> Source<'a> {
    fn of(entries: Entries<'a>) -> Self {
        let mut source = Source { entries, value: &[], ended: false };
        source.advance();
        source
    }

    fn advance(&mut self) {
        match self.entries.next() {
            Some(value) => self.value = value,
            None => self.ended = true,
        }
    }

    fn place(&self) -> Option<Vec<u8>> {
        (!self.ended).then(|| self.entries.key().to_vec())
    }
}

#[cfg(test)]
#[path = "inputs_tests.rs"]
mod tests;
