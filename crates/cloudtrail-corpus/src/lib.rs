//! A made-up organisation and the CloudTrail log files it is delivered: for `trailmill demo`, tests and benchmarks.
//!
//! The same configuration gives the same bytes on every machine, and each day is made by itself, one object at a time,
//! so a day of any size takes little memory. Nothing here comes from a real account: addresses are of the ranges kept
//! for documentation, and account numbers begin with 99.
//!
//! ```
//! use cloudtrail_corpus::{OrganizationConfig, day_objects};
//!
//! let config = OrganizationConfig { files: 10, records: 40, ..OrganizationConfig::article_day() };
//! let day = "2026-11-22".parse()?;
//! let objects: Vec<_> = day_objects(&config, day).collect();
//! let log_files = objects.iter().filter(|object| object.kind == cloudtrail_model::Kind::CloudTrail);
//! assert_eq!(log_files.map(|object| object.records).sum::<usize>(), 40);
//! # Ok::<(), cloudtrail_model::BadDate>(())
//! ```

mod awkward;
mod broken;
mod callers;
mod clock;
mod config;
mod day_objects;
mod draw;
mod gzip;
mod late;
mod log_file;
mod names;
mod object;
mod odd;
mod organization;
mod other_kinds;
#[cfg(test)]
mod plain_reader;
mod plan;
mod pretty;
mod record;
mod repeats;
mod signed;
mod templates;
mod write_day;

pub use broken::{BrokenKind, broken};
pub use config::{FileSizes, OrganizationConfig};
pub use day_objects::{DayObjects, day_objects};
pub use gzip::gzip_of_repeated;
pub use late::{LateArrivals, late_arrivals};
pub use object::GeneratedObject;
pub use odd::{OddKind, odd};
pub use record::sample_records;
pub use signed::{
    DigestChain, DigestSigner, DigestedHour, SignedBucket, SignedDigest, SignedTrail, StoredObject,
    Tampering, content, judge,
};
pub use write_day::{DaySummary, write_day, write_late_arrivals};
