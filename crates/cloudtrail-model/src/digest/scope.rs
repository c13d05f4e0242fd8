//! What a check is of: which log files, which digests, and where they lie.

use std::ops::RangeInclusive;

use jiff::{SignedDuration, Timestamp};

use crate::{Day, Kind, LogFileId};

/// Digests are hourly, those without log files too.
pub(crate) const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// How late CloudTrail may still list a log file, by default. Delivery to digest takes one to two hours; a log file that the
/// digest of its hour left out is listed in a backfill digest, for which AWS states no time.
const PATIENCE: SignedDuration = SignedDuration::from_hours(24);

/// Where digests and log files lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// In the bucket of this name, to which CloudTrail delivered them. Keys are whole keys, and signatures are object metadata.
    Bucket(String),
    /// In a folder or another bucket, to which they were copied. Bucket, prefix and metadata are lost: keys are compared from
    /// `AWSLogs/` on, and the signature of a digest is what the next one says of it.
    Copy,
}

/// The instants from `from` up to, but without, `until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
}

/// One account and region, some days of log files, and the digests to check them with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Twelve digits.
    pub account: String,
    /// For example `us-east-1`.
    pub region: String,
    /// Where digests and log files lie.
    pub origin: Origin,
    /// The kinds of log files that are given. Log files of other kinds which a digest lists are not missed.
    pub kinds: Vec<Kind>,
    /// The delivery days whose log files are all given. Log files of other days which a digest lists are not missed.
    pub days: RangeInclusive<Day>,
    /// The time that the digests are from: each digest whose name has an instant within one of these is given. Log files that
    /// were delivered late need a window of their own, around their delivery.
    pub windows: Vec<Window>,
    /// When log files and digests were listed.
    pub as_of: Timestamp,
    /// How late CloudTrail may still list a log file. A younger one that no digest lists is no finding yet.
    pub patience: SignedDuration,
    /// The last delivery day whose log files a lifecycle rule may have deleted: those that are not there count as expired. `None`
    /// if no day is that old.
    pub expired_through: Option<Day>,
}

impl Scope {
    /// The log files of one kind of a day. The window is the day, and two hours of the next, so that it holds the digest which
    /// has the signature of the day's last one: read all digests of the day, and the first two of the next day's folder.
    pub fn day(account: &str, region: &str, origin: Origin, kind: Kind, day: Day, as_of: Timestamp) -> Self {
        Scope {
            account: account.to_owned(),
            region: region.to_owned(),
            origin,
            kinds: vec![kind],
            days: day..=day,
            windows: vec![Window::of_day(day)],
            as_of,
            patience: PATIENCE,
            expired_through: None,
        }
    }

    /// The window that an instant is in.
    pub(crate) fn window_of(&self, instant: Timestamp) -> Option<usize> {
        self.windows.iter().position(|window| window.from <= instant && instant < window.until)
    }
}

impl Window {
    /// A day and two hours of the next one.
    pub fn of_day(day: Day) -> Self {
        let end = day.next().map_or(Timestamp::MAX, Day::midnight);
        Window { from: day.midnight(), until: end.saturating_add(HOUR * 2).unwrap_or(Timestamp::MAX) }
    }
}

impl Origin {
    /// The name by which the object with a key is compared with what a digest says. For log files and digests that are given.
    pub(crate) fn name<'a>(&self, key: &'a str) -> &'a str {
        match self {
            Origin::Bucket(_) => key,
            Origin::Copy => LogFileId::in_layout(key).map_or(key, |id| id.identity),
        }
    }

    /// The name of an object as a digest has it; `None` if it was delivered to another bucket.
    pub(crate) fn name_in<'a>(&self, bucket: &str, key: &'a str) -> Option<&'a str> {
        match self {
            Origin::Bucket(here) if here != bucket => None,
            _ => Some(self.name(key)),
        }
    }
}
