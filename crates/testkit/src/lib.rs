//! What the tests of several crates need. For tests alone.
//!
//! The reference ([`Oracle`]) and the readers of lakes are slow and simple on purpose: they share no code with what they
//! check but the types of `cloudtrail-model`. The [`Hooked`] store and the [`HookedQueue`] are how tests get between the calls
//! of a run: [`Fault`] stops it at a chosen one, [`Meanwhile`] lets something happen before a chosen one, [`RandomDelays`] lets
//! others in, [`Turns`] gives concurrent runs their turns in every order. With the feature `s3` there is an S3 and an SQS to
//! talk to, and [`MemoryQueue`] is a queue as unfriendly as SQS may be.

mod fault;
mod hooked_queue;
mod hooked_store;
#[cfg(feature = "s3")]
mod http_server;
mod lake;
mod meanwhile;
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

pub use fault::{Effect, Fault, Then};
pub use hooked_queue::HookedQueue;
pub use hooked_store::{Call, Hook, Hooked};
pub use lake::{part_lines, partition_lines};
pub use meanwhile::Meanwhile;
pub use memory_queue::MemoryQueue;
pub use oracle::{Oracle, OraclePartition};
pub use random_delays::RandomDelays;
pub use samples::samples_dir;
pub use schedule::Schedule;
pub use stamp::STAMP;
pub use turns::{Turn, Turns};
