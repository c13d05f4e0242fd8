//! Which days are there, asked once for all tables.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use cloudtrail_model::{Day, Table};
use lake::{Journal, JournalError, Partition};
use lake_store::Store;

/// Days that are known to be there: the daily stage has read all of their log files for the main table. The plans of several tables and
/// months that share one read each such journal once. A clone is the same days.
///
/// A day that is there stays there, so what is known is never out of date. A day that was not there is asked for again: a
/// plan must not say of a day that it is missing because it was missing before.
#[derive(Debug, Clone, Default)]
pub struct DaysThere(Arc<Mutex<BTreeSet<Day>>>);

impl DaysThere {
    /// Remembers that a day is there.
    pub(crate) fn add(&self, day: Day) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(day);
    }

    /// Whether a day is there; reads the journal of the main table unless that is known.
    ///
    /// # Errors
    /// Fails if that journal cannot be read.
    pub(crate) async fn has(&self, lake: &Arc<dyn Store>, day: Day) -> Result<bool, JournalError> {
        if self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&day) {
            return Ok(true);
        }
        let main = Journal::new(lake.clone(), Partition::day(Table::CloudTrail, day));
        let is_there = main.read_outline().await?.is_there();
        if is_there {
            self.add(day);
        }
        Ok(is_there)
    }
}
