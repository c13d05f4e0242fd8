//! The command's clock and its source of new names, handed to the stages.

use cloudtrail_model::Day;
use lake::{AttemptId, Stamp};

/// What this command writes about itself into journals.
pub(crate) const STAMP: Stamp =
    Stamp { new_attempt, now, tool: concat!("trailmill ", env!("CARGO_PKG_VERSION")) };

/// The day it is, in UTC.
#[expect(clippy::disallowed_methods, reason = "the one clock of the command")]
pub(crate) fn today() -> Day {
    Day::at(jiff::Timestamp::now())
}

fn new_attempt() -> AttemptId {
    AttemptId(uuid::Uuid::new_v4().to_string())
}

#[expect(clippy::disallowed_methods, reason = "the one clock of the command")]
fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
