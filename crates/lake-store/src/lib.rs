//! Where a lake is kept: the storage port, its disk and memory backends, its layers, and the journal.
//!
//! [`Store`] is the port. A stage is given an `Arc<dyn Store>` and never learns what is behind it. Backends pass one
//! conformance suite (feature `conformance`), and layers add one concern each: retrying, metering, limiting.
//!
//! [`Attempt`] is how a partition changes: claim, sweep, stage, publish, commit, retire. It writes to the [`Journal`],
//! which rests on a single primitive of the store, [`Store::create_new`].

mod attempt;
mod call_level;
#[cfg(feature = "conformance")]
pub mod conformance;
mod differences;
mod disk;
mod disk_folder;
mod disk_io;
mod disk_list;
mod disk_path;
mod disk_staged;
mod error;
mod journal;
mod layer_limit;
mod layer_meter;
mod layer_retry;
mod memory;
mod part_blocks;
mod part_reader;
mod store;
#[cfg(test)]
mod test_batches;
mod verification;

pub use attempt::{Attempt, AttemptError, Changes, SealedPart, Stamp};
pub use differences::{Differences, Orphan, differences, unjournaled};
pub use disk::DiskStore;
pub use error::{ErrorKind, StoreError, with_causes};
pub use journal::{Claimed, CommitOutcome, Journal, JournalError, PartitionState, partitions};
pub use layer_limit::Limit;
pub use layer_meter::{CallUsage, Counters, Meter, Usage};
pub use layer_retry::Retry;
pub use memory::MemoryStore;
pub use part_reader::{PartContent, PartError, read_lines, read_part};
pub use store::{Created, Depth, ObjectMeta, Page, Result, StagedUpload, Store, list_all};
pub use verification::{Problem, Verification};
