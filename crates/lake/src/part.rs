//! One part, as its commit describes it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::EventDays;
use crate::input::is_default;

/// One object that a commit made visible.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The key, relative to the lake.
    pub key: String,
    /// Size of the object in bytes.
    pub bytes: u64,
    /// Bytes of text before compression, line ends included.
    pub raw_bytes: u64,
    /// Number of records.
    pub records: u64,
    /// SHA-256 of the object, lower-case hexadecimal.
    pub sha256: String,
    /// The first and the last account of its records, in the order of their text. Only at the daily stage.
    #[serde(default, flatten, skip_serializing_if = "Option::is_none")]
    pub accounts: Option<AccountRange>,
    /// Whether its records are off-day: their event day is not the delivery day.
    #[serde(default, skip_serializing_if = "is_default")]
    pub off_day: bool,
    /// Its records by event day.
    #[serde(default, flatten)]
    pub event_days: EventDays,
    /// Counts of the columns that a table format bounds, by the name of the column. Only at the monthly stage.
    #[serde(default, skip_serializing_if = "is_default")]
    pub columns: BTreeMap<String, ColumnCounts>,
}

/// The accounts from a first to a last one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRange {
    /// The first account.
    #[serde(rename = "first_account")]
    pub first: String,
    /// The last account.
    #[serde(rename = "last_account")]
    pub last: String,
}

/// Counts of one column of a part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnCounts {
    /// Number of values, nulls included.
    pub values: u64,
    /// Number of nulls.
    pub nulls: u64,
}

impl AccountRange {
    /// The range of one account.
    pub fn of(account: &str) -> Self {
        AccountRange { first: account.to_owned(), last: account.to_owned() }
    }

    /// Whether an account is in the range.
    pub fn contains(&self, account: &str) -> bool {
        (self.first.as_str()..=self.last.as_str()).contains(&account)
    }

    /// Extends the range by another one.
    pub fn extend(&mut self, other: &AccountRange) {
        if other.first < self.first {
            self.first.clone_from(&other.first);
        }
        if other.last > self.last {
            self.last.clone_from(&other.last);
        }
    }
}

impl Part {
    /// Whether it can hold records of an account. A part that states no accounts can hold any.
    pub fn can_hold(&self, account: &str) -> bool {
        self.accounts.as_ref().is_none_or(|accounts| accounts.contains(account))
    }
}

#[cfg(test)]
#[path = "part_tests.rs"]
mod tests;
