//! The stages with source and lake in S3: the results are those in memory; and cases that only a bucket has.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

mod buckets;
mod conditions;
mod in_memory;
mod made_day;
mod many_accounts;
mod refused;
mod replaced;
mod request_headers;
mod slow_down;
