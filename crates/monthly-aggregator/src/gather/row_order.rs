//! The order of rows: by source, name, identity, time, each as written. Records that say similar things stand together,
//! which the columns reward (docs/internals/adr/0005).

use hashbrown::HashMap;

use crate::gather::row_group::RowGroup;
use crate::read::piece::{Line, Piece};

/// What a row is sorted by. The fields decide in their order; what they leave open the texts themselves decide.
struct Key<'g> {
    /// The place of its source, name and identity among those of the row group.
    kind: u32,
    /// The beginning of its time: the first 16 bytes as a number, and the next 8.
    time: (u128, u64),
    /// The place it came in.
    at: u32,
    line: (&'g Piece, &'g Line),
}

impl Key<'_> {
    fn rest_of_time(&self) -> Option<&[u8]> {
        self.line.0.event_time(self.line.1).get(24..)
    }
}

/// The lines of a row group in the order of its rows.
pub(crate) fn in_order(group: &RowGroup) -> Vec<(&Piece, &Line)> {
    let mut numbers: HashMap<[&[u8]; 3], u32, foldhash::fast::FixedState> = HashMap::default();
    let mut kinds: Vec<[&[u8]; 3]> = Vec::new();
    // a row group has less than 4 G rows: its text is in memory
    let mut keys: Vec<Key<'_>> = Vec::with_capacity(group.rows);
    for (at, (piece, line)) in (0u32..).zip(group.lines()) {
        let kind = *numbers.entry(piece.kind(line)).or_insert_with_key(|kind| {
            kinds.push(*kind);
            u32::try_from(kinds.len() - 1).unwrap_or(u32::MAX)
        });
        keys.push(Key { kind, time: beginning(piece.event_time(line)), at, line: (piece, line) });
    }
    let mut sorted: Vec<usize> = (0..kinds.len()).collect();
    sorted.sort_unstable_by_key(|at| kinds[*at]);
    let mut places = vec![0; kinds.len()];
    for (place, at) in (0u32..).zip(sorted) {
        places[at] = place;
    }
    keys.iter_mut().for_each(|key| key.kind = places[key.kind as usize]);
    keys.sort_unstable_by(|a, b| {
        let beginnings = (a.kind, a.time).cmp(&(b.kind, b.time));
        beginnings.then_with(|| a.rest_of_time().cmp(&b.rest_of_time())).then(a.at.cmp(&b.at))
    });
    keys.into_iter().map(|key| key.line).collect()
}

/// The first bytes of a text, so that texts sort as they do: no text has a zero byte in it, for JSON allows none.
fn beginning(text: &[u8]) -> (u128, u64) {
    let mut bytes = [0; 24];
    let length = text.len().min(bytes.len());
    bytes[..length].copy_from_slice(&text[..length]);
    let (first, next) = bytes.split_at(16);
    (first.try_into().map_or(0, u128::from_be_bytes), next.try_into().map_or(0, u64::from_be_bytes))
}

#[cfg(test)]
#[path = "row_order_tests.rs"]
mod tests;
