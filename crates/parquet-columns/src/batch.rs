//! Rows turned round: for each column the values of all rows.

use crate::row::{Row, Value};

/// Rows of a batch.
pub(crate) const BATCH_ROWS: usize = 512;

/// Some rows by columns.
#[derive(Debug)]
pub(crate) struct Batch<'g> {
    /// Of each row the text its values are in, and the optional groups it has.
    rows: Vec<(&'g [u8], u32)>,
    /// Of each column that is not repeated the place of its value in every row; nothing where no row has one.
    places: Vec<Vec<Place>>,
    /// Of each repeated column the entries there are.
    repeated: Vec<Vec<Entry>>,
}

/// An entry of a repeated column: its row, its repetition and definition level, and where its value is.
#[derive(Debug, Clone, Copy)]
struct Entry {
    row: u32,
    levels: (u8, u8),
    start: u32,
    length: u32,
}

/// Where a value is: its start and its length, which has [`AGAIN`] in it where the value is that of the row before.
type Place = (u32, u32);

const AGAIN: u32 = 1 << 31;
/// The length of a value that is not there.
const NONE: u32 = AGAIN - 1;

/// What a row has of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cell<'g> {
    /// A value, and whether it is known to be the same as that of the last row that had one.
    Value(&'g [u8], bool),
    /// None; the optional groups the row has.
    Missing(u32),
}

impl<'g> Batch<'g> {
    /// Rows in the order they are to be written.
    pub(crate) fn new<R: Row>(columns: usize, rows: &'g [R]) -> Self {
        let mut places: Vec<Vec<Place>> = vec![Vec::new(); columns];
        let mut repeated = vec![Vec::new(); columns];
        // compared here, where a row's values are side by side in memory, and not column by column
        let mut last: Vec<Option<&[u8]>> = vec![None; columns];
        for (number, row) in (0u32..).zip(rows) {
            for Value { column, levels, start, length } in row.values() {
                if let Some(levels) = levels {
                    repeated[column].push(Entry { row: number, levels, start, length });
                    continue;
                }
                let places = &mut places[column];
                if places.is_empty() {
                    places.resize(rows.len(), (0, NONE));
                }
                let text = at(row.bytes(), start, length);
                let again = last[column].replace(text) == Some(text);
                places[number as usize] = (start, length | if again { AGAIN } else { 0 });
            }
        }
        let rows = rows.iter().map(|row| (row.bytes(), row.present())).collect();
        Batch { rows, places, repeated }
    }

    /// Number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Whether no row has a value of a column.
    pub(crate) fn is_empty(&self, column: usize) -> bool {
        self.places[column].is_empty() && self.repeated[column].is_empty()
    }

    /// Whether the values of a column have levels if it is repeated, and none otherwise.
    pub(crate) fn fits(&self, column: usize, repeated: bool) -> bool {
        let others = if repeated { self.places[column].len() } else { self.repeated[column].len() };
        others == 0
    }

    /// The optional groups of each row.
    pub(crate) fn present(&self) -> impl Iterator<Item = u32> {
        self.rows.iter().map(|(_, present)| *present)
    }

    /// What each row has of a column that is not repeated.
    pub(crate) fn cells(&self, column: usize) -> impl Iterator<Item = Cell<'g>> {
        self.rows.iter().zip(&self.places[column]).map(|((text, present), (start, length))| match length {
            &NONE => Cell::Missing(*present),
            length => Cell::Value(at(text, *start, length & !AGAIN), length & AGAIN != 0),
        })
    }

    /// Of each row the entries of a repeated column, each with its levels; and the optional groups the row has.
    pub(crate) fn repeated(
        &self,
        column: usize,
    ) -> impl Iterator<Item = (u32, impl Iterator<Item = (u8, u8, &'g [u8])>)> {
        let mut left = self.repeated[column].as_slice();
        (0u32..).zip(&self.rows).map(move |(row, (text, present))| {
            let count = left.iter().take_while(|entry| entry.row == row).count();
            let (entries, rest) = left.split_at(count);
            left = rest;
            let entries = entries.iter().map(|entry| {
                let (repetition, definition) = entry.levels;
                (repetition, definition, at(text, entry.start, entry.length))
            });
            (*present, entries)
        })
    }
}

fn at(text: &[u8], start: u32, length: u32) -> &[u8] {
    &text[start as usize..start as usize + length as usize]
}

#[cfg(test)]
#[path = "batch_tests.rs"]
mod tests;
