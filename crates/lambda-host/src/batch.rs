//! A batch of messages: each by itself, and an answer that names those that failed.
//!
//! An answer without names says that all are done, and SQS deletes them:
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>

use std::time::Duration;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use job_queue::{Handled, Handler};
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
    pub(crate) message: &'a str,
    pub(crate) received: u32,
    pub(crate) took: Duration,
}

/// Handles the messages in order, tells `report` of each, and names the failed ones.
pub(crate) async fn handle_batch(
    event: &SqsEvent,
    handler: &dyn Handler,
    deadline: Instant,
    mut report: impl FnMut(Done<'_>) + Send,
) -> Result<SqsBatchResponse, Unnameable> {
    let id = |message: &SqsMessage| message.message_id.as_deref().filter(|id| !id.is_empty()).is_some();
    if !event.records.iter().all(id) {
        return Err(Unnameable);
    }
    let mut answer = SqsBatchResponse::default();
    for (at, message) in event.records.iter().enumerate() {
        let started = Instant::now();
        let id = message.message_id.as_deref().unwrap_or_default();
        let handled = match &message.body {
            // the first has a try in any case, so that a batch never only goes round
            _ if at > 0 && started >= deadline => Handled::failed(NoTimeLeft),
            body => handler.handle(body.as_deref().unwrap_or_default(), Some(deadline)).await,
        };
        if handled.failure.is_some() {
            answer.add_failure(id);
        }
        let received = message.attributes.get("ApproximateReceiveCount");
        let received = received.and_then(|count| count.parse().ok()).unwrap_or(1);
        report(Done { handled, message: id, received, took: started.elapsed() });
    }
    Ok(answer)
}

#[cfg(test)]
#[path = "batch_tests.rs"]
mod tests;
