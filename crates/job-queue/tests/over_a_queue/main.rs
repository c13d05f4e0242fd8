//! Polling and redriving over the queue of the testkit, which knows this crate from outside.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod polling;
mod redriving;
