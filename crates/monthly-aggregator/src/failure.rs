//! Why a month could not be brought up to date, and what to do next.

use cloudtrail_model::Day;
use lake::{AttemptError, Invariant, JournalError, PartError, Partition};
use lake_store::{ErrorKind, StoreError};
use parquet::errors::ParquetError;
use rayon::ThreadPoolBuildError;

/// Why a month could not be brought up to date. Nothing of the attempt is visible, or the next one sweeps it.
#[derive(Debug, thiserror::Error)]
pub enum MonthlyError {
    /// Days that the daily stage has not committed.
    #[error(
        "the month is not complete: {} of its days are not in the daily table ({}); run `trailmill daily` for them, or add \
         --allow-gaps to go on without", days.len(), crate::report::day_list(days)
    )]
    MissingDays {
        /// The month.
        partition: Partition,
        /// The days, in order.
        days: Vec<Day>,
    },
    /// The journal of a day cannot be read.
    #[error(transparent)]
    DailyJournal(#[from] JournalError),
    /// The lake or its journal failed.
    #[error(transparent)]
    Lake(#[from] AttemptError),
    /// A daily part is not what its journal says.
    #[error(
        "daily part {key} cannot be read; run `trailmill verify`, then `trailmill daily --rebuild` for its day"
    )]
    DailyPart {
        /// The part.
        key: String,
        /// Why.
        source: PartError,
    },
    /// A daily part was read whole, and is another than its journal says.
    #[error(
        "daily part {key} is not what its journal says: {difference}; run `trailmill verify`, then `trailmill daily \
         --rebuild` for its day"
    )]
    DailyPartDiffers {
        /// The part.
        key: String,
        /// In what.
        difference: String,
    },
    /// A part cannot be written.
    #[error("cannot write a part to the lake")]
    Stage(#[source] StoreError),
    /// Records cannot be encoded.
    #[error("cannot write records as Parquet (please report this)")]
    Encode(#[from] ParquetError),
    /// The system gives no threads.
    #[error("cannot start threads; lower --threads, or the load of this machine")]
    Threads(#[source] ThreadPoolBuildError),
    /// What was staged may not be published any more: see [`Request::until`](crate::Request::until).
    #[error(
        "{partition} was not published: the soft deadline of this run had passed, so it might not have been committed in \
         time; nothing new is visible: give the function more memory, which is more CPU too, or run `trailmill monthly --month {}` on a machine",
        partition.span
    )]
    NoTimeLeft {
        /// The month.
        partition: Partition,
    },
}

impl MonthlyError {
    /// What is not true that always should be, where that is why.
    pub fn broken(&self) -> Option<Invariant> {
        match self {
            MonthlyError::DailyJournal(error) => error.broken(),
            MonthlyError::Lake(error) => error.broken(),
            MonthlyError::DailyPart { source: PartError::Store(error), .. } => {
                (error.kind == ErrorKind::NotFound).then_some(Invariant::PartsBeforeCommit)
            }
            MonthlyError::DailyPart { .. } | MonthlyError::DailyPartDiffers { .. } => {
                Some(Invariant::PartsAsCommitted)
            }
            MonthlyError::MissingDays { .. }
            | MonthlyError::Stage(_)
            | MonthlyError::Encode(_)
            | MonthlyError::Threads(_)
            | MonthlyError::NoTimeLeft { .. } => None,
        }
    }
}
