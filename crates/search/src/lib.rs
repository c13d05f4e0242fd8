//! Finds records in a lake, by what its journals say it consists of: the Parquet of its months, and the records of daily parts
//! that no Parquet contains yet. Each event is found once.
//!
//! Data flows one way:
//!
//! | step | folder | what |
//! |---|---|---|
//! | filter | `filter/` | what is looked for: conditions ([`Condition`]) on fields ([`Field`]), and a time ([`Span`]) |
//! | plan | `plan/months`, `plan/unit` | the months, and of each its units: some event days with the parts that hold them |
//! | read a daily part | `read/daily_part` | every line, most of them passed over by `record/needles` |
//! | read Parquet | `read/row_groups` | row groups by min/max statistics and bloom filters |
//! | | `read/pages` | rows by the page index |
//! | | `read/predicates` | rows by the columns that decide, one condition after the other |
//! | | `read/monthly_part` | the whole rows of those that are left |
//! | hand on | [`results`](Taker) | in the order of time, each event once (`record/same_event`) |
//!
//! [`Search::run`] is that story. [`Who::of`] asks it twice: what did somebody do, and what gave them their credentials.
//!
//! # Consistency
//!
//! The journal of a month is read, then those of the days. What the month was not made from is read from the daily parts, by part and
//! event day. If a part does not exist any more, since a later commit has replaced it, the units are planned again from the instant
//! up to which records were handed on.

#[cfg(test)]
mod testing;

mod explain;
mod failure;
mod filter;
mod plan;
mod progress;
mod read;
mod record;
mod results;
mod search;
#[cfg(test)]
mod search_pruning_tests;
#[cfg(test)]
mod search_race_tests;
mod who;

pub use explain::Explain;
pub use failure::SearchError;
pub use filter::field::Field;
pub use filter::query::{Condition, Query};
pub use filter::span::Span;
pub use progress::Progress;
pub use read::chunk::Found;
pub use results::Taker;
pub use search::{Search, Summary};
pub use who::subject::Subject;
pub use who::summary::Who;
pub use who::tally::{Tally, Top};
pub use who::trace::{Occurrences, Trace, Traces};
