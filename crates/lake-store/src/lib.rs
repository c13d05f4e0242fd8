//! The storage port of a lake, its disk and memory backends, and its layers. Knows nothing of CloudTrail.
//!
//! [`Store`] is the port; stages take an `Arc<dyn Store>`. Every backend passes the conformance suite (feature
//! `conformance`). Each layer adds one concern: [`Retry`], [`Meter`], [`Limit`].

#[cfg(feature = "conformance")]
pub mod conformance;
mod disk;
mod error;
mod layers;
mod memory;
mod store;
#[cfg(test)]
mod testing;

pub use disk::DiskStore;
pub use error::{ErrorKind, StoreError, Unreadable, with_causes};
pub use layers::limit::Limit;
pub use layers::meter::{CallUsage, Counters, Meter, Usage};
pub use layers::retry::Retry;
pub use memory::MemoryStore;
pub use store::{Created, Depth, Described, ObjectMeta, Page, Result, StagedUpload, Store, list_all};
