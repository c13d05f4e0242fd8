//! The monthly stage: the daily parts of a month become Parquet from which every record can be given back.
//!
//! Data flows one way:
//!
//! | step | folder | what |
//! |---|---|---|
//! | plan | `plan/month_plan` | which daily parts hold events of the month, by the daily journals |
//! | slice | `plan/slice`, `plan/window` | which event days to write, and in which order to read |
//! | read | `read/daily_lines`, `read/piece` | daily parts back into lines, and these into values ([`cloudtrail_model::Shredder`]), in bounded pieces |
//! | gather | `gather/gatherer` | each event once; row groups of whole event days where they fit |
//! | order | `gather/row_order` | rows sorted |
//! | encode | `encode/row_group`, [`parquet_columns`] | columns compressed on every core |
//! | stage | `encode/part_writer` | Parquet files, which nobody sees yet |
//! | publish | [`lake::bring_up_to_date`] | all parts at once, then the commit, then the replaced parts are deleted |
//!
//! [`MonthlyAggregator::run`] is that story. The way back: [`export`] reads the Parquet (`export/part_reader`) and gives the
//! records back as JSON (`export/unflatten`). [`verify`] compares the parts with their journal.

mod aggregate;
mod content;
mod encode;
mod export;
mod failure;
#[cfg(test)]
mod fuzz_corpus_tests;
mod gather;
mod options;
mod pace;
mod plan;
mod progress;
mod read;
mod report;
#[cfg(test)]
mod testing;
mod verify;

pub use aggregate::{MonthlyAggregator, Request};
pub use content::MonthContent;
pub use encode::arrow_types::arrow_schema;
pub use export::month::{ExportError, export};
pub use export::unflatten::append_lines;
pub use failure::MonthlyError;
pub use options::Options;
pub use plan::days_there::DaysThere;
pub use plan::month_plan::{DailyPart, MonthPlan, plan};
pub use progress::Progress;
pub use read::rows::Rows;
pub use report::{MonthReport, day_list};
pub use verify::balance::{Balance, balance};
pub use verify::month::verify;
