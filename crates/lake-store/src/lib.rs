//! Where a lake is kept: the storage port, its disk and memory backends, and its layers. It knows nothing of CloudTrail.
//!
//! [`Store`] is the port. A stage is given an `Arc<dyn Store>` and never learns what is behind it. Backends pass one
//! conformance suite (feature `conformance`), and layers add one concern each: retrying, metering, limiting.

#[cfg(feature = "conformance")]
pub mod conformance;
mod disk;
mod error;
mod layers;
mod memory;
mod store;
#[cfg(test)]
mod test_batches;

pub use disk::DiskStore;
pub use error::{ErrorKind, StoreError, with_causes};
pub use layers::limit::Limit;
pub use layers::meter::{CallUsage, Counters, Meter, Usage};
pub use layers::retry::Retry;
pub use memory::MemoryStore;
pub use store::{Created, Depth, ObjectMeta, Page, Result, StagedUpload, Store, list_all};
