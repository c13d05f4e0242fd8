//! Why a partition could not be brought up to date, and what to do next.

use lake::{AttemptError, Invariant, Partition};
use lake_store::StoreError;

/// Why a partition could not be brought up to date. Nothing of the attempt is visible, or the next one sweeps it.
#[derive(Debug, thiserror::Error)]
pub enum DailyError {
    /// The source cannot be listed.
    #[error("the source cannot be listed")]
    List(#[source] StoreError),
    /// The lake or its journal failed.
    #[error(transparent)]
    Lake(#[from] AttemptError),
    /// A log file cannot be fetched.
    #[error("a log file cannot be fetched")]
    Fetch(#[source] StoreError),
    /// A part cannot be written.
    #[error("a part cannot be written to the lake")]
    Stage(#[source] StoreError),
    /// The system gives no threads.
    #[error("no threads to work with; lower --threads, or the load of this machine")]
    Threads(#[source] std::io::Error),
    /// A part that is there already cannot be read, so duplicates cannot be told.
    #[error("part {key} cannot be read; {}", rebuild_advice(*.partition))]
    Part {
        /// The part.
        key: String,
        /// The partition it is in.
        partition: Partition,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A part that a commit names is not there.
    #[error("part {key} is missing from the lake; {}", rebuild_advice(*.partition))]
    PartMissing {
        /// The part.
        key: String,
        /// The partition it was in.
        partition: Partition,
    },
    /// A rebuild would drop events.
    #[error(
        "a rebuild would lose the events of {count} log files that are no longer in the source, such as {example}; \
         add --drop-missing if that is what you want"
    )]
    RebuildLoses {
        /// How many.
        count: usize,
        /// One of them.
        example: String,
    },
    /// A rebuild would drop events, although every log file is there: one was replaced meanwhile.
    #[error(
        "a rebuild would lose {count} events that are in the lake, but in no log file of the source any more; add \
         --drop-missing if that is what you want"
    )]
    RebuildLosesEvents {
        /// How many, at least.
        count: u64,
    },
    /// A rebuild met a file that was fine before and is broken now.
    #[error("a rebuild would lose the events of {key}, which was read before and is broken now: {detail}")]
    RebuildBreaks {
        /// The file.
        key: String,
        /// What is wrong with it.
        detail: String,
    },
}

impl DailyError {
    /// What is not true that always should be, where that is why.
    pub fn broken(&self) -> Option<Invariant> {
        match self {
            DailyError::Lake(error) => error.broken(),
            DailyError::Part { .. } => Some(Invariant::PartsAsCommitted),
            DailyError::PartMissing { .. } => Some(Invariant::PartsBeforeCommit),
            DailyError::List(_)
            | DailyError::Fetch(_)
            | DailyError::Stage(_)
            | DailyError::Threads(_)
            | DailyError::RebuildLoses { .. }
            | DailyError::RebuildLosesEvents { .. }
            | DailyError::RebuildBreaks { .. } => None,
        }
    }
}

/// What to do about parts that are not what the journal says.
pub(crate) fn rebuild_advice(partition: Partition) -> String {
    format!("`trailmill daily --rebuild --day {}` makes the day's parts again", partition.span)
}
