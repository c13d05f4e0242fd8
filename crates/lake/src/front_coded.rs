//! A sorted run of keys with values, in few bytes: a key is stored as its difference from the key before.
//!
//! ```text
//! entry    = shared, rest length, value length (varints), rest of the key, value
//! restarts = offsets of every 32nd entry, whose key is stored whole: a search begins there
//! ```

use std::cmp::Ordering;

/// Entries between two keys that are stored whole.
const RESTART: usize = 32;

/// Keys in ascending order, each with a value. Both are bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FrontCoded {
    bytes: Vec<u8>,
    restarts: Vec<u32>,
    len: usize,
    last: Vec<u8>,
}

/// A key that is not greater than the one before it, or a run that is too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotAscending;

impl FrontCoded {
    /// Appends an entry.
    ///
    /// # Errors
    /// Fails if the key is not greater than the last one, or if the run would exceed 4 GiB. The run is unchanged then.
    pub(crate) fn push(&mut self, key: &[u8], value: &[u8]) -> Result<(), NotAscending> {
        if self.len > 0 && key <= self.last.as_slice() {
            return Err(NotAscending);
        }
        let shared = if self.len.is_multiple_of(RESTART) {
            self.restarts.push(u32::try_from(self.bytes.len()).map_err(|_| NotAscending)?);
            0
        } else {
            key.iter().zip(&self.last).take_while(|(a, b)| a == b).count()
        };
        let rest = &key[shared..];
        for length in [shared, rest.len(), value.len()] {
            put_varint(&mut self.bytes, length as u64);
        }
        self.bytes.extend_from_slice(rest);
        self.bytes.extend_from_slice(value);
        self.last.clear();
        self.last.extend_from_slice(key);
        self.len += 1;
        Ok(())
    }

    /// Number of entries.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Bytes of memory that the entries take.
    pub(crate) fn memory(&self) -> usize {
        self.bytes.capacity() + self.restarts.capacity() * size_of::<u32>() + self.last.capacity()
    }

    /// Releases memory that is reserved for further entries.
    pub(crate) fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
        self.restarts.shrink_to_fit();
    }

    /// The entries, in the order of their keys.
    pub(crate) fn iter(&self) -> Entries<'_> {
        Entries { bytes: &self.bytes, at: 0, key: Vec::new() }
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &[u8]) -> Option<&[u8]> {
        // the last whole key that is not greater
        let after = self.restarts.partition_point(|at| {
            let mut first = Entries { bytes: &self.bytes, at: *at as usize, key: Vec::new() };
            first.next().is_some_and(|_| first.key.as_slice() <= key)
        });
        let at = *self.restarts.get(after.checked_sub(1)?)? as usize;
        let mut entries = Entries { bytes: &self.bytes, at, key: Vec::new() };
        for _ in 0..RESTART {
            let value = entries.next()?;
            match entries.key.as_slice().cmp(key) {
                Ordering::Less => {}
                Ordering::Equal => return Some(value),
                Ordering::Greater => return None,
            }
        }
        None
    }
}

/// The entries of a [`FrontCoded`]: values from [`Entries::next`], each with its key in [`Entries::key`].
#[derive(Debug, Clone)]
pub(crate) struct Entries<'a> {
    bytes: &'a [u8],
    at: usize,
    key: Vec<u8>,
}

impl<'a> Entries<'a> {
    /// The key of the value returned last.
    pub(crate) fn key(&self) -> &[u8] {
        &self.key
    }

    /// The value of the next entry; `None` after the last.
    pub(crate) fn next(&mut self) -> Option<&'a [u8]> {
        let mut rest = self.bytes.get(self.at..)?;
        if rest.is_empty() {
            return None;
        }
        let lengths = [take_varint(&mut rest)?, take_varint(&mut rest)?, take_varint(&mut rest)?];
        let [shared, key, value] = lengths.map(|length| usize::try_from(length).unwrap_or(usize::MAX));
        self.key.truncate(shared);
        self.key.extend_from_slice(rest.split_off(..key)?);
        let value = rest.split_off(..value)?;
        self.at = self.bytes.len() - rest.len();
        Some(value)
    }
}

/// Appends a number, seven bits a byte, the low ones first (LEB128).
pub(crate) fn put_varint(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push((number & 0x7f) as u8);
}

/// Takes a number from the front of `bytes`; `None` if there is no whole one.
pub(crate) fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.split_off_first()?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
#[path = "front_coded_tests.rs"]
mod tests;
