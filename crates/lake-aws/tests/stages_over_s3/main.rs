//! The stages with their source and their lake in S3: as in memory, with what only a bucket does.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

mod buckets;
mod in_memory;
mod made_day;
mod many_accounts;
mod refused;
mod replaced;
mod request_headers;
mod slow_down;
