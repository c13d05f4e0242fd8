//! The distinct values of a column chunk, in the order they come in.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

/// Distinct values, laid out as Parquet's dictionary page has them.
#[derive(Debug, Default)]
pub(crate) struct Dictionary {
    /// Each value behind its length.
    page: Vec<u8>,
    entries: Vec<Entry>,
    /// Places in `entries`, found by their hash.
    indices: HashTable<u32>,
    last: usize,
}

/// A value: where it begins and ends, half of its hash, and the page it was last asked for.
#[derive(Debug, Clone, Copy)]
struct Entry {
    start: u32,
    end: u32,
    hash: u32,
    page: usize,
}

impl Dictionary {
    /// The index of a value, and whether this is the first time for a page. Pages are counted from 1.
    pub(crate) fn index(&mut self, value: &[u8], of_page: usize) -> (u32, bool) {
        let Dictionary { page, entries, indices, last } = self;
        // rows are sorted: most values are the one before
        if let Some(entry) = entries.get_mut(*last)
            && entry.of(page) == value
        {
            return (narrow(*last), std::mem::replace(&mut entry.page, of_page) != of_page);
        }
        let hash = hash(value);
        let is_known = |index: &u32| {
            let entry = entries[*index as usize];
            entry.hash == hash && entry.of(page) == value
        };
        let index = match indices.find(spread(hash), is_known) {
            Some(index) => *index,
            None => {
                page.extend_from_slice(&narrow(value.len()).to_le_bytes());
                let start = narrow(page.len());
                page.extend_from_slice(value);
                let index = narrow(entries.len());
                entries.push(Entry { start, end: narrow(page.len()), hash, page: 0 });
                let hash_of = |index: &u32| spread(entries[*index as usize].hash);
                indices.insert_unique(spread(hash), index, hash_of);
                index
            }
        };
        *last = index as usize;
        (index, std::mem::replace(&mut entries[*last].page, of_page) != of_page)
    }

    /// A value by its index.
    pub(crate) fn value(&self, index: u32) -> &[u8] {
        self.entries[index as usize].of(&self.page)
    }

    /// Keeps the first `length` values only.
    pub(crate) fn truncate(&mut self, length: usize) {
        let Dictionary { page, entries, indices, last } = self;
        for (index, entry) in entries.iter().enumerate().skip(length) {
            if let Ok(found) = indices.find_entry(spread(entry.hash), |other| *other as usize == index) {
                found.remove();
            }
        }
        entries.truncate(length);
        page.truncate(entries.last().map_or(0, |entry| entry.end as usize));
        *last = 0;
    }

    /// Number of values.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The values as a dictionary page has them.
    pub(crate) fn page(&self) -> &[u8] {
        &self.page
    }

    /// Each value once.
    pub(crate) fn values(&self) -> impl Iterator<Item = &[u8]> {
        self.entries.iter().map(|entry| entry.of(&self.page))
    }
}

impl Entry {
    fn of(self, page: &[u8]) -> &[u8] {
        &page[self.start as usize..self.end as usize]
    }
}

/// Which hash a value has decides nothing but how fast it is found.
#[expect(clippy::cast_possible_truncation, reason = "half a hash is kept")]
fn hash(value: &[u8]) -> u32 {
    FixedState::default().hash_one(value) as u32
}

/// Half a hash as a whole one: the table looks at both ends of it.
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// A dictionary is ended long before it has 4 GiB.
fn narrow(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[path = "dictionary_tests.rs"]
mod tests;
