//! The stamp of attempts in tests.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use lake::{AttemptId, Stamp};

static ATTEMPTS: AtomicU64 = AtomicU64::new(0);

/// A new ID for each attempt of this process, and a constant time.
pub const STAMP: Stamp = Stamp {
    new_attempt: || AttemptId(format!("{:016x}", ATTEMPTS.fetch_add(1, Relaxed))),
    now: || "2026-12-01T03:00:00Z".into(),
    tool: "test",
};
