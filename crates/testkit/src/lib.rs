//! What the tests of several crates share. For tests only.
//!
//! The reference ([`Oracle`]) and the readers of lakes are slow and simple on purpose: they share no code with what they
//! check except the types of `cloudtrail-model`. [`Hooked`] (a store) and [`HookedQueue`] run a [`Hook`] before and after
//! every call: [`Fault`] fails a chosen call, [`Failpoint`] runs an event before a chosen call, [`RandomDelays`] yields to
//! other tasks, [`Turns`] runs concurrent attempts in every order of their calls. The feature `s3` adds servers of S3 and SQS
//! in the process. [`MemoryQueue`] is a queue with at-least-once delivery, as SQS is.

mod failpoint;
mod fault;
mod hooked_queue;
mod hooked_store;
#[cfg(feature = "s3")]
mod http_server;
mod lake;
mod memory_queue;
mod oracle;
mod random_delays;
#[cfg(feature = "s3")]
pub mod s3;
mod samples;
mod schedule;
#[cfg(feature = "s3")]
mod server_script;
#[cfg(feature = "s3")]
pub mod sqs;
mod stamp;
mod turns;

pub use failpoint::Failpoint;
pub use fault::{Effect, Fault, Then};
pub use hooked_queue::HookedQueue;
pub use hooked_store::{Call, Hook, Hooked};
pub use lake::{part_lines, partition_lines};
pub use memory_queue::MemoryQueue;
pub use oracle::{Oracle, OraclePartition};
pub use random_delays::RandomDelays;
pub use samples::samples_dir;
pub use schedule::Schedule;
pub use stamp::STAMP;
pub use turns::{Turn, Turns};
