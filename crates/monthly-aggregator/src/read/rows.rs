//! Rows in memory: lines as Parquet without a lake.

use cloudtrail_model::{Day, EnvelopeError, Shredder, Table};
use parquet::errors::Result;

use crate::Options;
use crate::encode::row_group::Encoder;
use crate::read::piece::Piece;

/// Lines taken apart.
#[derive(Debug)]
pub struct Rows {
    table: Table,
    piece: Piece,
}

impl Rows {
    /// The records of some lines of NDJSON, in their order, all of them delivered on one day.
    ///
    /// # Errors
    /// Fails if a line is not a record.
    pub fn of<'l>(
        table: Table,
        delivered: Day,
        lines: impl IntoIterator<Item = &'l [u8]>,
    ) -> Result<Self, EnvelopeError> {
        let mut shredder = Shredder::new(table);
        let mut piece = Piece::default();
        for line in lines {
            piece.add(&mut shredder, delivered, line)?;
        }
        Ok(Rows { table, piece })
    }

    /// A Parquet file of one row group. Columns are encoded on the thread pool that calls.
    ///
    /// # Errors
    /// Fails if the rows cannot be encoded.
    pub fn to_parquet(&self, options: &Options) -> Result<Vec<u8>> {
        let encoder = Encoder::new(self.table, options)?;
        let rows: Vec<_> = self.piece.lines.iter().map(|line| (&self.piece, line)).collect();
        let mut file = encoder.start_file()?;
        encoder.columns(rows)?.append_to(&mut file)?;
        file.into_inner()
    }
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;
