//! Sends any number of messages, each until the queue has confirmed it.

use std::time::Duration;

use tokio::time::Instant;

use crate::{BATCH, NewMessage, Queue, QueueError};

/// Bytes of the bodies of one call at most: SQS takes 256 KiB with what it adds.
const BATCH_BYTES: usize = 200 << 10;
/// Time until the last try of a batch.
const DEADLINE: Duration = Duration::from_secs(30);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Messages that were not confirmed. Some may be on the queue all the same.
#[derive(Debug, thiserror::Error)]
#[error("{unsent} of {all} messages were not confirmed")]
pub struct Unsent {
    /// How many.
    pub unsent: usize,
    /// Of how many.
    pub all: usize,
    /// Why the last of them was not.
    pub source: QueueError,
}

/// Sends messages in order, in batches, until every one is confirmed. One that was not confirmed is sent again, so it may
/// be on the queue twice. Stops at the first batch that is not confirmed in time.
pub async fn send_all(queue: &dyn Queue, messages: &[NewMessage]) -> Result<(), Unsent> {
    let mut sent = 0;
    while sent < messages.len() {
        let batch = first_batch(&messages[sent..]);
        if let Err((unconfirmed, source)) = send_batch(queue, batch).await {
            let unsent = messages.len() - sent - batch.len() + unconfirmed;
            return Err(Unsent { unsent, all: messages.len(), source });
        }
        sent += batch.len();
    }
    Ok(())
}

/// As many as one call takes, at least one.
fn first_batch(messages: &[NewMessage]) -> &[NewMessage] {
    let mut bytes = 0;
    let fits = messages.iter().take(BATCH).take_while(|message| {
        bytes += message.body.len();
        bytes <= BATCH_BYTES
    });
    &messages[..fits.count().max(1)]
}

async fn send_batch(queue: &dyn Queue, batch: &[NewMessage]) -> Result<(), (usize, QueueError)> {
    let (started, mut pause) = (Instant::now(), FIRST_PAUSE);
    let mut left = batch.to_vec();
    loop {
        let error = match queue.send(&left).await {
            Ok(confirmed) => {
                let mut last = None;
                let mut again = Vec::new();
                // a queue that answers for fewer than it was given has not confirmed the others
                let mut confirmed = confirmed.into_iter();
                for message in left {
                    match confirmed.next() {
                        Some(Ok(())) => {}
                        Some(Err(error)) => {
                            last = Some(error);
                            again.push(message);
                        }
                        None => {
                            last.get_or_insert_with(unanswered);
                            again.push(message);
                        }
                    }
                }
                left = again;
                match last {
                    None => return Ok(()),
                    Some(error) => error,
                }
            }
            Err(error) => error,
        };
        if !error.transient || started.elapsed() + pause > DEADLINE {
            return Err((left.len(), error));
        }
        tokio::time::sleep(pause.mul_f64(fastrand::f64())).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

fn unanswered() -> QueueError {
    let source = "the queue did not answer for it".into();
    QueueError { action: "send a message", transient: true, source }
}

#[cfg(test)]
#[path = "send_all_tests.rs"]
mod tests;
