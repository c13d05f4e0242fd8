//! Which row groups of a Parquet file may hold what is looked for: by min/max statistics, then by bloom filters.

use parquet::bloom_filter::Sbbf;
use parquet::errors::Result;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};
use parquet::file::statistics::Statistics;

use cloudtrail_model::EVENT_TIMESTAMP;

use crate::explain::Counters;
use crate::filter::query::{TableCondition, TableQuery};
use crate::filter::rule::Rule;
use crate::read::object::ParquetObject;

/// A row group that may hold what is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RowGroup {
    pub(crate) index: usize,
    pub(crate) times: Times,
}

/// The instants of the rows of a row group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Times {
    /// The earliest and the latest; `None` if they are not known, or if no row has one.
    pub(crate) range: Option<(i64, i64)>,
    /// Whether a row may have none.
    pub(crate) may_be_undated: bool,
}

/// The row groups that may hold what is looked for, in the order of the file.
///
/// # Errors
/// Fails if a bloom filter cannot be read.
pub(crate) async fn row_groups(
    object: &ParquetObject,
    footer: &ParquetMetaData,
    query: &TableQuery,
    counters: &Counters,
) -> Result<Vec<RowGroup>> {
    let all = footer.row_groups();
    counters.row_groups.add(all.len() as u64);
    let mut left: Vec<RowGroup> = Vec::new();
    for (index, group) in all.iter().enumerate() {
        let times = times(group);
        if times.may_be_in(query) && query.conditions.iter().all(|of| may_hold(of, group, query)) {
            left.push(RowGroup { index, times });
        }
    }
    counters.by_statistics.add((all.len() - left.len()) as u64);
    let before = left.len();
    for condition in &query.conditions {
        left = by_bloom_filter(object, footer, condition, query, left).await?;
    }
    counters.by_bloom_filter.add((before - left.len()) as u64);
    Ok(left)
}

impl Times {
    fn may_be_in(self, query: &TableQuery) -> bool {
        let dated = self.range.map(|(first, last)| query.span.overlaps(first, last));
        // without a range it is not known whether all rows are undated
        dated.unwrap_or(true) || (self.may_be_undated && query.undated)
    }

    /// Whether every row is in the span of a query.
    pub(crate) fn are_in(self, query: &TableQuery) -> bool {
        let dated = self.range.is_some_and(|(first, last)| query.span.encloses(first, last));
        (dated || query.span.is_everything()) && (query.undated || !self.may_be_undated)
    }
}

/// The instants of a row group, by the statistics of `eventTimestamp`.
fn times(group: &RowGroupMetaData) -> Times {
    let unknown = Times { range: None, may_be_undated: true };
    let Some(column) = column(group, EVENT_TIMESTAMP) else { return unknown };
    let Some(Statistics::Int64(statistics)) = column.statistics() else { return unknown };
    let range = statistics.min_opt().copied().zip(statistics.max_opt().copied());
    Times { range, may_be_undated: statistics.null_count_opt() != Some(0) }
}

/// The column chunk with a path.
fn column<'g>(group: &'g RowGroupMetaData, path: &str) -> Option<&'g ColumnChunkMetaData> {
    group.columns().iter().find(|column| column.column_path().string() == path)
}

/// Whether a row group may hold a record that fulfils a condition, by the statistics of its columns.
fn may_hold(condition: &TableCondition, group: &RowGroupMetaData, query: &TableQuery) -> bool {
    condition.places.iter().any(|place| {
        let Some(path) = place.single_column(query.table) else { return true };
        // the file was written before the column came to be
        let Some(column) = column(group, &path) else { return false };
        let Some(Statistics::ByteArray(statistics)) = column.statistics() else { return true };
        if statistics.null_count_opt() == u64::try_from(column.num_values()).ok() {
            return false;
        }
        match (statistics.min_bytes_opt(), statistics.max_bytes_opt()) {
            (Some(min), Some(max)) => {
                condition.any_of.iter().any(|wanted| condition.rule.may_accept(wanted, min, max))
            }
            _ => true,
        }
    })
}

/// The row groups whose bloom filters do not say that the wanted texts are not there.
async fn by_bloom_filter(
    object: &ParquetObject,
    footer: &ParquetMetaData,
    condition: &TableCondition,
    query: &TableQuery,
    groups: Vec<RowGroup>,
) -> Result<Vec<RowGroup>> {
    let ([place], Rule::Same) = (condition.places.as_slice(), condition.rule) else { return Ok(groups) };
    let Some(path) = place.single_column(query.table) else { return Ok(groups) };
    let filter_of = |group: &RowGroup| {
        let column = column(footer.row_group(group.index), &path)?;
        let start = u64::try_from(column.bloom_filter_offset()?).ok()?;
        Some(start..start.checked_add(u64::try_from(column.bloom_filter_length()?).ok()?)?)
    };
    let ranges: Vec<_> = groups.iter().map(filter_of).collect();
    let wanted: Vec<_> = ranges.iter().flatten().cloned().collect();
    let mut filters = object.ranges(&wanted).await?.into_iter();
    let mut left = Vec::new();
    for (group, range) in groups.into_iter().zip(ranges) {
        let may_be_in = match range.and_then(|_| filters.next()) {
            Some(bytes) => {
                let filter = Sbbf::from_bytes(&bytes)?;
                filter.num_blocks() == 0
                    || condition.any_of.iter().any(|wanted| filter.check(wanted.as_bytes()))
            }
            None => true,
        };
        if may_be_in {
            left.push(group);
        }
    }
    Ok(left)
}
