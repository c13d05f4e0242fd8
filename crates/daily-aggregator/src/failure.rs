//! Errors of the daily stage.

use lake::{AttemptError, Invariant, Partition};
use lake_store::StoreError;

/// An error of the daily stage. The failed attempt left nothing visible, or orphans that the next one sweeps.
#[derive(Debug, thiserror::Error)]
pub enum DailyError {
    /// The source cannot be listed.
    #[error("cannot list the source")]
    List(#[source] StoreError),
    /// The lake or its journal failed.
    #[error(transparent)]
    Lake(#[from] AttemptError),
    /// A log file cannot be fetched.
    #[error("cannot fetch a log file")]
    Fetch(#[source] StoreError),
    /// A part cannot be written.
    #[error("cannot write a part to the lake")]
    Stage(#[source] StoreError),
    /// The system cannot start threads.
    #[error("cannot start threads; lower --threads or the load of this machine")]
    Threads(#[source] std::io::Error),
    /// A committed part cannot be read, so duplicates cannot be detected.
    #[error("cannot read part {key}; {}", rebuild_advice(*.partition))]
    Part {
        /// The key of the part.
        key: String,
        /// The partition.
        partition: Partition,
        /// The cause.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A part that a commit names does not exist.
    #[error("part {key} is missing from the lake; {}", rebuild_advice(*.partition))]
    PartMissing {
        /// The key of the part.
        key: String,
        /// The partition.
        partition: Partition,
    },
    /// A rebuild would lose the events of log files that are no longer in the source.
    #[error(
        "a rebuild would lose the events of {count} log files that are no longer in the source, such as {example}; \
         add --drop-missing to drop them"
    )]
    RebuildLoses {
        /// Number of log files.
        count: usize,
        /// The key of one of them.
        example: String,
    },
    /// A rebuild would lose events of a log file that was replaced.
    #[error(
        "a rebuild would lose {count} events that are in the lake but in no log file of the source; add --drop-missing \
         to drop them"
    )]
    RebuildLosesEvents {
        /// The minimum of events lost.
        count: u64,
    },
    /// A rebuild would lose the events of a log file that was read before and is damaged now.
    #[error(
        "a rebuild would lose the events of {key}, which was read before and is damaged now ({detail}); restore it in the source"
    )]
    RebuildBreaks {
        /// The key of the log file.
        key: String,
        /// The reason for the quarantine.
        detail: String,
    },
    /// The day is committed, and must be proven by CloudTrail's digest files, and is not.
    #[error(
        "{partition} is committed, but CloudTrail's digest files do not prove it, {count} findings: {example}; \
         `trailmill verify --proof` has them all"
    )]
    NotProven {
        /// The partition.
        partition: Partition,
        /// Number of findings.
        count: u64,
        /// The first of them.
        example: String,
    },
}

impl DailyError {
    /// The invariant that is broken, if the error is due to one.
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
            | DailyError::RebuildBreaks { .. }
            | DailyError::NotProven { .. } => None,
        }
    }
}

/// The advice for parts that differ from the journal.
pub(crate) fn rebuild_advice(partition: Partition) -> String {
    format!("`trailmill daily --rebuild --day {}` makes the day's parts again", partition.span)
}
