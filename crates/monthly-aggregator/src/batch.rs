//! Rows of a row group turned round: for each leaf the values of all rows.

use cloudtrail_model::{Leaf, LeafValue};

use crate::piece::{Line, Piece};

/// Rows of a batch.
pub(crate) const BATCH_ROWS: usize = 512;

/// Some rows by leaves.
#[derive(Debug)]
pub(crate) struct Batch<'g> {
    /// Of each row the text its values are in, and the structs it has.
    rows: Vec<(&'g [u8], u32)>,
    /// Of each leaf that is not repeated the place of its value in every row; nothing where no row has one.
    places: Vec<Vec<Place>>,
    /// Of each repeated leaf the values there are, and of which row each is.
    repeated: Vec<Vec<(u32, LeafValue)>>,
}

/// Where a value is: its start and its length, which has [`AGAIN`] in it where the value is that of the row before.
type Place = (u32, u32);

const AGAIN: u32 = 1 << 31;
/// The length of a value that is not there.
const NONE: u32 = AGAIN - 1;

/// What a row has of a leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cell<'g> {
    /// A value, and whether it is known to be the same as that of the last row that had one.
    Value(&'g [u8], bool),
    /// None; the structs the row has.
    Missing(u32),
}

impl<'g> Batch<'g> {
    /// Rows in the order they are to be written.
    pub(crate) fn new(leaves: &[Leaf], lines: &[(&'g Piece, &'g Line)]) -> Self {
        let mut places: Vec<Vec<Place>> = vec![Vec::new(); leaves.len()];
        let mut repeated = vec![Vec::new(); leaves.len()];
        // compared here, where a row's values are side by side in memory, and not column by column
        let mut last: Vec<Option<&[u8]>> = vec![None; leaves.len()];
        for (row, (piece, line)) in (0u32..).zip(lines) {
            for value in piece.values(line) {
                let leaf = usize::from(value.leaf);
                if value.levels.is_some() {
                    repeated[leaf].push((row, value));
                    continue;
                }
                let places = &mut places[leaf];
                if places.is_empty() {
                    places.resize(lines.len(), (0, NONE));
                }
                let text = at(piece.text(), value.start, value.length);
                let again = last[leaf].replace(text) == Some(text);
                places[row as usize] = (value.start, value.length | if again { AGAIN } else { 0 });
            }
        }
        let rows = lines.iter().map(|(piece, line)| (piece.text(), line.present())).collect();
        Batch { rows, places, repeated }
    }

    /// Number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Whether no row has a value of a leaf.
    pub(crate) fn is_empty(&self, leaf: usize) -> bool {
        self.places[leaf].is_empty() && self.repeated[leaf].is_empty()
    }

    /// The structs of each row.
    pub(crate) fn present(&self) -> impl Iterator<Item = u32> {
        self.rows.iter().map(|(_, present)| *present)
    }

    /// What each row has of a leaf that is not repeated.
    pub(crate) fn cells(&self, leaf: usize) -> impl Iterator<Item = Cell<'g>> {
        self.rows.iter().zip(&self.places[leaf]).map(|((text, present), (start, length))| match length {
            &NONE => Cell::Missing(*present),
            length => Cell::Value(at(text, *start, length & !AGAIN), length & AGAIN != 0),
        })
    }

    /// Of each row the values of a repeated leaf, each with its levels; and the structs the row has.
    pub(crate) fn repeated(
        &self,
        leaf: usize,
    ) -> impl Iterator<Item = (u32, impl Iterator<Item = (u8, u8, &'g [u8])>)> {
        let mut left = self.repeated[leaf].as_slice();
        (0u32..).zip(&self.rows).map(move |(row, (text, present))| {
            let count = left.iter().take_while(|(of, _)| *of == row).count();
            let (values, rest) = left.split_at(count);
            left = rest;
            let values = values.iter().map(|(_, value)| {
                let (repetition, definition) = value.levels.unwrap_or_default();
                (repetition, definition, at(text, value.start, value.length))
            });
            (*present, values)
        })
    }
}

fn at(text: &[u8], start: u32, length: u32) -> &[u8] {
    &text[start as usize..start as usize + length as usize]
}

#[cfg(test)]
#[path = "batch_tests.rs"]
mod tests;
