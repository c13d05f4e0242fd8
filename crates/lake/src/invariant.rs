//! What is true of a lake, whatever happens: one list, for the tests, for `trailmill verify` and for the metrics.

use std::fmt;

/// A promise that no fault may break. Tests check every one after every fault; a run that finds one broken fails, names
/// it, and counts it as a metric; `trailmill verify` names it with each problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Invariant {
    /// Every log file is read, or named with the reason why not.
    FilesAccounted,
    /// What went in came out, or was there already.
    RecordsConserved,
    /// Lines are the bytes that CloudTrail wrote.
    BytesVerbatim,
    /// No record twice.
    OncePerPartition,
    /// No record in two months, none in no month.
    OneHomeMonth,
    /// Running again changes nothing.
    Idempotent,
    /// Fencing works.
    OneCommitPerClaim,
    /// Commits name what is there.
    PartsBeforeCommit,
    /// Parts stay what they were when they were committed.
    PartsAsCommitted,
    /// Nothing is visible but what counts.
    NothingUnnamed,
    /// The journal is append-only.
    JournalOnlyGrows,
    /// Messages are deleted last.
    AckAfterCommit,
    /// The lake is no source.
    OutputNeverInput,
    /// Memory does not grow with what is read.
    MemoryBounded,
}

impl Invariant {
    /// All of them, from what goes in to what it costs.
    pub const ALL: [Invariant; 14] = [
        Invariant::FilesAccounted,
        Invariant::RecordsConserved,
        Invariant::BytesVerbatim,
        Invariant::OncePerPartition,
        Invariant::OneHomeMonth,
        Invariant::Idempotent,
        Invariant::OneCommitPerClaim,
        Invariant::PartsBeforeCommit,
        Invariant::PartsAsCommitted,
        Invariant::NothingUnnamed,
        Invariant::JournalOnlyGrows,
        Invariant::AckAfterCommit,
        Invariant::OutputNeverInput,
        Invariant::MemoryBounded,
    ];

    /// Its name in logs, in what `verify` prints, and in the tests.
    pub fn name(self) -> &'static str {
        match self {
            Invariant::FilesAccounted => "files-accounted",
            Invariant::RecordsConserved => "records-conserved",
            Invariant::BytesVerbatim => "bytes-verbatim",
            Invariant::OncePerPartition => "once-per-partition",
            Invariant::OneHomeMonth => "one-home-month",
            Invariant::Idempotent => "idempotent",
            Invariant::OneCommitPerClaim => "one-commit-per-claim",
            Invariant::PartsBeforeCommit => "parts-before-commit",
            Invariant::PartsAsCommitted => "parts-as-committed",
            Invariant::NothingUnnamed => "nothing-unnamed",
            Invariant::JournalOnlyGrows => "journal-only-grows",
            Invariant::AckAfterCommit => "ack-after-commit",
            Invariant::OutputNeverInput => "output-never-input",
            Invariant::MemoryBounded => "memory-bounded",
        }
    }

    /// What it says, as one sentence.
    pub fn says(self) -> &'static str {
        match self {
            Invariant::FilesAccounted => {
                "Every log file that a finished run listed is named by a commit: read whole, or quarantined with its reason."
            }
            Invariant::RecordsConserved => {
                "In every commit, records in = records out + duplicates + records of other months."
            }
            Invariant::BytesVerbatim => {
                "A line of a daily part is a record's own bytes without white space between tokens; a row of a monthly part \
                 gives back the same JSON."
            }
            Invariant::OncePerPartition => {
                "A record with an event id is in its partition once for each distinct text, whatever was delivered or run \
                 how often."
            }
            Invariant::OneHomeMonth => {
                "A record of the days that a month is made of is in the Parquet of one month, by its event time and its day \
                 of delivery alone."
            }
            Invariant::Idempotent => "A run with nothing new to do leaves the lake as it is, to the byte.",
            Invariant::OneCommitPerClaim => {
                "A commit stands right behind the claim of its own attempt: of two attempts on one base, one commits at most."
            }
            Invariant::PartsBeforeCommit => {
                "What the commits of a partition name, and no later one retired, is there."
            }
            Invariant::PartsAsCommitted => {
                "A part has the bytes, the SHA-256 and the number of records that its commit says."
            }
            Invariant::NothingUnnamed => {
                "Once no attempt is in progress or dead, what is visible in a partition is what its commits name."
            }
            Invariant::JournalOnlyGrows => {
                "Journal entries are numbered without a gap, and once written they neither change nor go."
            }
            Invariant::AckAfterCommit => {
                "A message is deleted only when all it asks for is committed, or confirmed by the next queue."
            }
            Invariant::OutputNeverInput => "No object of a lake is ever read as a log file.",
            Invariant::MemoryBounded => {
                "Memory is bounded by the settings and the number of a day's or month's records, not by what an object claims \
                 to hold."
            }
        }
    }

    /// What holds it, while Trailmill runs and afterwards.
    pub fn held_by(self) -> &'static str {
        match self {
            Invariant::FilesAccounted | Invariant::RecordsConserved => {
                "Checked before every commit, which is not made otherwise; the sums of the journal by `verify`."
            }
            Invariant::BytesVerbatim => {
                "Every line is cut out of the log file, never written anew; daily parts are read back as records by `verify`."
            }
            Invariant::OncePerPartition => {
                "An index of the records of the partition, those of its parts included; counted again by `verify`."
            }
            Invariant::OneHomeMonth => "A pure function of event time and delivery day.",
            Invariant::Idempotent => "The journal says what was read; a run reads what is new.",
            Invariant::OneCommitPerClaim => {
                "Entries are created only where there is none; checked whenever a journal is read."
            }
            Invariant::PartsBeforeCommit => {
                "Parts are published before their commit; looked for by every run of their partition, and by `verify`."
            }
            Invariant::PartsAsCommitted => {
                "Checked whenever a part is read back, and of every part by `verify`."
            }
            Invariant::NothingUnnamed => "Every claim is followed by a sweep; looked for by `verify`.",
            Invariant::JournalOnlyGrows => "Checked whenever a journal is read.",
            Invariant::AckAfterCommit => {
                "A handler returns last; Lambda and `trailmill worker` delete what did not fail."
            }
            Invariant::OutputNeverInput => {
                "Only keys of CloudTrail's form are listed, below its own prefixes."
            }
            Invariant::MemoryBounded => "Limits on bytes in flight, texts, ratios, records and nesting.",
        }
    }
}

impl fmt::Display for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

const INTRODUCTION: &str = "\
# What is always true

Made from the list in the code by `cargo run -p lake --example invariants > docs/internals/invariants.md`. Do not edit it
here. What follows for users is in [guarantees.md](../guide/guarantees.md), how it is tested in [reliability.md](reliability.md).

`trailmill verify` names with each problem the invariant that is broken. A message whose handling found one broken fails, its
log line names it under `invariant`, and the metric `InvariantsBroken` counts it.

| name | what is true | what holds it |
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
