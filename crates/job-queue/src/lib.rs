//! The queue port, with the semantics of SQS (at-least-once delivery, unordered), and the handlers of messages.
//!
//! [`Queue`] is the port. A [`Handler`] does the work of one message. Its caller (a Lambda function, or [`poll`]) deletes the
//! message only if the handler succeeded, and logs the result by [`line()`].

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
