//! The clock and the IDs that the functions pass to the stages.

use cloudtrail_model::Day;
use lake::{AttemptId, Stamp};

/// The ID, time and tool that the functions write into journals.
pub const STAMP: Stamp =
    Stamp { new_attempt, now, tool: concat!("trailmill-lambda ", env!("CARGO_PKG_VERSION")) };

/// Today, in UTC.
#[expect(clippy::disallowed_methods, reason = "the one clock of the functions")]
pub fn today() -> Day {
    Day::at(jiff::Timestamp::now())
}

fn new_attempt() -> AttemptId {
    AttemptId(uuid::Uuid::new_v4().to_string())
}

#[expect(clippy::disallowed_methods, reason = "the one clock of the functions")]
fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
