//! Queues, as SQS has them, and what handles their messages: at least once, in no order.
//!
//! A [`Queue`] is the port. A [`Handler`] does what one message asks for; who runs it (a Lambda function, a worker)
//! deletes the message only if nothing failed, and says what came of it by [`line`].

mod handler;
mod queue;
mod send_all;
mod storage_figures;
mod telemetry;

pub use handler::{Handled, Handler, Metric, Unit};
pub use queue::{BATCH, Message, NewMessage, Queue, QueueError};
pub use send_all::{Unsent, send_all};
pub use storage_figures::count_stores;
pub use telemetry::{Origin, line};
