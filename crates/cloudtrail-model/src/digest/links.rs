//! Whether a chain of digests is whole: each names the one before, there is one for every hour, and none is missing at the end.

use jiff::{SignedDuration, Timestamp};

use crate::digest::digest_file::PreviousDigest;
use crate::digest::digest_key::DigestKey;
use crate::digest::finding::FindingKind;
use crate::digest::held::{Held, Order};
use crate::digest::scope::{HOUR, Scope, Window};

/// How much later than an hour after the last one a digest may come before one counts as missing.
const JITTER: SignedDuration = SignedDuration::from_mins(15);

/// A break in a chain.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Break {
    pub(crate) kind: FindingKind,
    /// The index of the digest that it is before; `None` if it is after the last one.
    pub(crate) before: Option<usize>,
    /// The time that no digest is of.
    pub(crate) span: Option<(Timestamp, Timestamp)>,
    /// Number of digests that are missing.
    pub(crate) count: u32,
    /// The key of the last one of them, if a digest states it.
    pub(crate) missing_key: Option<String>,
}

/// A chain within one window.
#[derive(Debug, Default)]
pub(crate) struct Links {
    pub(crate) breaks: Vec<Break>,
    /// The times that proven digests are of, each from the end of the digest before.
    pub(crate) spans: Vec<(Timestamp, Timestamp)>,
    /// What the first digest says of the one before, which is before the window.
    pub(crate) continues_from: Option<PreviousDigest>,
}

/// Follows a chain of digests, sorted by time and authenticated.
pub(crate) fn follow(
    digests: &[Held],
    order: &Order,
    window: Window,
    backfill: bool,
    scope: &Scope,
) -> Links {
    let mut links = Links::default();
    for (at, digest) in digests.iter().enumerate() {
        let earlier = at.checked_sub(1).map(|before| digests[before].key.end);
        let Some(file) = digest.proven_file() else {
            // it cannot be asked which one is before it: that digests are hourly says whether one is missing
            let earlier = earlier.filter(|_| !backfill);
            links.breaks.extend(earlier.and_then(|earlier| missing_by_the_hour(earlier, at, digest.key.end)));
            continue;
        };
        let mut start = file.start;
        let found = match &file.previous {
            None => match earlier {
                None => Some(Break::at(at, FindingKind::ChainStarts)),
                Some(earlier) => {
                    let span = Some((earlier, file.start));
                    Some(Break { span, ..Break::at(at, FindingKind::ChainRestarted) })
                }
            },
            Some(previous) => match order.previous[at].map(|before| &digests[before]) {
                Some(before) => {
                    start = if before.proof.is_some() { start.min(before.key.end) } else { start };
                    None
                }
                None if scope.origin.name_in(&previous.bucket, &previous.key).is_none() => {
                    Some(Break::at(at, FindingKind::BucketChanged))
                }
                None => {
                    let end = DigestKey::parse(&previous.key).map_or(file.start, |key| key.end);
                    if end < window.from {
                        links.continues_from.get_or_insert_with(|| previous.clone());
                        None
                    } else {
                        let (from, count) = missing(end, earlier, window, backfill);
                        let (span, missing_key) = (Some((from, file.start)), Some(previous.key.clone()));
                        Some(Break { span, count, missing_key, ..Break::at(at, FindingKind::DigestMissing) })
                    }
                }
            },
        };
        links.breaks.extend(found);
        links.spans.push((start, file.end));
    }
    if let Some(last) = digests.last().filter(|_| !backfill) {
        links.breaks.extend(missing_at_the_end(last.key.end, window, scope));
    }
    links
}

impl Break {
    fn at(at: usize, kind: FindingKind) -> Self {
        Break { kind, before: Some(at), span: None, count: 0, missing_key: None }
    }
}

/// The digests that are missing between two ends of hours, if there are any.
fn missing_by_the_hour(earlier: Timestamp, at: usize, end: Timestamp) -> Option<Break> {
    let count = hours(end.duration_since(earlier) + HOUR / 2).saturating_sub(1);
    let span = Some((earlier, end.saturating_sub(HOUR).unwrap_or(end)));
    (count > 0).then(|| Break { span, count, ..Break::at(at, FindingKind::DigestMissing) })
}

/// From when on digests are missing up to the one that ends at an instant, and how many.
fn missing(end: Timestamp, earlier: Option<Timestamp>, window: Window, backfill: bool) -> (Timestamp, u32) {
    let count = match earlier {
        _ if backfill => 1,
        Some(earlier) => hours(end.duration_since(earlier) + HOUR / 2),
        None => hours(end.duration_since(window.from)) + 1,
    };
    (earlier.unwrap_or(window.from), count.max(1))
}

/// The digests that should follow the last one of a window, and do not.
fn missing_at_the_end(last: Timestamp, window: Window, scope: &Scope) -> Option<Break> {
    let due = window.until.min(scope.as_of.saturating_sub(scope.patience).ok()?);
    let late = due.duration_since(last) - JITTER;
    (late > HOUR).then(|| Break {
        kind: FindingKind::DigestsEnd,
        before: None,
        span: Some((last, due)),
        count: hours(late),
        missing_key: None,
    })
}

/// The whole hours of a duration; 0 if it is negative.
fn hours(duration: SignedDuration) -> u32 {
    u32::try_from(duration.as_hours()).unwrap_or(0)
}

#[cfg(test)]
#[path = "links_tests.rs"]
mod tests;
