//! The queue port: the operations of SQS that the stages need.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

/// The maximum of messages in one call:
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html>
pub const BATCH: usize = 10;

/// A message to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// The body.
    pub body: String,
    /// The message group. While a message of a group is in progress, a FIFO queue returns no other of the group, but one call
    /// may return several, in order. Standard queues ignore it.
    pub group: String,
    /// The deduplication ID: a FIFO queue accepts it once within five minutes.
    pub id: String,
}

/// A received message. It is hidden from other receivers until its visibility timeout ends or it is deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The ID, the same at each receive.
    pub id: String,
    /// The receipt handle of this receive, to delete the message by.
    pub receipt: String,
    /// The body.
    pub body: String,
    /// The number of receives, this one included.
    pub received: u32,
    /// The message group; `None` in a standard queue.
    pub group: Option<String>,
}

/// A failed call to a queue, or a message that it rejected.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action}")]
pub struct QueueError {
    /// The operation, as a verb with its object.
    pub action: &'static str,
    /// Whether the same call may succeed later, and may have been carried out.
    pub transient: bool,
    /// The cause.
    pub source: Box<dyn Error + Send + Sync>,
}

/// A queue with at-least-once delivery, unordered.
#[async_trait]
pub trait Queue: Send + Sync + fmt::Debug {
    /// Sends up to [`BATCH`] messages in one call. Returns a result for each, in the same order.
    ///
    /// # Errors
    /// Fails if the call fails; then any of the messages may have been accepted.
    async fn send(&self, messages: &[NewMessage]) -> Result<Vec<Result<(), QueueError>>, QueueError>;

    /// Receives up to `most` messages, at most [`BATCH`]. Waits for the first for at most `wait`.
    ///
    /// # Errors
    /// Fails if the call fails; received messages may then stay hidden until their visibility timeout ends.
    async fn receive(&self, most: usize, wait: Duration) -> Result<Vec<Message>, QueueError>;

    /// Deletes a received message. An expired receipt is not an error.
    ///
    /// # Errors
    /// Fails if the call fails.
    async fn delete(&self, message: &Message) -> Result<(), QueueError>;

    /// Sets the visibility timeout of a received message to `time` from now. An expired receipt is not an error.
    ///
    /// # Errors
    /// Fails if the call fails.
    async fn hide(&self, message: &Message, time: Duration) -> Result<(), QueueError>;
}

impl NewMessage {
    /// A message with a random deduplication ID.
    pub fn new(body: impl Into<String>, group: impl Into<String>) -> Self {
        let id = format!("{:032x}", fastrand::u128(..));
        NewMessage { body: body.into(), group: group.into(), id }
    }
}
