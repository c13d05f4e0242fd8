//! The commit protocol of a lake.
//!
//! A lake is a set of objects in a [`Store`](lake_store::Store). The unit of change is a [`Partition`]: a day of a daily table,
//! or a month of a monthly one. A partition has *parts*, which readers list, and a *journal*, which names the committed parts:
//!
//! ```text
//! cloudtrail_daily/year=2026/month=11/day=22/part-000001-0000.ndjson.gz   a part, of the attempt with claim 1
//! _journal/lake.json                                                      format and settings of the lake
//! _journal/cloudtrail_daily/2026-11-22/000001.json.gz                     claim of attempt A
//! _journal/cloudtrail_daily/2026-11-22/000002-A.inputs.ndjson.gz          inputs of A
//! _journal/cloudtrail_daily/2026-11-22/000002-A.facts.ndjson.gz           their counts for each account and region
//! _journal/cloudtrail_daily/2026-11-22/000002.json.gz                     commit of A: names that part and those inputs
//! _journal/cloudtrail_daily/2026-11-22/000003.json.gz                     claim of B, which crashed
//! _journal/cloudtrail_daily/2026-11-22/000004.json.gz                     claim of C: B is fenced
//! _journal/cloudtrail_daily/2026-11-22/000005.json.gz                     commit of C
//! _journal/cloudtrail_daily/feeds/2026-10/2026-11-22                      empty: the day holds events of October
//! ```
//!
//! # One primitive
//!
//! The protocol needs only put-if-absent, [`Store::create_new`](lake_store::Store::create_new) (`If-None-Match: *` on S3, a
//! hard link on a disk). Entries of a journal are numbered from 1 without gaps. The writer that creates the next number wins;
//! all others read the entry and plan again. There are no locks and no clocks.
//!
//! # The steps of an attempt
//!
//! | step | objects | after a crash here |
//! |---|---|---|
//! | read the journal: [`Journal::read`] | | nothing has changed |
//! | claim: [`Attempt::begin`] | creates entry *n* | a claim without a commit, which the next claim fences |
//! | sweep: [`Attempt::begin`] | deletes orphans whose claim is older than *n* | the next attempt sweeps the rest |
//! | stage parts: [`PartSink`] | uploads, not visible | the next attempt abandons them |
//! | write inputs: [`Attempt::finish`] | creates the inputs and facts of the commit, and a marker of each other month that the parts have events of | objects that nobody names, never deleted |
//! | publish: [`Attempt::finish`] | the parts become visible | orphans, which the next attempt deletes |
//! | commit: [`Attempt::finish`] | creates entry *n* + 1 | the commit is effective |
//! | delete replaced parts: [`Attempt::finish`] | deletes retired parts | the next attempt deletes them |
//!
//! A commit is valid only at the number that follows its own claim. So a later claim *fences* every earlier attempt: the
//! number that its commit would need is taken. The content of a partition is the fold of its commits, a
//! [`PartitionState`].
//!
//! # What protects committed data
//!
//! - A sweep deletes only objects named like a part, with an older claim in the name. Other objects are reported as foreign
//!   ([`Differences`]).
//! - A part with a claim that the journal does not have proves that the journal has lost its newest entries: the attempt fails
//!   before it claims, and deletes nothing ([`AttemptError::JournalTailLost`]).
//! - A commit whose totals do not balance fails ([`Commit::check_balance`]).
//! - Inputs that are missing, or that differ from their commit, are damage of the journal, never "no inputs".
//! - A lake of another format, or one whose store ignores `If-None-Match`, is refused ([`open_lake`]).
//!
//! # Example
//!
//! An attempt that commits nothing, and a second one that plans on top of it:
//!
//! ```
//! use std::sync::Arc;
//!
//! use cloudtrail_model::Table;
//! use lake::{Attempt, AttemptId, Changes, CommitOutcome, Journal, Partition, Stamp};
//! use lake_store::{MemoryStore, Store};
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
//! let partition = Partition::day(Table::CloudTrail, "2026-11-22".parse()?);
//! let journal = Journal::new(store.clone(), partition);
//! let stamp = Stamp {
//!     new_attempt: || AttemptId("3f2a".to_owned()),
//!     now: || "2026-11-23T00:05:00Z".to_owned(),
//!     tool: "example 1.0",
//! };
//!
//! let state = journal.read().await?;
//! let attempt = Attempt::begin(store.clone(), journal.clone(), &state, stamp).await?.expect("nobody else claims");
//! assert_eq!(attempt.finish(Changes::default()).await?, CommitOutcome::Committed);
//!
//! let state = journal.read().await?;
//! assert_eq!((state.last_seq, state.commits), (2, 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(test)]
extern crate self as lake;

mod attempt;
mod differences;
mod entry;
mod event_days;
mod facts;
mod front_coded;
#[cfg(test)]
mod fuzz_corpus_tests;
mod input;
mod inputs;
mod inputs_writer;
mod invariant;
mod journal;
mod lake_file;
mod layout;
mod lines_object;
mod outcome;
mod part;
mod part_blocks;
mod part_reader;
mod part_sink;
mod partition_state;
mod proof;
mod slice;
mod stage_run;
#[cfg(test)]
mod testing;
mod totals;
mod verification;

pub use attempt::{Attempt, AttemptError, Changes, SealedPart, Stamp};
pub use differences::{Differences, Orphan, differences, unjournaled};
pub use entry::{
    AttemptId, Claim, Commit, DayState, Entry, EntryError, FORMAT_VERSION, InputCounts, MonthSource,
    ObjectRef, hex, unhex,
};
pub use event_days::EventDays;
pub use input::{Input, Verdict, Why};
pub use inputs::{Inputs, InputsWalk};
pub use inputs_writer::{InputsWriter, WrittenInputs};
pub use invariant::{Invariant, invariants_markdown};
pub use journal::{Claimed, CommitOutcome, Journal, JournalError, days_feeding, fed_months, partitions};
pub use lake_file::{LAKE_FILE, LakeError, LakeSettings, Readers, check_format, open_lake, read_settings};
pub use layout::{Partition, PartitionSpan, part_claim, part_key, public_keys_prefix};
pub use outcome::{Committed, Outcome};
pub use part::{AccountRange, ColumnCounts, Part};
pub use part_reader::{PartContent, PartError, read_lines, read_part};
pub use part_sink::{Lane, OpenPart, PartSink, WrittenRecords};
pub use partition_state::{InputsOf, PartitionState};
pub use proof::{Proof, ProofState};
pub use slice::{Slice, SliceDay, WrittenDay, WrittenDays, event_days_of};
pub use stage_run::{Next, RunEnd, StageRun, Staged, Step, bring_up_to_date};
pub use totals::{Balanced, Imbalance, Totals};
pub use verification::{Problem, Verification};
