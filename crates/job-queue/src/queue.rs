//! The queue port: the few things the stages need of SQS.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

/// Messages of one call at most:
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html>
pub const BATCH: usize = 10;

/// A message to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// What it says.
    pub body: String,
    /// What it is about. While somebody has a message of a group, a FIFO queue gives out no other of it, but one call may
    /// be given several, in order; other queues do not mind.
    pub group: String,
    /// Names this sending: a FIFO queue takes it once, however often it is sent within five minutes.
    pub id: String,
}

/// A message that was received. It is hidden from others until its time is up or it is deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its name, the same each time it is received.
    pub id: String,
    /// What to delete it by: good for this receipt alone.
    pub receipt: String,
    /// What was sent.
    pub body: String,
    /// How often it has been received, this time included.
    pub received: u32,
    /// Its group, where the queue keeps one.
    pub group: Option<String>,
}

/// A failed call to a queue, or a message that it did not take.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action}")]
pub struct QueueError {
    /// What was tried, as a verb with its object.
    pub action: &'static str,
    /// Whether the same call may succeed later, and may have been carried out.
    pub transient: bool,
    /// What went wrong below.
    pub source: Box<dyn Error + Send + Sync>,
}

/// A queue. Whatever is sent is received at least once, perhaps more often, in any order.
#[async_trait]
pub trait Queue: Send + Sync + fmt::Debug {
    /// Sends up to [`BATCH`] messages in one call. Each may be taken or not, by itself; where the call fails nobody knows.
    async fn send(&self, messages: &[NewMessage]) -> Result<Vec<Result<(), QueueError>>, QueueError>;

    /// Receives up to `most` messages, at most [`BATCH`], waiting for the first no longer than this.
    async fn receive(&self, most: usize, wait: Duration) -> Result<Vec<Message>, QueueError>;

    /// Deletes a message that was received: its work is done.
    async fn delete(&self, message: &Message) -> Result<(), QueueError>;

    /// Hides a message that was received for so long from now on.
    async fn hide(&self, message: &Message, time: Duration) -> Result<(), QueueError>;
}

impl NewMessage {
    /// A message, named anew.
    pub fn new(body: impl Into<String>, group: impl Into<String>) -> Self {
        let id = format!("{:032x}", fastrand::u128(..));
        NewMessage { body: body.into(), group: group.into(), id }
    }
}
