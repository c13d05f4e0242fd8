//! The results in the order of time, in bounded memory, each event once.

use std::ops::ControlFlow;

use cloudtrail_model::{Day, Table};

use crate::read::chunk::{Chunk, Found};
use crate::record::same_event::SeenEvents;

/// Bytes of records that are held to be sorted.
const HELD_BYTES: usize = 32 << 20;

/// What takes the records: [`ControlFlow::Break`] ends the search.
pub type Taker<'a> = dyn FnMut(Table, Found) -> ControlFlow<()> + Send + 'a;

/// Records on their way out.
pub(crate) struct Results<'a> {
    table: Table,
    take: &'a mut Taker<'a>,
    /// Whether only the number of records is wanted.
    only_number: bool,
    /// Number of records that are handed on, or counted for good.
    found: u64,
    limit: Option<u64>,
    /// Undated records that are handed on: they may have copies in any month.
    undated: SeenEvents,
    // of the unit that is read
    held: Vec<Found>,
    held_bytes: usize,
    /// Number of dated records, if only that is wanted.
    counted: u64,
    /// Whether records have been handed on, later ones before earlier ones.
    is_out_of_order: bool,
    /// All dated records before this instant are handed on, and none of the others. Of the current month.
    done_before: Option<i64>,
    /// How much memory may be held.
    held_at_most: usize,
}

impl<'a> Results<'a> {
    pub(crate) fn new(take: &'a mut Taker<'a>, only_number: bool, limit: Option<u64>) -> Self {
        Results {
            table: Table::CloudTrail,
            take,
            only_number,
            found: 0,
            limit,
            undated: SeenEvents::default(),
            held: Vec::new(),
            held_bytes: 0,
            counted: 0,
            is_out_of_order: false,
            done_before: None,
            held_at_most: HELD_BYTES,
        }
    }

    /// Number of records so far.
    pub(crate) fn found(&self) -> u64 {
        self.found.saturating_add(self.counted).min(self.limit.unwrap_or(u64::MAX))
    }

    /// Where to go on, if the units are planned again; `None`: from the start.
    pub(crate) fn done_before(&self) -> Option<i64> {
        self.done_before
    }

    /// Begins a month of a table.
    pub(crate) fn begin(&mut self, table: Table) {
        self.table = table;
        self.done_before = None;
        self.is_out_of_order = false;
    }

    /// Takes a chunk of the unit that is read.
    pub(crate) fn add(&mut self, chunk: Chunk) -> ControlFlow<()> {
        self.counted += chunk.counted;
        for found in chunk.found {
            if self.only_number && found.instant.is_some() {
                self.counted += 1;
                continue;
            }
            self.held_bytes += found.line.len() + size_of::<Found>();
            self.held.push(found);
        }
        if self.only_number && self.is_full() {
            return ControlFlow::Break(());
        }
        if self.held_bytes > self.held_at_most {
            self.is_out_of_order = true;
            return self.hand_on(|_| true);
        }
        match chunk.later_than {
            Some(instant) if !self.is_out_of_order && !self.only_number => {
                self.hand_on(|found| found.instant.is_some_and(|of| of < instant))?;
                self.done_before = self.done_before.max(Some(instant));
                ControlFlow::Continue(())
            }
            _ => ControlFlow::Continue(()),
        }
    }

    /// Ends the unit that is read: nothing is held any more.
    pub(crate) fn end_unit(&mut self, last: Option<Day>) -> ControlFlow<()> {
        self.hand_on(|_| true)?;
        self.found += std::mem::take(&mut self.counted);
        self.is_out_of_order = false;
        let midnight = last.and_then(Day::next).map(|next| next.midnight().as_microsecond());
        self.done_before = self.done_before.max(midnight);
        if self.is_full() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Forgets what is held of the unit that is read, since it is read again from [`Results::done_before`] on. Returns whether
    /// that gives each record once: not if records have been handed on out of order.
    pub(crate) fn forget_unit(&mut self) -> bool {
        self.held.clear();
        (self.held_bytes, self.counted) = (0, 0);
        !self.is_out_of_order
    }

    fn is_full(&self) -> bool {
        self.limit.is_some_and(|limit| self.found.saturating_add(self.counted) >= limit)
    }

    /// Hands on the held records that are ready, in the order of time, undated ones last.
    fn hand_on(&mut self, is_ready: impl Fn(&Found) -> bool) -> ControlFlow<()> {
        let (mut ready, held): (Vec<Found>, Vec<Found>) =
            std::mem::take(&mut self.held).into_iter().partition(is_ready);
        self.held_bytes = held.iter().map(|found| found.line.len() + size_of::<Found>()).sum();
        self.held = held;
        ready.sort_by_key(|found| (found.instant.is_none(), found.instant));
        for found in ready {
            if found.instant.is_none() && !self.undated.add(&found.line) {
                continue;
            }
            if self.is_full() {
                return ControlFlow::Break(());
            }
            self.found += 1;
            if !self.only_number {
                (self.take)(self.table, found)?;
            }
        }
        if self.is_full() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

#[cfg(test)]
#[path = "results_tests.rs"]
mod tests;
