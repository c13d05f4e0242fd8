//! An S3 in the process of a test: a server on 127.0.0.1 over a map in memory, with injected faults.

mod bucket;
mod call;
mod faults;
mod protocol;
mod server;

pub use call::{Call, Operation};
pub use faults::Fault;
pub(crate) use protocol::collected;
pub use server::S3Server;
