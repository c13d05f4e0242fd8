//! Gather: each record once, in row groups of a few days; every daily part accounted for.

use std::collections::VecDeque;
use std::sync::Arc;

use cloudtrail_model::{Day, DedupeIndex, Seen};
use lake::{EventDays, Input, InputsWriter, Part, WrittenInputs};

use crate::Options;
use crate::read::piece::{Line, Piece, SparePieces};

/// Records that will be one row group, in the order they came.
#[derive(Debug, Default)]
pub(crate) struct RowGroup {
    /// Some lines of a piece, with their delivery day.
    pieces: Vec<(Day, Arc<Piece>, Vec<u32>)>,
    pub(crate) rows: usize,
    /// Bytes of text, line ends included.
    pub(crate) raw_bytes: usize,
    /// The last delivery day it may hold.
    last_day: Option<Day>,
}

impl RowGroup {
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

/// Puts lines into row groups.
#[derive(Debug)]
pub(crate) struct Gatherer {
    options: Options,
    index: DedupeIndex,
    /// The parts still to come, the current one first.
    parts: VecDeque<(Day, Part)>,
    /// The counts of the current part so far.
    current: Account,
    inputs: InputsWriter<'static>,
    conflicts: u64,
    group: RowGroup,
    full: VecDeque<RowGroup>,
}

#[derive(Debug, Default)]
struct Account {
    records: u64,
    duplicates: u64,
    other_months: u64,
}

/// What all parts came to.
#[derive(Debug)]
pub(crate) struct Gathered {
    pub(crate) inputs: WrittenInputs,
    /// See [`lake::Totals::conflicts`].
    pub(crate) conflicts: u64,
    pub(crate) index_bytes: u64,
}

impl Gatherer {
    /// Nothing yet of these parts, which will come in this order.
    pub(crate) fn new(parts: Vec<(Day, Part)>, options: Options) -> Self {
        Gatherer {
            options,
            index: DedupeIndex::default(),
            parts: parts.into(),
            current: Account::default(),
            inputs: InputsWriter::new(None),
            conflicts: 0,
            group: RowGroup::default(),
            full: VecDeque::new(),
        }
    }

    /// Takes the next lines of the current part.
    pub(crate) fn add(&mut self, piece: Piece) {
        let Some(day) = self.parts.front().map(|(day, _)| *day) else { return };
        self.current.other_months += piece.other_months;
        self.current.records += piece.other_months + piece.lines.len() as u64;
        let piece = Arc::new(piece);
        let mut kept = Vec::with_capacity(piece.lines.len());
        for (at, line) in (0u32..).zip(&piece.lines) {
            match line.fingerprint.map_or(Seen::New, |fingerprint| self.index.insert(fingerprint)) {
                Seen::New => {}
                Seen::Conflict => self.conflicts += 1,
                Seen::Duplicate => {
                    self.current.duplicates += 1;
                    continue;
                }
            }
            let raw_bytes = line.raw_bytes as usize + 1;
            if self.is_full(day, raw_bytes) {
                self.close(day, &piece, &mut kept);
            }
            kept.push(at);
            self.group.last_day.get_or_insert_with(|| last_day(day, self.options.row_group_days));
            self.group.rows += 1;
            self.group.raw_bytes += raw_bytes;
        }
        if !kept.is_empty() {
            self.group.pieces.push((day, piece, kept));
        }
    }

    /// The current part is read whole.
    pub(crate) fn end_part(&mut self) {
        let Some((_, part)) = self.parts.pop_front() else { return };
        let Account { records, duplicates, other_months } = std::mem::take(&mut self.current);
        self.inputs.push(&Input {
            key: part.key,
            etag: part.sha256,
            bytes: part.bytes,
            raw_bytes: part.raw_bytes,
            records,
            duplicates,
            other_months,
            ..Input::default()
        });
    }

    /// The oldest row group that is full.
    pub(crate) fn next_full(&mut self) -> Option<RowGroup> {
        self.full.pop_front()
    }

    /// The last row group, and the accounts.
    pub(crate) fn finish(self) -> (Option<RowGroup>, Gathered) {
        let Gatherer { index, inputs, conflicts, group, .. } = self;
        let last = (group.rows > 0).then_some(group);
        (last, Gathered { inputs: inputs.finish(), conflicts, index_bytes: index.memory() })
    }

    fn is_full(&self, day: Day, raw_bytes: usize) -> bool {
        let group = &self.group;
        group.rows > 0
            && (group.raw_bytes + raw_bytes > self.options.row_group_raw_bytes
                || group.rows >= self.options.row_group_rows
                || group.last_day.is_some_and(|last| day > last))
    }

    fn close(&mut self, day: Day, piece: &Arc<Piece>, kept: &mut Vec<u32>) {
        if !kept.is_empty() {
            self.group.pieces.push((day, piece.clone(), std::mem::take(kept)));
        }
        self.full.push_back(std::mem::take(&mut self.group));
    }
}

/// The last of `days` days, counted from `first`.
fn last_day(first: Day, days: u8) -> Day {
    std::iter::successors(Some(first), |day| day.next()).take(usize::from(days)).last().unwrap_or(first)
}

#[cfg(test)]
#[path = "gatherer_tests.rs"]
mod tests;
