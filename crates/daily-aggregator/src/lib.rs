//! The daily stage: the log files of one delivery day become gzipped NDJSON in the lake, every record once, byte for byte.
//!
//! Data flows one way:
//!
//! | step | file | what |
//! |---|---|---|
//! | list | [`source`](Source) | where the log files are, which were delivered on the day |
//! | plan | `plan` | which of them are new or have changed |
//! | fetch | `fetch` | many gets at once, within a bound of bytes |
//! | decode | `decode`, `gunzip` | gunzip, validate, split; or the reason why not |
//! | pack | `pack`, `dedupe` | each record once, in blocks, every file accounted for |
//! | compress | `block` | similar records together, blocks deflated on every core |
//! | stage | `part_writer` | single-member gzip parts, not yet visible |
//! | publish | [`lake::bring_up_to_date`] | all parts at once, then the commit |
//!
//! [`DailyAggregator::run`] is that story; [`verify`] reads a partition back and holds it against its journal.

mod aggregate;
mod block;
mod cpu;
mod decode;
mod decode_error;
mod failure;
mod fetch;
mod gunzip;
mod held_file;
mod memory_budget;
mod options;
mod pack;
mod part_writer;
mod pipeline;
mod plan;
mod progress;
mod report;
mod source;
#[cfg(test)]
mod test_world;
mod verify;

pub use aggregate::DailyAggregator;
pub use decode_error::DecodeError;
pub use failure::DailyError;
pub use gunzip::{Gunzip, Gunzipped, promised_text};
pub use options::Options;
pub use plan::{Request, new_files};
pub use progress::{Progress, ProgressNow};
pub use report::{DayReport, QuarantinedFile};
pub use source::{Listing, Source};
pub use verify::verify;
