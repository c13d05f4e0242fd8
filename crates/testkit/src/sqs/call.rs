//! Parses the operation of a request.

use hyper::http::request::Parts;
use serde_json::Value;

/// An operation on a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// A message sent.
    SendMessage,
    /// Up to ten messages sent.
    SendMessageBatch,
    /// Messages received.
    ReceiveMessage,
    /// A message deleted.
    DeleteMessage,
    /// Up to ten messages deleted.
    DeleteMessageBatch,
    /// A change of the visibility timeout of a message.
    ChangeMessageVisibility,
    /// The URL of a queue, by its name.
    GetQueueUrl,
    /// The number of messages in a queue.
    GetQueueAttributes,
    /// An unsupported operation.
    Unknown,
}

/// One request.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The operation.
    pub operation: Operation,
    /// The name of the queue.
    pub queue: String,
    /// The region it is signed for.
    pub region: String,
    /// The ID of the access key of its signature.
    pub access_key: String,
    /// The body.
    pub body: Value,
}

impl Call {
    pub(super) fn of(head: &Parts, body: &[u8]) -> Self {
        let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let url = text("QueueUrl").and_then(|url| url.rsplit('/').next());
        let queue = url.or(text("QueueName")).unwrap_or_default().to_owned();
        // AWS4-HMAC-SHA256 Credential=ACCESS_KEY/DATE/REGION/SERVICE/aws4_request, …
        let credential = header("authorization").split_once("Credential=").map_or("", |(_, rest)| rest);
        let mut scope = credential.split('/');
        let access_key = scope.next().unwrap_or("").to_owned();
        let region = scope.nth(1).unwrap_or("").to_owned();
        let operation = match header("x-amz-target").strip_prefix("AmazonSQS.").unwrap_or("") {
            "SendMessage" => Operation::SendMessage,
            "SendMessageBatch" => Operation::SendMessageBatch,
            "ReceiveMessage" => Operation::ReceiveMessage,
            "DeleteMessage" => Operation::DeleteMessage,
            "DeleteMessageBatch" => Operation::DeleteMessageBatch,
            "ChangeMessageVisibility" => Operation::ChangeMessageVisibility,
            "GetQueueUrl" => Operation::GetQueueUrl,
            "GetQueueAttributes" => Operation::GetQueueAttributes,
            _ => Operation::Unknown,
        };
        Call { operation, queue, region, access_key, body }
    }
}
