//! Fault injection: the stages in memory, where every call can fail, an event can come before every call, and concurrent
//! attempts can run in every order; and a model of the commit protocol, checked in every state.
//!
//! After each fault `check` checks every [`Invariant`](lake::Invariant). The tests print what they ran and how often
//! (`cargo test --test reliability -- --nocapture`); docs/internals/reliability.md notes it. Ignored tests are the same with
//! larger bounds: `scripts/reliability` runs them.

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
mod failpoints;
mod interleavings;
mod journal_model;
mod queues;
mod record;
mod unlucky_calls;
mod work;
mod world;
