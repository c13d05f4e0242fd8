//! How deep in the layout a prefix is, by the prefix alone: a listing goes down to the log files level by level.

use crate::Kind;
use crate::delivery::source_key::{is_account_id, is_organization_id, is_region};

/// What lies below a prefix of the source. Prefixes end with a slash; `""` is the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourcePrefix {
    /// No `AWSLogs` yet, or one that is part of a trail's own prefix: anything may lie below. So many segments down.
    Above(usize),
    /// `AWSLogs/`, or `AWSLogs/o-id/`: accounts, or an organisation.
    Accounts,
    /// `…/ACCOUNT/`: kinds.
    Kinds,
    /// `…/ACCOUNT/KIND/`: regions.
    Regions(Kind),
    /// `…/ACCOUNT/KIND/REGION/`: years, months, days.
    Days(Kind),
}

impl SourcePrefix {
    /// Reads a prefix; `None` where nothing of CloudTrail can lie below it.
    pub fn parse(prefix: &str) -> Option<Self> {
        let segments: Vec<&str> = prefix.strip_suffix('/').unwrap_or(prefix).split('/').collect();
        // the last one counts: a bucket's own prefix may hold the word too
        let Some(logs) = segments.iter().rposition(|segment| *segment == "AWSLogs") else {
            return Some(SourcePrefix::Above(if prefix.is_empty() { 0 } else { segments.len() }));
        };
        let below = &segments[logs + 1..];
        let below = match below {
            [id, rest @ ..] if is_organization_id(id) => rest,
            _ => below,
        };
        let kind = |name: &&str| name.parse::<Kind>().ok();
        match below {
            [] => Some(SourcePrefix::Accounts),
            [account] if is_account_id(account) => Some(SourcePrefix::Kinds),
            [account, name] if is_account_id(account) => kind(name).map(SourcePrefix::Regions),
            [account, name, region] if is_account_id(account) && is_region(region) => {
                kind(name).map(SourcePrefix::Days)
            }
            [name, ..] if is_account_id(name) || is_hive_account(name) => None,
            [_, ..] => Some(SourcePrefix::Above(segments.len())),
        }
    }
}

/// Whether VPC flow logs with Hive-compatible prefixes lie there: thousands of folders that need no look ("Publish flow logs
/// to Amazon S3", Amazon VPC user guide).
fn is_hive_account(segment: &str) -> bool {
    segment.strip_prefix("aws-account-id=").is_some_and(is_account_id)
}

#[cfg(test)]
#[path = "source_prefix_tests.rs"]
mod tests;
