//! Moves the messages of one queue to another.

use std::time::Duration;

use crate::{BATCH, Message, NewMessage, Queue, QueueError, Unsent, send_all};

/// How long an empty queue is waited for: any time at all has SQS ask all of its servers.
const WAIT: Duration = Duration::from_secs(1);

/// Messages that could not all be moved.
#[derive(Debug, thiserror::Error)]
#[error("{moved} messages were moved, and then no more; what was not moved is where it was")]
pub struct NotMoved {
    /// Those that were moved.
    pub moved: usize,
    /// Why no more were.
    pub source: RedriveError,
}

/// Why a message could not be moved.
#[derive(Debug, thiserror::Error)]
pub enum RedriveError {
    /// It could not be received or deleted.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// It could not be sent.
    #[error(transparent)]
    Unsent(#[from] Unsent),
}

/// Moves up to `most` messages, and returns how many it moved. Each is deleted once the other queue has confirmed it; one
/// that was sent but not deleted is there twice, and its job finds nothing to do the second time.
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
