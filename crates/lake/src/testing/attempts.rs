//! What attempts of tests write.

use crate::{AttemptId, Input, Stamp, Verdict};

/// A random attempt ID, and always the same time.
pub(crate) const STAMP: Stamp = Stamp {
    new_attempt: || AttemptId(format!("{:016x}", fastrand::u64(..))),
    now: || "2026-11-22T03:00:00Z".into(),
    tool: "test",
};

/// An input of one byte with one record.
pub(crate) fn input(key: &str) -> Input {
    Input {
        key: key.to_owned(),
        etag: "1".into(),
        bytes: 1,
        raw_bytes: 1,
        records: 1,
        duplicates: 0,
        other_months: 0,
        verdict: Verdict::Ok,
    }
}
