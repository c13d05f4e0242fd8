//! The invariants of a lake: one list for the tests, for `trailmill verify` and for the metrics.

use std::fmt;

/// A property of a lake that no fault may break. Tests check each after every fault. A run that finds one broken fails, names
/// it and counts it in the metric `InvariantsBroken`. `trailmill verify` names it with each problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Invariant {
    /// Every listed log file is committed, quarantined with a reason, or counted as left to the next run.
    FilesAccounted,
    /// Records in = records out + duplicates + records of other slices.
    RecordsConserved,
    /// Lines are the bytes CloudTrail wrote.
    BytesVerbatim,
    /// A partition holds no record of an account twice.
    OncePerPartition,
    /// Every record is in the month of its event day, and in no other.
    EventMonth,
    /// A second run changes nothing.
    Idempotent,
    /// At most one of two concurrent attempts commits.
    OneCommitPerClaim,
    /// Parts are visible before the commit that names them.
    PartsBeforeCommit,
    /// Parts do not change after their commit.
    PartsAsCommitted,
    /// Every visible object of a partition is named by a commit.
    NoOrphans,
    /// The journal is append-only.
    JournalOnlyGrows,
    /// Messages are deleted after the commit.
    AckAfterCommit,
    /// Objects of the lake are never read as log files.
    OutputNeverInput,
    /// Memory does not grow with the size of the objects read, nor with the number of accounts of a day.
    MemoryBounded,
}

impl Invariant {
    /// All invariants, in the order of docs/internals/invariants.md.
    pub const ALL: [Invariant; 14] = [
        Invariant::FilesAccounted,
        Invariant::RecordsConserved,
        Invariant::BytesVerbatim,
        Invariant::OncePerPartition,
        Invariant::EventMonth,
        Invariant::Idempotent,
        Invariant::OneCommitPerClaim,
        Invariant::PartsBeforeCommit,
        Invariant::PartsAsCommitted,
        Invariant::NoOrphans,
        Invariant::JournalOnlyGrows,
        Invariant::AckAfterCommit,
        Invariant::OutputNeverInput,
        Invariant::MemoryBounded,
    ];

    /// The name in logs, metrics, the output of `verify` and the tests.
    pub fn name(self) -> &'static str {
        match self {
            Invariant::FilesAccounted => "files-accounted",
            Invariant::RecordsConserved => "records-conserved",
            Invariant::BytesVerbatim => "bytes-verbatim",
            Invariant::OncePerPartition => "once-per-partition",
            Invariant::EventMonth => "event-month",
            Invariant::Idempotent => "idempotent",
            Invariant::OneCommitPerClaim => "one-commit-per-claim",
            Invariant::PartsBeforeCommit => "parts-before-commit",
            Invariant::PartsAsCommitted => "parts-as-committed",
            Invariant::NoOrphans => "no-orphans",
            Invariant::JournalOnlyGrows => "journal-only-grows",
            Invariant::AckAfterCommit => "ack-after-commit",
            Invariant::OutputNeverInput => "output-never-input",
            Invariant::MemoryBounded => "memory-bounded",
        }
    }

    /// The invariant as one sentence.
    pub fn says(self) -> &'static str {
        match self {
            Invariant::FilesAccounted => {
                "Every log file that a finished run listed is in the inputs of a commit, read whole or quarantined with its \
                 reason; or the newest commit counts it in `left`, and the next run reads it."
            }
            Invariant::RecordsConserved => {
                "In every commit, records in = records out + duplicates + records of other slices (at the daily stage there are none)."
            }
            Invariant::BytesVerbatim => {
                "A line of a daily part is a record's own bytes without white space between tokens; a row of a monthly part \
                 gives back the same JSON."
            }
            Invariant::OncePerPartition => {
                "A partition holds the records of an account with an event ID once each, deduplicated by (eventID, exact \
                 bytes), however often they are delivered below that account and the stages run."
            }
            Invariant::EventMonth => {
                "A record of a daily part is in the Parquet of the month of its event day, and of no other, once that month is up to \
                 date; a copy of it that was delivered on another day is not there a second time."
            }
            Invariant::Idempotent => "A run without new input leaves every byte of the lake unchanged.",
            Invariant::OneCommitPerClaim => {
                "A commit directly follows the claim of its own attempt: of two attempts on the same state, at most one commits."
            }
            Invariant::PartsBeforeCommit => {
                "Every part that a commit names, and that no later commit retired, exists."
            }
            Invariant::PartsAsCommitted => {
                "A part has the size, the SHA-256 and the number of records that its commit states."
            }
            Invariant::NoOrphans => {
                "When no attempt is in progress and none has died, every visible object of a partition is named by its commits."
            }
            Invariant::JournalOnlyGrows => {
                "Journal entries are numbered without gaps. Entries, and the inputs and facts that a commit names, are never \
                 changed or deleted."
            }
            Invariant::AckAfterCommit => {
                "A message is deleted only after its work is committed, or confirmed by the next queue."
            }
            Invariant::OutputNeverInput => "No object of a lake is ever read as a log file.",
            Invariant::MemoryBounded => {
                "Memory is bounded by the settings, the number of log files of a day, and the number of records of its largest \
                 account; not by the number of records of a month, nor by the sizes that an object declares."
            }
        }
    }

    /// Its enforcement and checks, as one sentence.
    pub fn held_by(self) -> &'static str {
        match self {
            Invariant::FilesAccounted | Invariant::RecordsConserved => {
                "Checked before every commit, which fails otherwise; `verify` checks the sums of the journal."
            }
            Invariant::BytesVerbatim => {
                "Every line is a slice of the log file, never serialized again; `verify` reads the records of daily parts back."
            }
            Invariant::OncePerPartition => {
                "A deduplication index of each account of a day, existing parts that can hold the account included, and of the \
                 off-day records of each event day; `verify` counts again."
            }
            Invariant::EventMonth => {
                "A function of event time and delivery day alone; each run of a month compares its event days with the daily parts, \
                 and `verify` balances every daily part over all months."
            }
            Invariant::Idempotent => {
                "The journal names the inputs that were read; a run reads new ones only."
            }
            Invariant::OneCommitPerClaim => {
                "Entries are written by put-if-absent; checked whenever a journal is read."
            }
            Invariant::PartsBeforeCommit => {
                "Parts are published before their commit; every run of the partition and `verify` look for them."
            }
            Invariant::PartsAsCommitted => {
                "Checked whenever a part is read back; `verify` checks every part."
            }
            Invariant::NoOrphans => "A sweep follows every claim; `verify` reports orphans.",
            Invariant::JournalOnlyGrows => {
                "Entries are checked whenever a journal is read, the SHA-256 of inputs by every run and `verify`, that of facts \
                 by `verify`."
            }
            Invariant::AckAfterCommit => {
                "Lambda and `trailmill worker` delete a message after its handler succeeded."
            }
            Invariant::OutputNeverInput => {
                "Only keys in CloudTrail's format, below its own prefixes, are listed."
            }
            Invariant::MemoryBounded => {
                "Limits on bytes in flight, text sizes, compression ratios, records and nesting."
            }
        }
    }
}

impl fmt::Display for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

const INTRODUCTION: &str = "\
# Invariants

Generated from `crates/lake/src/invariant.rs` by `cargo run -p lake --example invariants > docs/internals/invariants.md`; do not edit.
[guarantees.md](../guide/guarantees.md) says what they mean for users, [reliability.md](reliability.md) how they are tested.

`trailmill verify` names the broken invariant with each problem. A message whose handler finds a broken invariant fails; its
log line names the invariant in the field `invariant`, and the metric `InvariantsBroken` counts it.

| name | invariant | enforced by |
|---|---|---|
";

/// The text of `docs/internals/invariants.md`.
pub fn invariants_markdown() -> String {
    let rows = Invariant::ALL.map(|of| format!("| `{of}` | {} | {} |\n", of.says(), of.held_by()));
    [INTRODUCTION, &rows.concat()].concat()
}

#[cfg(test)]
#[path = "invariant_tests.rs"]
mod tests;
