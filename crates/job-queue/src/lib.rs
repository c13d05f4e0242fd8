//! Queues, as SQS has them: at least once, in no order.

mod queue;
mod send_all;

pub use queue::{BATCH, Message, Queue, QueueError};
pub use send_all::{Unsent, send_all};
