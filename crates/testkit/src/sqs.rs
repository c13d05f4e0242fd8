//! An SQS in the process of a test: a server on 127.0.0.1 over queues in memory, with injected faults.

mod call;
mod faults;
mod protocol;
mod server;

pub use call::{Call, Operation};
pub use faults::{Fault, Refused};
pub use server::SqsServer;
