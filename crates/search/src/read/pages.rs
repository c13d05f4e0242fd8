//! Which rows of a row group may be what is looked for, by the min/max statistics of pages (the page index).
//!
//! Rows are sorted by service and name, so a page of these columns often has a single value.

use std::ops::Range;

use cloudtrail_model::EVENT_TIMESTAMP;
use parquet::arrow::arrow_reader::RowSelection;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::metadata::page_index::RowGroupPageIndex;
use parquet::file::page_index::column_index::ColumnIndexMetaData;

use crate::explain::Counters;
use crate::filter::query::{TableCondition, TableQuery};

/// The rows of a row group that may be what is looked for; `None` if the page index rules none out.
pub(crate) fn candidates(
    footer: &ParquetMetaData,
    row_group: usize,
    query: &TableQuery,
    counters: &Counters,
) -> Option<RowSelection> {
    let group = footer.row_group(row_group);
    let rows = usize::try_from(group.num_rows()).ok()?;
    let pages = Pages { index: footer.page_index_for_row_group(row_group), rows };
    let leaf = |path: &str| group.columns().iter().position(|column| column.column_path().string() == path);
    let mut selection: Option<RowSelection> = None;
    let mut keep = |rows: RowSelection| {
        selection = Some(selection.take().map_or_else(|| rows.clone(), |others| others.intersection(&rows)));
    };
    if !query.span.is_everything() {
        let in_span = |index: &ColumnIndexMetaData, page: usize| {
            let bounds = match index {
                ColumnIndexMetaData::INT64(index) => index.min_value(page).zip(index.max_value(page)),
                _ => return true,
            };
            bounds.is_some_and(|(min, max)| query.span.overlaps(*min, *max))
                || (query.undated && index.null_count(page) != Some(0))
        };
        if let Some(rows) = leaf(EVENT_TIMESTAMP).and_then(|leaf| pages.rows(leaf, in_span)) {
            keep(rows);
        }
    }
    for condition in &query.conditions {
        if let Some(rows) = pages.of_condition(condition, query, leaf) {
            keep(rows);
        }
    }
    if let Some(selection) = &selection {
        counters.rows_ruled_out.add(selection.skipped_row_count() as u64);
    }
    selection
}

/// The pages of a row group.
struct Pages {
    index: RowGroupPageIndex,
    rows: usize,
}

impl Pages {
    /// The rows that may fulfil a condition; `None` if that cannot be told.
    fn of_condition(
        &self,
        condition: &TableCondition,
        query: &TableQuery,
        leaf: impl Fn(&str) -> Option<usize>,
    ) -> Option<RowSelection> {
        let may_be_in = |index: &ColumnIndexMetaData, page: usize| match index {
            // a page without bounds has no value
            ColumnIndexMetaData::BYTE_ARRAY(index) => {
                index.min_value(page).zip(index.max_value(page)).is_some_and(|(min, max)| {
                    condition.any_of.iter().any(|wanted| condition.rule.may_accept(wanted, min, max))
                })
            }
            _ => true,
        };
        let mut any: Option<RowSelection> = None;
        for place in &condition.places {
            let path = place.single_column(query.table)?;
            // a column that the file does not have accepts nothing
            let Some(leaf) = leaf(&path) else { continue };
            let rows = self.rows(leaf, may_be_in)?;
            any = Some(any.take().map_or_else(|| rows.clone(), |others| others.union(&rows)));
        }
        any
    }

    /// The rows of the pages of a column for which something is true, given the page index; `None` if the column has none.
    fn rows(
        &self,
        leaf: usize,
        may_be_in: impl Fn(&ColumnIndexMetaData, usize) -> bool,
    ) -> Option<RowSelection> {
        let index = self.index.column_index(leaf)?;
        let locations = self.index.offset_index(leaf)?.page_locations();
        if index.num_pages() != locations.len() as u64 {
            return None;
        }
        let starts = locations.iter().map(|page| usize::try_from(page.first_row_index).ok());
        let mut starts: Vec<usize> = starts.collect::<Option<_>>()?;
        starts.push(self.rows);
        if starts.first() != Some(&0) || !starts.is_sorted() {
            return None;
        }
        let pages = starts.windows(2).enumerate();
        let kept = pages.filter(|(page, _)| may_be_in(index, *page));
        let ranges: Vec<Range<usize>> =
            kept.map(|(_, rows)| rows[0]..rows[1]).filter(|rows| !rows.is_empty()).collect();
        Some(RowSelection::from_consecutive_ranges(ranges.into_iter(), self.rows))
    }
}
