//! Gather: each event once, in row groups of whole event days where they fit; every daily part accounted for.

use std::collections::VecDeque;
use std::sync::Arc;

use cloudtrail_model::{Day, Fingerprint, OffDayIndex, Seen, event_day};

use crate::Options;
use crate::gather::accounts::{Accounts, Gathered};
use crate::gather::row_group::RowGroup;
use crate::plan::size::Size;
use crate::plan::window::{PartRead, Wanted, Window};
use crate::read::daily_lines::Records;
use crate::read::piece::Piece;

/// Puts the records of a slice into row groups.
#[derive(Debug)]
pub(crate) struct Gatherer {
    options: Options,
    /// The windows still to come, the current one first, each with its reads still to come.
    windows: VecDeque<CurrentWindow>,
    index: OffDayIndex,
    index_bytes: u64,
    accounts: Accounts,
    group: RowGroup,
    full: VecDeque<RowGroup>,
}

#[derive(Debug)]
struct CurrentWindow {
    reads: VecDeque<PartRead>,
    size: Size,
    last: Day,
    /// Whether a row group of it has begun.
    begun: bool,
}

/// Whether a window is complete.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ReadEnd {
    Within,
    /// All records of the window with this last event day are gathered.
    Window(Day),
}

impl Gatherer {
    /// Nothing yet of these windows, whose reads will come in their order.
    pub(crate) fn new(windows: &[Window], options: Options) -> Self {
        let windows = windows.iter().map(|window| CurrentWindow {
            reads: window.reads.iter().cloned().collect(),
            size: window.size,
            last: window.last,
            begun: false,
        });
        Gatherer {
            options,
            windows: windows.collect(),
            index: OffDayIndex::default(),
            index_bytes: 0,
            accounts: Accounts::default(),
            group: RowGroup::default(),
            full: VecDeque::new(),
        }
    }

    /// Takes the next records of the current read.
    pub(crate) fn add(&mut self, records: Records) {
        let Some(read) = self.windows.front().and_then(|window| window.reads.front()) else { return };
        let (delivered, wanted) = (read.delivered, read.wanted);
        match records {
            Records::Fingerprints(fingerprints) => {
                fingerprints.into_iter().for_each(|fingerprint| self.index.expect(fingerprint));
            }
            Records::Rows(piece) => self.add_rows(delivered, wanted, piece),
        }
    }

    fn add_rows(&mut self, delivered: Day, wanted: Wanted, mut piece: Piece) {
        let fingerprints = std::mem::take(&mut piece.fingerprints);
        let piece = Arc::new(piece);
        let mut kept = Vec::with_capacity(piece.lines.len());
        let has_off_day = !self.index.is_empty();
        for ((at, line), fingerprint) in (0u32..).zip(&piece.lines).zip(fingerprints) {
            let day = event_day(delivered, line.instant).unwrap_or(delivered);
            // an undated record is no copy of a dated one: it has another event day
            let fingerprint = fingerprint.filter(|_| has_off_day && line.instant.is_some());
            let seen = self.seen(wanted, fingerprint);
            self.accounts.add(day, seen);
            if seen == Seen::Duplicate {
                continue;
            }
            let raw_bytes = line.raw_bytes as usize + 1;
            if self.is_full(raw_bytes as u64) {
                self.group.add(delivered, &piece, &mut kept);
                self.close();
            }
            kept.push(at);
            self.begin_group();
            self.group.rows += 1;
            self.group.raw_bytes += raw_bytes;
        }
        self.group.add(delivered, &piece, &mut kept);
    }

    fn seen(&mut self, wanted: Wanted, fingerprint: Option<Fingerprint>) -> Seen {
        match (fingerprint, wanted) {
            (None, _) => Seen::New,
            (Some(fingerprint), Wanted::OnDay) => {
                self.index.on_day(fingerprint);
                Seen::New
            }
            (Some(fingerprint), _) => self.index.off_day(fingerprint),
        }
    }

    /// The current read is complete.
    pub(crate) fn end_read(&mut self) -> ReadEnd {
        let Some(window) = self.windows.front_mut() else { return ReadEnd::Within };
        let Some(read) = window.reads.pop_front() else { return ReadEnd::Within };
        if read.wanted != Wanted::OffDayFingerprints {
            self.accounts.end_read(&read);
        }
        let next = window.reads.front();
        // of the next round, or of the next window
        if next.is_none_or(|next| next.round != read.round) {
            self.index_bytes = self.index_bytes.max(self.index.memory());
            self.index = OffDayIndex::default();
        }
        if next.is_some() {
            return ReadEnd::Within;
        }
        let last = window.last;
        self.windows.pop_front();
        self.close();
        ReadEnd::Window(last)
    }

    /// The oldest row group that is full.
    pub(crate) fn next_full(&mut self) -> Option<RowGroup> {
        self.full.pop_front()
    }

    /// The sums over the windows that are complete.
    pub(crate) fn finish(self) -> Gathered {
        self.accounts.finish(self.index_bytes)
    }

    /// Whether the next record, of `raw_bytes` bytes of text, belongs to the next row group.
    fn is_full(&self, raw_bytes: u64) -> bool {
        let (rows, text) = (self.group.rows as u64, self.group.raw_bytes as u64);
        rows > 0 && !self.options.fit_a_row_group(rows + 1, text + raw_bytes)
    }

    /// Notes the size of the window in its first row group.
    fn begin_group(&mut self) {
        let Some(window) = self.windows.front_mut().filter(|window| !window.begun) else { return };
        window.begun = true;
        self.group.begins = Some(window.size);
    }

    fn close(&mut self) {
        if self.group.rows > 0 {
            self.full.push_back(std::mem::take(&mut self.group));
        }
    }
}

#[cfg(test)]
#[path = "gatherer_tests.rs"]
mod tests;
