//! The kinds of objects CloudTrail delivers, and the tables they fill.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The kind of an object CloudTrail delivered: the path segment after the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `CloudTrail`: management and data events.
    CloudTrail,
    /// `CloudTrail-Insight`: unusual activity CloudTrail found.
    Insight,
    /// `CloudTrail-NetworkActivity`: VPC endpoint events.
    NetworkActivity,
    /// `CloudTrail-Aggregated`: summaries of data events.
    Aggregated,
    /// `CloudTrail-Digest`: hourly signed lists of log files; they hold no records.
    Digest,
}

impl Kind {
    /// All kinds, in the order of their path segments.
    pub const ALL: [Kind; 5] =
        [Kind::CloudTrail, Kind::Aggregated, Kind::Digest, Kind::Insight, Kind::NetworkActivity];

    /// The path segment.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::CloudTrail => "CloudTrail",
            Kind::Insight => "CloudTrail-Insight",
            Kind::NetworkActivity => "CloudTrail-NetworkActivity",
            Kind::Aggregated => "CloudTrail-Aggregated",
            Kind::Digest => "CloudTrail-Digest",
        }
    }

    /// The table its records go to; `None` for digests, which hold none.
    pub fn table(self) -> Option<Table> {
        match self {
            Kind::CloudTrail => Some(Table::CloudTrail),
            Kind::Insight => Some(Table::Insight),
            Kind::NetworkActivity => Some(Table::NetworkActivity),
            Kind::Aggregated => Some(Table::Aggregated),
            Kind::Digest => None,
        }
    }

    /// The kind of the log files of a table.
    pub fn of(table: Table) -> Self {
        match table {
            Table::CloudTrail => Kind::CloudTrail,
            Table::Insight => Kind::Insight,
            Table::NetworkActivity => Kind::NetworkActivity,
            Table::Aggregated => Kind::Aggregated,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = ();
    fn from_str(segment: &str) -> Result<Self, ()> {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == segment).ok_or(())
    }
}

/// A table of the lake. Each has a daily and a monthly [`Stage`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Table {
    /// Management and data events.
    #[serde(rename = "cloudtrail")]
    CloudTrail,
    /// Insight events.
    #[serde(rename = "cloudtrail_insight")]
    Insight,
    /// Network activity events.
    #[serde(rename = "cloudtrail_network_activity")]
    NetworkActivity,
    /// Aggregated events.
    #[serde(rename = "cloudtrail_aggregated")]
    Aggregated,
}

impl Table {
    /// All tables.
    pub const ALL: [Table; 4] =
        [Table::CloudTrail, Table::Aggregated, Table::Insight, Table::NetworkActivity];

    /// The table's name, without its stage.
    pub fn as_str(self) -> &'static str {
        match self {
            Table::CloudTrail => "cloudtrail",
            Table::Insight => "cloudtrail_insight",
            Table::NetworkActivity => "cloudtrail_network_activity",
            Table::Aggregated => "cloudtrail_aggregated",
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How a table is kept: gzipped NDJSON by day, or Parquet by month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// One partition a delivery day, gzipped NDJSON.
    Daily,
    /// One partition a month of event time, Parquet.
    Monthly,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stage::Daily => "daily",
            Stage::Monthly => "monthly",
        })
    }
}
