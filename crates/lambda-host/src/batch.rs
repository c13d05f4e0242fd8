//! Handles a batch of messages one by one, and returns the IDs of those that failed.
//!
//! A response without IDs means that all succeeded, and SQS deletes them:
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>

use std::time::Duration;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use job_queue::{Handled, Handler, Message, Queue};
use tokio::time::Instant;

/// A batch with a message without an ID. The whole batch fails, and is delivered again.
#[derive(Debug, thiserror::Error)]
#[error("a message of the batch has no messageId, so its failure could not be reported")]
pub(crate) struct Unnameable;

/// A message that was not handled because of the deadline.
#[derive(Debug, thiserror::Error)]
#[error("no time left before the deadline; the message will be delivered again")]
struct NoTimeLeft;

/// A message that was handled.
#[derive(Debug)]
pub(crate) struct Done<'a> {
    pub(crate) handled: Handled,
    pub(crate) message: &'a Message,
    pub(crate) took: Duration,
}

/// The visibility timeout after the first failure of a message. Each further failure makes it four times as long, so that the
/// last of five tries is an hour and a half after the first.
const FIRST_PAUSE: Duration = Duration::from_secs(60);

/// Handles the messages in order, calls `report` with each, and returns the IDs of the failed ones. These are delivered again
/// after their visibility timeout. If `queue` is given, the timeout of a failed message is shortened: the queue of a function
/// of 15 minutes has a timeout of 90.
pub(crate) async fn handle_batch(
    event: &SqsEvent,
    handler: &dyn Handler,
    queue: Option<&dyn Queue>,
    deadline: Instant,
    mut report: impl FnMut(Done<'_>) + Send,
) -> Result<SqsBatchResponse, Unnameable> {
    let messages: Vec<Message> =
        event.records.iter().map(message).collect::<Option<_>>().ok_or(Unnameable)?;
    let mut answer = SqsBatchResponse::default();
    for (at, message) in messages.iter().enumerate() {
        let started = Instant::now();
        // always handle the first, so that every delivery makes progress
        let handled = if at > 0 && started >= deadline {
            Handled::failed(NoTimeLeft)
        } else {
            handler.handle(&message.body, Some(deadline)).await
        };
        let took = started.elapsed();
        if handled.failure.is_some() {
            answer.add_failure(&message.id);
            if let Some(queue) = queue {
                let pause = FIRST_PAUSE * 4_u32.pow(message.received.saturating_sub(1).min(4));
                let _comes_later = queue.hide(message, pause).await;
            }
        }
        report(Done { handled, message, took });
    }
    Ok(answer)
}

/// The message in the types of the port; `None` if it has no ID.
fn message(record: &SqsMessage) -> Option<Message> {
    let id = record.message_id.clone().filter(|id| !id.is_empty())?;
    let attribute = |name| record.attributes.get(name);
    Some(Message {
        id,
        receipt: record.receipt_handle.clone().unwrap_or_default(),
        body: record.body.clone().unwrap_or_default(),
        received: attribute("ApproximateReceiveCount").and_then(|count| count.parse().ok()).unwrap_or(1),
        group: attribute("MessageGroupId").cloned(),
    })
}

#[cfg(test)]
#[path = "batch_tests.rs"]
mod tests;
