//! A batch of messages: each by itself, and an answer that names those that failed.
//!
//! An answer without names says that all are done, and SQS deletes them:
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>

use std::time::Duration;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use job_queue::{Handled, Handler, Message, Queue};
use tokio::time::Instant;

/// A batch that cannot be answered message by message: it fails whole, and comes again whole.
#[derive(Debug, thiserror::Error)]
#[error("a message of the batch has no messageId, so it could not be named if it failed")]
pub(crate) struct Unnameable;

/// A message that was not begun.
#[derive(Debug, thiserror::Error)]
#[error("no time was left for it; it comes again")]
struct NoTimeLeft;

/// A message that was handled.
#[derive(Debug)]
pub(crate) struct Done<'a> {
    pub(crate) handled: Handled,
    pub(crate) message: &'a Message,
    pub(crate) took: Duration,
}

/// How long a message that failed once is hidden. Each failure more makes it four times as long, so that the last of five
/// tries comes an hour and a half after the first.
const FIRST_PAUSE: Duration = Duration::from_secs(60);

/// Handles the messages in order, tells `report` of each, and names the failed ones. They come again once they are no
/// longer hidden, which is shortened if their `queue` is given: a function of a quarter of an hour has a queue that hides
/// for one and a half.
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
        // the first has a try in any case, so that a batch never only goes round
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

/// A message by the port's terms; `None` for one without a name.
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
