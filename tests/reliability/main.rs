//! Nothing is lost, whatever happens: the stages themselves in a world in memory, where every call can fail, every moment can
//! bring something, and every order of concurrent attempts can be run; and a model of the journal's protocol, of which every
//! state is looked at.
//!
//! After whatever happened, every [`Invariant`](lake::Invariant) is checked by `check`. What was run and how
//! often is printed (`cargo test --test reliability -- --nocapture`), and noted in docs/internals/reliability.md. Tests that are ignored
//! are the same with larger bounds: `scripts/reliability` runs them.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by a panic, and tells how much it looked at"
)]

mod acks;
mod asked;
mod chain;
mod check;
mod crash_points;
mod interleavings;
mod journal_model;
mod moments;
mod queues;
mod record;
mod unlucky_calls;
mod work;
mod world;
