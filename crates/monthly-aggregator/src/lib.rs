//! The monthly stage: the daily parts of a month become Parquet from which every record can be given back.
//!
//! Data flows one way:
//!
//! | step | folder | what |
//! |---|---|---|
//! | plan | `plan/daily_parts` | which daily parts hold the month, by the daily journals |
//! | read | `read/daily_lines`, `read/piece` | daily parts back into lines, and these into values ([`cloudtrail_model::Shredder`]), in bounded pieces |
//! | gather | `gather/gatherer` | each record once and in its home month; row groups of a few days |
//! | order | `gather/row_order` | rows sorted |
//! | encode | `encode/row_group`, [`parquet_columns`] | columns compressed on every core |
//! | stage | `encode/part_writer` | Parquet files, which nobody sees yet |
//! | publish | [`lake::bring_up_to_date`] | all parts at once, then the commit, then the replaced parts are deleted |
//!
//! [`MonthlyAggregator::run`] is that story. The way back: [`export`] reads the Parquet (`export/part_reader`) and gives the
//! records back as JSON (`export/unflatten`). [`verify`] compares the parts with their journal.

mod aggregate;
mod encode;
mod export;
mod failure;
#[cfg(test)]
mod fuzz_corpus_tests;
mod gather;
mod options;
mod plan;
mod progress;
mod read;
mod report;
#[cfg(test)]
mod testing;
mod verify;

pub use aggregate::{MonthlyAggregator, Request};
pub use encode::arrow_types::arrow_schema;
pub use export::month::{ExportError, export};
pub use export::unflatten::append_lines;
pub use failure::MonthlyError;
pub use options::Options;
pub use plan::daily_parts::{MonthPlan, plan};
pub use plan::days_there::DaysThere;
pub use progress::Progress;
pub use read::rows::Rows;
pub use report::{MonthReport, day_list};
pub use verify::verify;
