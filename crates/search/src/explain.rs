//! What a search read, and what it could leave unread.

use std::sync::atomic::{AtomicU64, Ordering};

/// A number that several tasks count up.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What is counted during a search.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) monthly_parts: Counter,
    pub(crate) row_groups: Counter,
    pub(crate) by_statistics: Counter,
    pub(crate) by_bloom_filter: Counter,
    pub(crate) by_pages: Counter,
    pub(crate) rows_ruled_out: Counter,
    pub(crate) rows_decided: Counter,
    pub(crate) rows_found: Counter,
    pub(crate) daily_parts: Counter,
    pub(crate) daily_contained: Counter,
    pub(crate) daily_records: Counter,
}

/// What a search read, and what it could leave unread.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Explain {
    /// Months that were looked at.
    pub months: u64,
    /// Parquet files that were opened.
    pub monthly_parts: u64,
    /// Row groups in them.
    pub row_groups: u64,
    /// Row groups that min/max statistics rule out.
    pub by_statistics: u64,
    /// Row groups that bloom filters rule out.
    pub by_bloom_filter: u64,
    /// Row groups that the page index rules out.
    pub by_pages: u64,
    /// Rows that the page index rules out, in all row groups that neither statistics nor bloom filters do.
    pub rows_ruled_out: u64,
    /// Rows of which at least one column was read.
    pub rows_decided: u64,
    /// Rows that were found in Parquet.
    pub rows_found: u64,
    /// Daily parts that were read whole.
    pub daily_parts: u64,
    /// Records in them.
    pub daily_records: u64,
    /// Daily parts that were passed over, since the Parquet contains their records. A part counts for each unit of event days
    /// that it has records of.
    pub daily_contained: u64,
    /// Listings: requests.
    pub lists: u64,
    /// Reads of journals and parts: requests.
    pub reads: u64,
    /// Bytes that these reads brought.
    pub bytes: u64,
}

impl Counters {
    /// The numbers of now, those of the store aside.
    pub(crate) fn explain(&self) -> Explain {
        Explain {
            monthly_parts: self.monthly_parts.get(),
            row_groups: self.row_groups.get(),
            by_statistics: self.by_statistics.get(),
            by_bloom_filter: self.by_bloom_filter.get(),
            by_pages: self.by_pages.get(),
            rows_ruled_out: self.rows_ruled_out.get(),
            rows_decided: self.rows_decided.get(),
            rows_found: self.rows_found.get(),
            daily_parts: self.daily_parts.get(),
            daily_records: self.daily_records.get(),
            daily_contained: self.daily_contained.get(),
            ..Explain::default()
        }
    }
}
