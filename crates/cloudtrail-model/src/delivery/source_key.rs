//! Keys of the objects CloudTrail delivers, as documented in "CloudTrail log file examples" and "Organizing your trail"
//! of the AWS CloudTrail user guide:
//!
//! ```text
//! [prefix/]AWSLogs/[o-id/]ACCOUNT/KIND/REGION/YYYY/MM/DD/FILE
//! ```
//!
//! AWS Control Tower delivers to `o-id/AWSLogs/o-id/ACCOUNT/…`, which is the same with the prefix `o-id`.

use std::fmt;

use crate::delivery::calendar::number;
use crate::{Day, Kind};

/// Where a delivered object lies: every segment of its key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceKey {
    /// What stands before `AWSLogs`, without the slash between; `None` at the top of the bucket.
    pub prefix: Option<String>,
    /// `o-…` of an organisation trail.
    pub organization: Option<String>,
    /// Twelve digits.
    pub account: String,
    /// What the object holds.
    pub kind: Kind,
    /// For example `us-east-1`.
    pub region: String,
    /// The delivery day.
    pub day: Day,
    /// The last segment, as it is.
    pub file: String,
}

/// Why a key is not one CloudTrail delivers to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The segments do not have the documented shape.
    #[error("not a CloudTrail key: {key:?} has no AWSLogs/[o-id/]ACCOUNT/KIND/REGION/YYYY/MM/DD/FILE in it")]
    Shape {
        /// The key.
        key: String,
    },
    /// A day that no calendar has.
    #[error("not a CloudTrail key: {key:?} names the day {day:?}, which does not exist")]
    Day {
        /// The key.
        key: String,
        /// Its `YYYY/MM/DD`.
        day: String,
    },
}

impl SourceKey {
    /// Parses a key. The last segment may be any name that ends in `.json`, `.json.gz` or `.gz`: old files, and copies,
    /// do not keep to the documented form.
    ///
    /// # Errors
    /// Fails if the key is not that of a log file or a digest file.
    pub fn parse(key: &str) -> Result<Self, KeyError> {
        let shape = || KeyError::Shape { key: key.to_owned() };
        let segments: Vec<&str> = key.split('/').collect();
        let Some(start) = segments.len().checked_sub(7) else { return Err(shape()) };
        let &[account, kind, region, year, month, day, file] = &segments[start..] else {
            return Err(shape());
        };
        let (prefix, organization) = match &segments[..start] {
            [prefix @ .., "AWSLogs"] => (prefix, None),
            [prefix @ .., "AWSLogs", id] if is_organization_id(id) => (prefix, Some((*id).to_owned())),
            _ => return Err(shape()),
        };
        if !is_account_id(account) || !is_region(region) || !is_log_name(file) {
            return Err(shape());
        }
        let kind = kind.parse::<Kind>().map_err(|()| shape())?;
        let date = (number(year, 4), number(month, 2), number(day, 2));
        let (Some(y), Some(m), Some(d)) = date else { return Err(shape()) };
        let delivered = Day::new(y, m, d)
            .ok_or_else(|| KeyError::Day { key: key.to_owned(), day: format!("{year}/{month}/{day}") })?;
        Ok(SourceKey {
            prefix: (!prefix.is_empty()).then(|| prefix.join("/")),
            organization,
            account: account.to_owned(),
            kind,
            region: region.to_owned(),
            day: delivered,
            file: file.to_owned(),
        })
    }
}

impl fmt::Display for SourceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(prefix) = &self.prefix {
            write!(f, "{prefix}/")?;
        }
        f.write_str("AWSLogs/")?;
        if let Some(organization) = &self.organization {
            write!(f, "{organization}/")?;
        }
        let Self { account, kind, region, day, file, .. } = self;
        write!(f, "{account}/{kind}/{region}/{}/{file}", day.as_path())
    }
}

/// What the name of a log file says by itself, for files that were copied out of their folders.
///
/// `ACCOUNT_CloudTrail_REGION_YYYYMMDDTHHmmZ_UNIQUE.json.gz`; read leniently, since old files join the time with a dash
/// and do not have the last part, and insight and digest files have more parts before the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFileName {
    /// Twelve digits.
    pub account: String,
    /// What the file holds.
    pub kind: Kind,
    /// For example `us-east-1`.
    pub region: String,
    /// The day in the name: the delivery day, give or take the minutes around midnight.
    pub day: Day,
    /// Minutes since midnight.
    pub minute: u16,
    /// What makes the name unique; empty in old files.
    pub unique: String,
}

impl LogFileName {
    /// Parses a file name, or `None` where it is not one of CloudTrail's.
    pub fn parse(name: &str) -> Option<Self> {
        if !is_log_name(name) {
            return None;
        }
        let stem = name.strip_suffix(".gz").unwrap_or(name);
        let stem = stem.strip_suffix(".json").unwrap_or(stem);
        let mut parts = stem.splitn(3, '_');
        let (account, kind, rest) = (parts.next()?, parts.next()?, parts.next()?);
        let (time_at, (day, minute), after) = rest
            .char_indices()
            .find_map(|(at, _)| instant(rest.get(at..)?).map(|(i, len)| (at, i, at + len)))?;
        // the time is a part of its own: what stands on either side of it is a separator or an end
        let before = rest[..time_at].strip_suffix(['_', '-'])?;
        let unique = &rest[after..];
        let region = before.split('_').next()?;
        (is_account_id(account) && is_region(region) && (unique.is_empty() || unique.starts_with('_'))).then(
            || {
                Some(LogFileName {
                    account: account.to_owned(),
                    kind: kind.parse().ok()?,
                    region: region.to_owned(),
                    day,
                    minute,
                    unique: unique.trim_start_matches('_').to_owned(),
                })
            },
        )?
    }
}

impl fmt::Display for LogFileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { account, kind, region, day, minute, unique } = self;
        let (year, month, date) = (day.year(), day.month_number(), day.day_of_month());
        let (hour, minute) = (minute / 60, minute % 60);
        write!(
            f,
            "{account}_{kind}_{region}_{year:04}{month:02}{date:02}T{hour:02}{minute:02}Z_{unique}.json.gz"
        )
    }
}

/// `YYYYMMDDTHHmm`, then perhaps seconds, then perhaps `Z`, at the start of a text: day, minute of the day, and length.
fn instant(text: &str) -> Option<((Day, u16), usize)> {
    let field = |from: usize, to: usize| text.get(from..to).and_then(|part| number::<i16>(part, to - from));
    let day = Day::new(field(0, 4)?, i8::try_from(field(4, 6)?).ok()?, i8::try_from(field(6, 8)?).ok()?)?;
    let hour = field(9, 11).filter(|hour| *hour < 24)?;
    let minute = field(11, 13).filter(|minute| *minute < 60)?;
    if text.as_bytes().get(8) != Some(&b'T') {
        return None;
    }
    let mut length = if field(13, 15).is_some() { 15 } else { 13 };
    length += usize::from(text.as_bytes().get(length) == Some(&b'Z'));
    Some(((day, u16::try_from(hour * 60 + minute).ok()?), length))
}

pub(crate) fn is_account_id(segment: &str) -> bool {
    segment.len() == 12 && segment.bytes().all(|b| b.is_ascii_digit())
}

pub(crate) fn is_organization_id(segment: &str) -> bool {
    segment
        .strip_prefix("o-")
        .is_some_and(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric()))
}

pub(crate) fn is_region(segment: &str) -> bool {
    !segment.is_empty() && segment.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn is_log_name(file: &str) -> bool {
    [".json.gz", ".json", ".gz"].iter().any(|ending| file.len() > ending.len() && file.ends_with(ending))
}

#[cfg(test)]
#[path = "source_key_tests.rs"]
mod tests;
