//! The monthly stage: the daily parts of a month become Parquet from which every record can be given back.
//!
//! Data flows one way:
//!
//! | step | file | what |
//! |---|---|---|
//! | plan | `plan` | which daily parts hold the month, by the daily journals |
//! | read | `read`, `piece`, [`cloudtrail_model::Shredder`] | daily parts back into lines, and these into values, in bounded pieces |
//! | gather | `gather` | each record once and in its home month; row groups of a few days |
//! | order | `row_order` | rows sorted |
//! | encode | `row_group`, [`parquet_columns`] | columns compressed on every core |
//! | stage | `part_writer` | Parquet files, not yet visible |
//! | publish | [`lake::bring_up_to_date`] | all parts at once, then the commit, then the old parts go |
//!
//! [`MonthlyAggregator::run`] is that story. The way back: [`export`] reads the Parquet (`part_reader`), gives the records
//! back as JSON (`unflatten`); [`verify`] holds the parts against their journal.

mod aggregate;
mod arrow_types;
mod column_reader;
mod days_there;
#[cfg(test)]
mod encoded_rows;
mod export;
mod failure;
#[cfg(test)]
mod fuzz_corpus_tests;
mod gather;
#[cfg(test)]
mod json_text;
mod options;
#[cfg(test)]
mod oracle;
mod part_reader;
mod part_writer;
mod piece;
mod plan;
mod progress;
mod properties;
mod read;
mod report;
#[cfg(test)]
mod round_trip;
mod row_group;
mod row_order;
mod rows;
#[cfg(test)]
mod test_world;
mod unflatten;
mod verify;

pub use aggregate::{MonthlyAggregator, Request};
pub use arrow_types::arrow_schema;
pub use days_there::DaysThere;
pub use export::{ExportError, export};
pub use failure::MonthlyError;
pub use options::Options;
pub use plan::{MonthPlan, plan};
pub use progress::Progress;
pub use report::{MonthReport, day_list};
pub use rows::Rows;
pub use unflatten::append_lines;
pub use verify::verify;
