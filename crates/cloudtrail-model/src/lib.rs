//! What CloudTrail delivers, and the columns it becomes. Pure data and pure functions: no I/O, no clock, no
//! environment, so every rule that decides where a record goes can be tested by itself.
//!
//! The story of one log file through this crate:
//!
//! ```
//! use cloudtrail_model::{event_day, event_instant, Limits, LogFile, SourceKey};
//!
//! // 1. its key says what it is and which day it was delivered
//! let key = SourceKey::parse(
//!     "AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/01/\
//!      111122223333_CloudTrail_us-east-1_20261101T0005Z_a1b2c3d4e5f6a7b8.json.gz",
//! )?;
//! // 2. its kind names the table, its day the partition
//! assert_eq!(key.kind.table().expect("not a digest").to_string(), "cloudtrail");
//! assert_eq!(key.day.to_string(), "2026-11-01");
//! // 3. its text splits into records, byte for byte
//! let text = br#"{"Records":[{"eventID":"e1","eventTime":"2026-10-31T23:58:00Z","x":1.0}]}"#;
//! let file = LogFile::parse(text.to_vec(), &Limits::default())?;
//! let record = file.record(0);
//! assert_eq!(record.line, br#"{"eventID":"e1","eventTime":"2026-10-31T23:58:00Z","x":1.0}"#);
//! // 4. and the instant of a record decides its event day, and so its month
//! let day = event_day(key.day, event_instant(&record)).expect("it is dated");
//! assert_eq!((day.to_string(), day.month().to_string()), ("2026-10-31".to_owned(), "2026-10".to_owned()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(test)]
extern crate self as cloudtrail_model;

mod delivery;
pub mod digest;
#[cfg(test)]
mod fuzz_corpus_tests;
mod json;
mod record;
mod table;

pub use delivery::calendar::{BadDate, Day, DayRange, Month};
pub use delivery::event_day::event_day;
pub use delivery::kind::{Kind, Stage, Table};
pub use delivery::log_file_id::{LogFileId, account_of};
pub use delivery::source_key::{KeyError, LogFileName, SourceKey};
pub use delivery::source_prefix::SourcePrefix;
pub use json::members::{Member, elements, members, string_text};
pub use record::dedupe::{DedupeIndex, Fingerprint, Seen};
pub use record::envelope::{EnvelopeError, Limits, LogFile, Record};
pub use record::event_instant::event_instant;
pub use record::off_day_index::OffDayIndex;
pub use table::column::{
    Column, ColumnType, EVENT_TIMESTAMP, EXTRA_FIELDS, NULL_FIELDS, Origin, PartitionColumn, RAW_RECORD,
};
pub use table::columns::{columns, partition_columns};
pub use table::ddl::{ATHENA_YEARS, Dialect, ddl};
pub use table::schema_markdown::schema_markdown;
pub use table::shape::{Leaf, Shape};
pub use table::shred::Shredder;
pub use table::shredded::{LeafValue, Shredded, ShreddedRow, ShreddedRows, SortKeys};
