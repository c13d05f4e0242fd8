//! The daily stage: the log files of one delivery day become gzipped NDJSON in the lake, every record once, byte for byte.
//!
//! Data flows one way:
//!
//! | step | folder | what |
//! |---|---|---|
//! | list | `plan/source` | which log files were delivered on the day |
//! | plan | `plan/new_files` | which of them are new or have changed |
//! | fetch | `read/fetch` | many gets at once, within the memory budget |
//! | decode | `read/decode`, `read/gunzip` | gunzip, check, split into records; or the reason for the quarantine |
//! | pack | `pack/packer` | each record once, in blocks, with every log file accounted for |
//! | compress | `write/block` | similar records next to each other, blocks deflated on every core |
//! | stage | `write/part_writer` | parts of one gzip member each, which nobody sees yet |
//! | publish | [`lake::bring_up_to_date`] | all parts at once, then the commit |
//!
//! [`DailyAggregator::run`] is that story; [`verify`] reads a partition back and holds it against its journal.

mod aggregate;
mod cpu;
mod failure;
mod memory_budget;
mod options;
mod pack;
mod pipeline;
mod plan;
mod progress;
mod read;
mod report;
#[cfg(test)]
mod testing;
mod verify;
mod write;

pub use aggregate::DailyAggregator;
pub use failure::DailyError;
pub use options::Options;
pub use plan::new_files::{Request, new_files};
pub use plan::source::{Listing, Source};
pub use progress::{Progress, ProgressNow};
pub use read::decode_error::DecodeError;
pub use read::gunzip::{Gunzip, Gunzipped, promised_text};
pub use report::{DayReport, QuarantinedFile};
pub use verify::verify;
