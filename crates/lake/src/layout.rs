//! The keys of a lake: tables, partitions, parts and journals.
//!
//! ```text
//! cloudtrail_daily/year=2026/month=11/day=22/part-000001-0000.ndjson.gz
//! cloudtrail_monthly/year=2026/month=11/part-000001-0000.parquet
//! _journal/cloudtrail_daily/2026-11-22/000002.json.gz
//! _journal/cloudtrail_daily/2026-11-22/000002-<attempt>.inputs.ndjson.gz
//! _journal/cloudtrail_daily/2026-11-22/000002-<attempt>.facts.ndjson.gz
//! _journal/cloudtrail_daily/feeds/2026-10/2026-11-22
//! ```
//!
//! A journal is never inside a table's prefix: Athena reads every object below it.

use std::fmt;
use std::str::FromStr;

use cloudtrail_model::{Day, Month, Stage, Table};

use crate::AttemptId;

/// The day or month of a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartitionSpan {
    /// One delivery day, of the daily stage.
    Day(Day),
    /// One month of event time, of the monthly stage.
    Month(Month),
}

/// One partition of one table. It has a journal, and one job brings it up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition {
    /// The table.
    pub table: Table,
    /// The day or month.
    pub span: PartitionSpan,
}

impl Partition {
    /// A day of a table's daily stage.
    pub fn day(table: Table, day: Day) -> Self {
        Partition { table, span: PartitionSpan::Day(day) }
    }

    /// A month of a table's monthly stage.
    pub fn month(table: Table, month: Month) -> Self {
        Partition { table, span: PartitionSpan::Month(month) }
    }

    /// The stage that writes it.
    pub fn stage(self) -> Stage {
        match self.span {
            PartitionSpan::Day(_) => Stage::Daily,
            PartitionSpan::Month(_) => Stage::Monthly,
        }
    }

    /// The name of the table with the stage: `cloudtrail_daily`.
    pub fn table_name(self) -> String {
        format!("{}_{}", self.table, self.stage())
    }

    /// The prefix of its parts, with the trailing slash.
    pub fn prefix(self) -> String {
        let table = self.table_name();
        match self.span {
            PartitionSpan::Day(day) => {
                let (year, month, date) = (day.year(), day.month_number(), day.day_of_month());
                format!("{table}/year={year:04}/month={month:02}/day={date:02}/")
            }
            PartitionSpan::Month(month) => {
                format!("{table}/year={:04}/month={:02}/", month.year(), month.number())
            }
        }
    }

    /// The prefix of all parts of a table's stage, with the trailing slash.
    pub fn root(table: Table, stage: Stage) -> String {
        format!("{table}_{stage}/")
    }

    /// The partition that a key is in (`cloudtrail_daily/year=2026/month=11/day=22/…`); `None` if it is in none.
    pub fn of_key(key: &str) -> Option<Self> {
        let mut segments = key.split('/');
        let name = segments.next()?;
        let table = table_of(name)?;
        let mut field = |name| segments.next()?.strip_prefix(name)?.strip_prefix('=');
        let month = format!("{}-{}", field("year")?, field("month")?);
        let partition = match name.rsplit_once('_')?.1 {
            "daily" => Partition::day(table, format!("{month}-{}", field("day")?).parse().ok()?),
            _ => Partition::month(table, month.parse().ok()?),
        };
        key.starts_with(&partition.prefix()).then_some(partition)
    }

    /// The prefix of all journals of a table's stage, with the trailing slash.
    pub fn journal_root(table: Table, stage: Stage) -> String {
        format!("_journal/{table}_{stage}/")
    }

    /// The prefix of its journal, with the trailing slash.
    pub fn journal_prefix(self) -> String {
        format!("{}{}/", Self::journal_root(self.table, self.stage()), self.span)
    }

    /// The key of the journal entry with a sequence number.
    pub fn journal_key(self, seq: u64) -> String {
        format!("{}{seq:06}.json.gz", self.journal_prefix())
    }

    /// The sequence number of an entry of this partition's journal; `None` for any other key.
    pub fn journal_seq(self, key: &str) -> Option<u64> {
        let name = key.strip_prefix(&self.journal_prefix())?.strip_suffix(".json.gz")?;
        let seq: u64 = name.parse().ok()?;
        (self.journal_key(seq) == key).then_some(seq)
    }

    /// The key of the inputs of the commit with a sequence number.
    pub fn inputs_key(self, seq: u64, attempt: &AttemptId) -> String {
        format!("{}{seq:06}-{attempt}.inputs.ndjson.gz", self.journal_prefix())
    }

    /// The key of the facts of the commit with a sequence number.
    pub fn facts_key(self, seq: u64, attempt: &AttemptId) -> String {
        format!("{}{seq:06}-{attempt}.facts.ndjson.gz", self.journal_prefix())
    }

    /// The key of the marker that a partition of a day holds events of a month: `_journal/cloudtrail_daily/feeds/2026-10/2026-11-22`.
    pub fn feeds_key(self, month: Month) -> String {
        format!("{}{}", Self::feeds_prefix(self.table, month), self.span)
    }

    /// The prefix of the markers of a month.
    pub fn feeds_prefix(table: Table, month: Month) -> String {
        format!("{}{month}/", Self::all_feeds_prefix(table))
    }

    /// The prefix of the markers of all months.
    pub fn all_feeds_prefix(table: Table) -> String {
        format!("{}feeds/", Self::journal_root(table, Stage::Daily))
    }

    /// The partition of a journal prefix: `_journal/cloudtrail_daily/2026-11-22/`.
    pub fn from_journal_prefix(prefix: &str) -> Option<Self> {
        let mut segments = prefix.strip_prefix("_journal/")?.strip_suffix('/')?.split('/');
        let (name, span) = (segments.next()?, segments.next()?);
        let table = table_of(name)?;
        let partition = match name.rsplit_once('_')?.1 {
            "daily" => Partition::day(table, Day::from_str(span).ok()?),
            _ => Partition::month(table, Month::from_str(span).ok()?),
        };
        (partition.journal_prefix() == prefix).then_some(partition)
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.table_name(), self.span)
    }
}

impl fmt::Display for PartitionSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PartitionSpan::Day(day) => day.fmt(f),
            PartitionSpan::Month(month) => month.fmt(f),
        }
    }
}

/// The table in a name with a stage: `cloudtrail_daily`.
fn table_of(name: &str) -> Option<Table> {
    let is_stage = |suffix: &str| matches!(suffix, "_daily" | "_monthly");
    Table::ALL.into_iter().find(|table| name.strip_prefix(table.as_str()).is_some_and(is_stage))
}

/// The key of part number `index` of the attempt with a claim. It contains the sequence number of the claim, so no two
/// attempts write the same key.
pub fn part_key(partition: Partition, claim_seq: u64, index: usize) -> String {
    let ending = match partition.stage() {
        Stage::Daily => "ndjson.gz",
        Stage::Monthly => "parquet",
    };
    format!("{}part-{claim_seq:06}-{index:04}.{ending}", partition.prefix())
}

/// The sequence number of the claim in the key of a part; `None` if the key is not that of a part of this partition.
pub fn part_claim(partition: Partition, key: &str) -> Option<u64> {
    let name = key.strip_prefix(&partition.prefix())?.strip_prefix("part-")?;
    let (claim, rest) = name.split_once('-')?;
    let index = rest.split_once('.')?.0;
    let (claim, index) = (claim.parse().ok()?, index.parse().ok()?);
    (claim > 0 && part_key(partition, claim, index) == key).then_some(claim)
}

/// The prefix of the public keys of CloudTrail in a region that the lake knows, an object each.
pub fn public_keys_prefix(region: &str) -> String {
    format!("_journal/public_keys/{region}/")
}

#[cfg(test)]
#[path = "layout_tests.rs"]
mod tests;
