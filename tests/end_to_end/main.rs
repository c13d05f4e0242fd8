//! The `trailmill` command as a user runs it: real folders, real processes, real kills.
//!
//! `testkit::Oracle`, which shares no code with the command, computes the expected results.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by a panic, and tells how often it hit what it aims at"
)]

mod broken;
mod command;
mod concurrent;
mod demo;
mod doctor;
mod function_world;
mod functions;
mod generated_day;
mod hostile;
mod hostile_keys;
mod killed;
mod lake_on_disk;
mod late_files;
mod long_run;
mod loose;
mod made_source;
mod mistakes;
mod month_edges;
mod monthly_killed;
mod monthly_mistakes;
mod months;
mod months_on_disk;
mod nothing;
mod proof;
mod s3;
mod s3_world;
mod samples;
mod search;
mod tampered;
mod workers;
