//! Queues, as SQS has them, and what handles their messages: at least once, in no order.
//!
//! A [`Queue`] is the port. A [`Handler`] does what one message asks for; who runs it (a Lambda function, or
//! [`poll`]) has the message deleted only if nothing failed, and says what came of it by [`line()`].

mod bounds;
#[cfg(feature = "conformance")]
pub mod conformance;
mod handler;
mod poll;
mod queue;
mod redrive;
mod send_all;
mod telemetry;

pub use handler::{Handled, Handler, Metric, Unit};
pub use poll::{PollEvent, Polled, Polling, poll};
pub use queue::{BATCH, Message, NewMessage, Queue, QueueError};
pub use redrive::{NotMoved, RedriveError, redrive};
pub use send_all::{Unsent, send_all};
pub use telemetry::{Origin, line};
