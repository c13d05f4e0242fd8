//! Lines of a daily part taken apart, in pieces of bounded size.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use cloudtrail_model::{
    Day, EnvelopeError, Fingerprint, LeafValue, Shredded, ShreddedRow, ShreddedRows, Shredder, SortKeys,
};

/// Bytes of text after which a piece is handed on.
pub(crate) const PIECE_BYTES: usize = 1 << 20;

/// Lines of one daily part, taken apart.
#[derive(Debug, Default)]
pub(crate) struct Piece {
    rows: ShreddedRows,
    pub(crate) lines: Vec<Line>,
    /// The fingerprint of each line, until the gatherer takes them.
    pub(crate) fingerprints: Vec<Option<Fingerprint>>,
}

/// Pieces whose rows are written, so that the next rows go to memory that is there already.
#[derive(Debug, Clone, Default)]
pub(crate) struct SparePieces(Arc<Mutex<Vec<Piece>>>);

impl SparePieces {
    /// An empty piece.
    pub(crate) fn take(&self) -> Piece {
        let spare = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        spare.unwrap_or_else(|| {
            let mut piece = Piece::default();
            piece.rows.reserve(PIECE_BYTES);
            piece
        })
    }

    /// Takes back a piece that nobody reads any more.
    pub(crate) fn give_back(&self, mut piece: Piece) {
        piece.rows.clear();
        piece.lines.clear();
        piece.fingerprints.clear();
        // a piece of one long record is larger than others
        if piece.rows.capacity() <= 2 * PIECE_BYTES {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(piece);
        }
    }
}

/// Where the values of a record are in its piece, and what tells it from others.
#[derive(Debug)]
pub(crate) struct Line {
    row: ShreddedRow,
    sort: SortKeys,
    /// Bytes of the record.
    pub(crate) raw_bytes: u32,
    /// The instant that decides its event day, in microseconds; none if the record is undated.
    pub(crate) instant: Option<i64>,
}

impl Line {
    /// The structs it has.
    pub(crate) fn present(&self) -> u32 {
        self.row.present
    }
}

impl Piece {
    /// Whether a line of `bytes` bytes belongs to the next piece.
    pub(crate) fn is_full(&self, bytes: usize) -> bool {
        !self.lines.is_empty() && self.text().len() + bytes > PIECE_BYTES
    }

    /// Takes in a line that was delivered on a day.
    pub(crate) fn add(
        &mut self,
        shredder: &mut Shredder,
        delivered: Day,
        line: &[u8],
    ) -> Result<(), EnvelopeError> {
        let Shredded { record, row, sort, instant } = shredder.shred(line, delivered, &mut self.rows)?;
        // the shredder takes no line that long
        let raw_bytes = u32::try_from(line.len()).unwrap_or(u32::MAX);
        self.fingerprints.push(Fingerprint::of(&record));
        self.lines.push(Line { row, sort, raw_bytes, instant });
        Ok(())
    }

    /// The values of a line, whose text is in [`Piece::text`].
    pub(crate) fn values(&self, line: &Line) -> impl Iterator<Item = LeafValue> {
        self.rows.values(&line.row)
    }

    /// The text that the values of all lines are in.
    pub(crate) fn text(&self) -> &[u8] {
        self.rows.text()
    }

    /// Source, name and identity of a line.
    pub(crate) fn kind(&self, line: &Line) -> [&[u8]; 3] {
        let SortKeys { event_source, event_name, identity, .. } = &line.sort;
        [event_source, event_name, identity].map(|span| self.at(span))
    }

    /// The eventTime of a line, as written; empty where it is missing.
    pub(crate) fn event_time(&self, line: &Line) -> &[u8] {
        self.at(&line.sort.event_time)
    }

    fn at(&self, span: &Range<u32>) -> &[u8] {
        &self.text()[span.start as usize..span.end as usize]
    }
}

#[cfg(test)]
#[path = "piece_tests.rs"]
mod tests;
