//! Moves the messages of one queue to another.

use std::time::Duration;

use crate::{BATCH, Message, NewMessage, Queue, QueueError, Unsent, send_all};

/// The wait for messages. With any wait SQS queries all of its servers.
const WAIT: Duration = Duration::from_secs(1);

/// A redrive that failed after it moved some messages.
#[derive(Debug, thiserror::Error)]
#[error("moved {moved} messages, then failed; the others remain in their queue, run it again")]
pub struct NotMoved {
    /// The number of messages moved.
    pub moved: usize,
    /// The cause.
    pub source: RedriveError,
}

/// The cause of a failed redrive.
#[derive(Debug, thiserror::Error)]
pub enum RedriveError {
    /// A message could not be received or deleted.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// A message could not be sent.
    #[error(transparent)]
    Unsent(#[from] Unsent),
}

/// Moves up to `most` messages. Returns the number moved. Deletes each after the other queue has confirmed it. A message that
/// was sent but not deleted is in both queues; its second job finds nothing to do.
///
/// # Errors
/// Fails if a message cannot be received, sent or deleted.
pub async fn redrive(from: &dyn Queue, to: &dyn Queue, most: usize) -> Result<usize, NotMoved> {
    let mut moved = 0;
    while moved < most {
        match move_batch(from, to, BATCH.min(most - moved)).await {
            Ok(0) => break,
            Ok(number) => moved += number,
            Err(source) => return Err(NotMoved { moved, source }),
        }
    }
    Ok(moved)
}

async fn move_batch(from: &dyn Queue, to: &dyn Queue, most: usize) -> Result<usize, RedriveError> {
    let messages = from.receive(most, WAIT).await?;
    let copies: Vec<NewMessage> = messages.iter().map(copy).collect();
    send_all(to, &copies).await?;
    for message in &messages {
        from.delete(message).await?;
    }
    Ok(messages.len())
}

fn copy(message: &Message) -> NewMessage {
    let group = message.group.clone().unwrap_or_else(|| message.id.clone());
    NewMessage::new(message.body.clone(), group)
}
