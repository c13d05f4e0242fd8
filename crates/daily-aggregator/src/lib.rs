//! The daily stage: the log files of one delivery day become gzipped NDJSON in the lake, every record once, byte for byte.
//!
//! The steps, in the order of the data:
//!
//! | step | folder | what |
//! |---|---|---|
//! | list | `plan/survey`, `plan/source`, `plan/listed_files` | finds the log files delivered on the day, in the order of (account, identity) |
//! | plan | `plan/new_files` | selects those that are new or have changed |
//! | fetch | `read/fetch` | concurrent gets within the memory budget |
//! | decode | `read/decode`, `read/gunzip` | gunzips, checks, splits into records; or quarantines the file with a reason |
//! | pack | `pack/packer` | deduplicates records, and groups them into blocks |
//! | compress | `write/block` | sorts similar records next to each other, and deflates blocks on every core |
//! | stage | `write/part_writer` | writes parts of one gzip member each, not yet visible |
//! | prove | `prove/proving` | checks the log files against CloudTrail's digest files |
//! | publish | [`lake::bring_up_to_date`] | publishes the parts, then commits |
//!
//! [`DailyAggregator::run`] runs them. [`verify`] reads a partition back and compares it with its journal.

mod aggregate;
mod cpu;
mod failure;
mod memory_budget;
mod options;
mod pack;
mod pipeline;
mod plan;
mod progress;
mod prove;
mod read;
mod report;
#[cfg(test)]
mod testing;
mod verify;
mod write;

pub use aggregate::DailyAggregator;
pub use failure::DailyError;
pub use options::Options;
pub use plan::listed_files::{ListedFile, ListedFiles, LogFileToRead};
pub use plan::new_files::{Request, new_files};
pub use plan::source::{Listing, Source};
pub use plan::summary::SourceSummary;
pub use plan::survey::NotSearched;
pub use progress::{Progress, ProgressNow};
pub use prove::{ProofMode, ProofSettings, Proving};
pub use read::decode_error::DecodeError;
pub use read::gunzip::{Gunzip, Gunzipped, promised_text};
pub use report::{DayReport, LeftOutFile, UnreadableFiles};
pub use verify::verify;
