//! How columns are written: for queries first, then for size.

use parquet::basic::{Encoding, SortOrder, Type};
use parquet::errors::{ParquetError, Result};
use parquet::schema::types::ColumnDescriptor;

/// Bytes of distinct values above which a column chunk goes without its dictionary.
pub(crate) const DICTIONARY_BYTES: usize = 4 << 20;
/// Share of values that are new to the dictionary above which a page goes without it.
pub(crate) const MOSTLY_NEW: (usize, usize) = (1, 2);
/// Rows of a page at most, so that a reader that knows which rows it wants skips most pages.
pub(crate) const PAGE_ROWS: usize = 8192;
/// Bytes of a page at most.
pub(crate) const PAGE_BYTES: usize = 1 << 20;
/// Share of values that a bloom filter lets through in vain.
pub(crate) const BLOOM_FPP: f64 = 0.01;

/// What the schema does not say of a column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ColumnLayout {
    /// The optional groups it is in, a bit each of [`Row::present`](crate::Row::present); of a column in a list or a map,
    /// those around the list. A row without a value here is defined as deep as it has those groups.
    pub within: u32,
    /// Whether its values differ from row to row, so that a dictionary of them is all cost. For BYTE_ARRAY alone.
    pub unique: bool,
    /// Whether each of its chunks has a bloom filter.
    pub bloom_filter: bool,
}

/// What the values of a column are, and how they are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Values {
    /// Texts of which there are few different ones.
    Repeating,
    /// Texts that differ from row to row.
    Unique,
    /// Signed numbers.
    Int64,
    Boolean,
}

impl ColumnLayout {
    /// What the values of a column are, which the schema has as `leaf`.
    ///
    /// # Errors
    ///
    /// Fails if the encoder does not write such columns, or if the two do not fit each other.
    pub(crate) fn values(self, leaf: &ColumnDescriptor) -> Result<Values> {
        let wrong =
            |what: &str| Err(ParquetError::General(format!("column {} {what}", leaf.path().string())));
        let groups = i16::try_from(self.within.count_ones()).unwrap_or(i16::MAX);
        match leaf.max_rep_level() {
            0 if leaf.max_def_level() != groups + 1 => {
                return wrong(
                    "must be optional, in as many optional groups as its layout says and in no others",
                );
            }
            1.. if leaf.max_def_level() <= groups => {
                return wrong("is in fewer optional groups than its layout says");
            }
            _ => {}
        }
        let values = match (leaf.physical_type(), leaf.sort_order()) {
            (Type::INT64, SortOrder::SIGNED) => Values::Int64,
            (Type::BOOLEAN, _) if self.bloom_filter => {
                return wrong("is BOOLEAN, which has no bloom filters");
            }
            (Type::BOOLEAN, _) => Values::Boolean,
            (Type::BYTE_ARRAY, SortOrder::UNSIGNED) if self.unique => Values::Unique,
            (Type::BYTE_ARRAY, SortOrder::UNSIGNED) => Values::Repeating,
            _ => {
                return wrong(
                    "is of a type that is not written: it must be text, bytes, a signed INT64 or BOOLEAN",
                );
            }
        };
        if self.unique && values != Values::Unique {
            return wrong("is no BYTE_ARRAY, and only those are written as unique");
        }
        Ok(values)
    }
}

/// zstd's level for a page where so much is asked. Texts that do not repeat are full of digits that nothing predicts, among
/// which levels 3 to 5 find matches dearer than the digits: lower ones make them smaller, and sooner (docs/internals/adr/0011).
pub(crate) fn level_of_page(values: Values, encoding: Encoding, asked: i32) -> i32 {
    match (values, encoding) {
        (Values::Unique, _) => asked.min(1),
        (_, Encoding::PLAIN) if (3..=5).contains(&asked) => 2,
        _ => asked,
    }
}

#[cfg(test)]
#[path = "layout_tests.rs"]
mod tests;
