//! Sends any number of messages, and retries until the queue has confirmed each.

use std::time::Duration;

use tokio::time::Instant;

use crate::{BATCH, NewMessage, Queue, QueueError};

/// The maximum of bytes of the bodies in one call. SQS accepts 256 KiB, overhead included.
const BATCH_BYTES: usize = 200 << 10;
/// The time in which tries of a batch may start.
const DEADLINE: Duration = Duration::from_secs(30);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Messages that were not confirmed. Some of them may be on the queue.
#[derive(Debug, thiserror::Error)]
#[error("{unsent} of {all} messages were not confirmed by the queue; send them again")]
pub struct Unsent {
    /// Number of messages not confirmed.
    pub unsent: usize,
    /// Number of all messages.
    pub all: usize,
    /// The error of the last one.
    pub source: QueueError,
}

/// Sends messages in order, in batches. Retries messages that are not confirmed, with jitter, so a message may be on the
/// queue twice.
///
/// # Errors
/// Fails at the first batch that is not confirmed within 30 seconds, or is rejected.
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

/// The messages of the next call, at least one.
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
                // messages without a result are not confirmed
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
    let source = "the queue returned no result for it".into();
    QueueError { action: "send a message", transient: true, source }
}

#[cfg(test)]
#[path = "send_all_tests.rs"]
mod tests;
