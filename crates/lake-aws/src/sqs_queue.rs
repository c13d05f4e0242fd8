//! SQS: to be replaced.
use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{MessageSystemAttributeName, SendMessageBatchRequestEntry};
use job_queue::{Message, NewMessage, Queue, QueueError};
use std::time::Duration;

/// A queue of SQS.
#[derive(Debug, Clone)]
pub struct SqsQueue {
    pub(crate) client: Client,
    pub(crate) url: String,
}

fn failed(action: &'static str, error: impl std::error::Error + Send + Sync + 'static) -> QueueError {
    QueueError { action, transient: true, source: Box::new(error) }
}

#[async_trait]
impl Queue for SqsQueue {
    async fn send(&self, messages: &[NewMessage]) -> Result<Vec<Result<(), QueueError>>, QueueError> {
        let mut call = self.client.send_message_batch().queue_url(&self.url);
        for (at, message) in messages.iter().enumerate() {
            let mut entry =
                SendMessageBatchRequestEntry::builder().id(at.to_string()).message_body(&message.body);
            if self.url.ends_with(".fifo") {
                entry = entry.message_group_id(&message.group).message_deduplication_id(&message.id);
            }
            call = call.entries(entry.build().map_err(|error| failed("send", error))?);
        }
        let answer = call.send().await.map_err(|error| failed("send", error))?;
        Ok((0..messages.len())
            .map(|at| {
                if answer.successful.iter().any(|entry| entry.id == at.to_string()) {
                    return Ok(());
                }
                Err(QueueError { action: "send", transient: true, source: "not confirmed".into() })
            })
            .collect())
    }
    async fn receive(&self, most: usize, wait: Duration) -> Result<Vec<Message>, QueueError> {
        let answer = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(i32::try_from(most).unwrap_or(10))
            .wait_time_seconds(i32::try_from(wait.as_secs()).unwrap_or(20))
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .send()
            .await
            .map_err(|error| failed("receive", error))?;
        Ok(answer
            .messages
            .unwrap_or_default()
            .into_iter()
            .map(|message| {
                let attributes = message.attributes.clone().unwrap_or_default();
                Message {
                    id: message.message_id.unwrap_or_default(),
                    receipt: message.receipt_handle.unwrap_or_default(),
                    body: message.body.unwrap_or_default(),
                    received: attributes
                        .get(&MessageSystemAttributeName::ApproximateReceiveCount)
                        .and_then(|count| count.parse().ok())
                        .unwrap_or(1),
                    group: attributes.get(&MessageSystemAttributeName::MessageGroupId).cloned(),
                }
            })
            .collect())
    }
    async fn delete(&self, message: &Message) -> Result<(), QueueError> {
        let call = self.client.delete_message().queue_url(&self.url).receipt_handle(&message.receipt);
        call.send().await.map(drop).map_err(|error| failed("delete", error))
    }
    async fn hide(&self, message: &Message, time: Duration) -> Result<(), QueueError> {
        let call =
            self.client.change_message_visibility().queue_url(&self.url).receipt_handle(&message.receipt);
        let call = call.visibility_timeout(i32::try_from(time.as_secs()).unwrap_or(43_200));
        call.send().await.map(drop).map_err(|error| failed("hide", error))
    }
}
