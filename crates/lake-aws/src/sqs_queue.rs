//! The queue port over one queue of SQS.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::BuildError;
use aws_sdk_sqs::types::{MessageSystemAttributeName, SendMessageBatchRequestEntry};
use job_queue::{BATCH, Message, NewMessage, Queue, QueueError};

use crate::client::{patient_receive, repeated};
use crate::queue_failure::{entry_error, queue_error, receipt_is_over, unanswered};

const SEND: &str = "send messages";
const SEND_ONE: &str = "send a message";
const RECEIVE: &str = "receive messages";
const DELETE: &str = "delete a message";
const HIDE: &str = "hide a message";

/// The maximum wait for messages in seconds:
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html>
const LONGEST_WAIT: u64 = 20;
/// The maximum visibility timeout in seconds, counted from the receive:
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html>
const LONGEST_HIDDEN: u64 = 43_200;

/// A queue of SQS, standard or FIFO: the name of a FIFO queue ends in `.fifo`.
///
/// Sends and receives are not retried here: [`job_queue::send_all`] retries sends, and receivers loop. Messages of a receive
/// whose response was lost are hidden until their visibility timeout ends. Deletes and changes of the visibility timeout, which
/// are idempotent, are tried up to four times.
///
/// An expired receipt handle, or one of a deleted message, is not an error: another receiver has, or had, the message. A FIFO
/// queue does not delete a message by an expired handle, and returns it again.
#[derive(Debug, Clone)]
pub struct SqsQueue {
    pub(crate) client: Client,
    url: String,
    fifo: bool,
}

impl SqsQueue {
    /// The queue of a URL. Makes no request.
    pub fn new(client: Client, url: impl Into<String>) -> Self {
        let url = url.into();
        SqsQueue { client, fifo: url.ends_with(".fifo"), url }
    }

    /// An entry of a batch, with its index as ID.
    fn entry(&self, place: usize, message: &NewMessage) -> Result<SendMessageBatchRequestEntry, BuildError> {
        let entry = SendMessageBatchRequestEntry::builder().id(place.to_string()).message_body(&message.body);
        if self.fifo {
            entry.message_group_id(&message.group).message_deduplication_id(&message.id).build()
        } else {
            // a standard queue rejects IDs, and uses groups for fairness
            entry.build()
        }
    }
}

#[async_trait]
impl Queue for SqsQueue {
    async fn send(&self, messages: &[NewMessage]) -> Result<Vec<Result<(), QueueError>>, QueueError> {
        let messages = &messages[..messages.len().min(BATCH)];
        if messages.is_empty() {
            return Ok(Vec::new());
        }
        let entries = messages.iter().enumerate().map(|(place, message)| self.entry(place, message));
        let entries: Vec<_> = entries.collect::<Result<_, _>>().map_err(|error| QueueError {
            action: SEND,
            transient: false,
            source: Box::new(error),
        })?;
        let sent = self.client.send_message_batch().queue_url(&self.url).set_entries(Some(entries)).send();
        let sent = sent.await.map_err(|error| queue_error(SEND, &self.url, error))?;
        let mut answers: Vec<_> = messages.iter().map(|_| Err(unanswered(SEND_ONE, &self.url))).collect();
        let mut set = |id: &str, answer| {
            if let Some(place) = id.parse().ok().and_then(|place: usize| answers.get_mut(place)) {
                *place = answer;
            }
        };
        for confirmed in sent.successful() {
            set(confirmed.id(), Ok(()));
        }
        // last: a message that is both confirmed and failed is not confirmed
        for failed in sent.failed() {
            set(failed.id(), Err(entry_error(SEND_ONE, &self.url, failed)));
        }
        Ok(answers)
    }

    /// Waits in whole seconds, at most 20.
    async fn receive(&self, most: usize, wait: Duration) -> Result<Vec<Message>, QueueError> {
        let wait = wait.as_secs().min(LONGEST_WAIT);
        let received = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(seconds_or_count(most.clamp(1, BATCH) as u64))
            .wait_time_seconds(seconds_or_count(wait))
            .message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount)
            .message_system_attribute_names(MessageSystemAttributeName::MessageGroupId)
            .customize()
            .config_override(patient_receive(Duration::from_secs(wait)))
            .send()
            .await
            .map_err(|error| queue_error(RECEIVE, &self.url, error))?;
        Ok(received.messages.unwrap_or_default().into_iter().map(message).collect())
    }

    async fn delete(&self, message: &Message) -> Result<(), QueueError> {
        let delete = self.client.delete_message().queue_url(&self.url).receipt_handle(&message.receipt);
        match delete.customize().config_override(repeated()).send().await {
            Err(error) if !receipt_is_over(&error) => Err(queue_error(DELETE, &self.url, error)),
            _ => Ok(()),
        }
    }

    /// Sets the timeout in whole seconds, rounded up, at most 12 hours.
    async fn hide(&self, message: &Message, time: Duration) -> Result<(), QueueError> {
        let whole = time.as_secs().saturating_add(u64::from(time.subsec_nanos() > 0));
        let hide = self
            .client
            .change_message_visibility()
            .queue_url(&self.url)
            .receipt_handle(&message.receipt)
            .visibility_timeout(seconds_or_count(whole.min(LONGEST_HIDDEN)));
        match hide.customize().config_override(repeated()).send().await {
            Err(error) if !receipt_is_over(&error) => Err(queue_error(HIDE, &self.url, error)),
            _ => Ok(()),
        }
    }
}

/// Whole seconds as the API's number type.
fn seconds_or_count(number: u64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Missing fields are empty: the handler then reports the invalid message.
fn message(received: aws_sdk_sqs::types::Message) -> Message {
    let attribute = |name| received.attributes.as_ref().and_then(|attributes| attributes.get(&name)).cloned();
    let count = attribute(MessageSystemAttributeName::ApproximateReceiveCount);
    Message {
        received: count.and_then(|count| count.parse().ok()).unwrap_or(1),
        group: attribute(MessageSystemAttributeName::MessageGroupId),
        id: received.message_id.unwrap_or_default(),
        receipt: received.receipt_handle.unwrap_or_default(),
        body: received.body.unwrap_or_default(),
    }
}

#[cfg(test)]
#[path = "sqs_queue_tests.rs"]
mod tests;
