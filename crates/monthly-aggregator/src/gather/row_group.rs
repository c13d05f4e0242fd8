//! Records that will be one row group.

use std::sync::Arc;

use cloudtrail_model::Day;
use lake::EventDays;

use crate::plan::size::Size;
use crate::read::piece::{Line, Piece, SparePieces};

/// Records that will be one row group, in the order they came.
#[derive(Debug, Default)]
pub(crate) struct RowGroup {
    /// Some lines of a piece, with their delivery day.
    pieces: Vec<(Day, Arc<Piece>, Vec<u32>)>,
    pub(crate) rows: usize,
    /// Bytes of text, line ends included.
    pub(crate) raw_bytes: usize,
    /// The size of the window that begins with it.
    pub(crate) begins: Option<Size>,
}

impl RowGroup {
    /// Adds some lines of a piece, and takes them out of `lines`.
    pub(crate) fn add(&mut self, delivered: Day, piece: &Arc<Piece>, lines: &mut Vec<u32>) {
        if !lines.is_empty() {
            self.pieces.push((delivered, piece.clone(), std::mem::take(lines)));
        }
    }

    /// The lines, each with the piece that has its text.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (&Piece, &Line)> {
        self.pieces
            .iter()
            .flat_map(|(_, piece, lines)| lines.iter().map(|at| (&**piece, &piece.lines[*at as usize])))
    }

    /// The records by event day.
    pub(crate) fn event_days(&self) -> EventDays {
        let mut event_days = EventDays::default();
        for (delivered, piece, lines) in &self.pieces {
            lines.iter().for_each(|at| event_days.add(*delivered, piece.lines[*at as usize].instant));
        }
        event_days
    }

    /// Gives its pieces back, but those that another row group has lines of too.
    pub(crate) fn give_back(self, spare: &SparePieces) {
        let pieces = self.pieces.into_iter().filter_map(|(_, piece, _)| Arc::into_inner(piece));
        pieces.for_each(|piece| spare.give_back(piece));
    }
}
