//! The protocol of SQS over queues in memory:
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html>

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use job_queue::{BATCH, Message, NewMessage, Queue};
use serde_json::{Map, Value, json};

use super::{Call, Operation, SqsServer};
use crate::MemoryQueue;

/// Bytes of all bodies of a call.
const MOST_BYTES: usize = 1 << 20;
/// The maximum wait of a receive in seconds.
const LONGEST_WAIT: u64 = 20;
/// The maximum visibility timeout in seconds.
const LONGEST_HIDDEN: u64 = 43_200;

/// The queues of a server, by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Queues(Arc<Mutex<BTreeMap<String, MemoryQueue>>>);

/// Errors of SQS.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: u16,
    /// The code of the query protocol, which is in a header.
    pub(super) code: String,
    /// The code of the JSON protocol.
    pub(super) shape: String,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(code: &str, message: impl Into<String>) -> Self {
        let (code, shape) = (code.to_owned(), code.to_owned());
        Refusal { status: 400, code, shape, message: message.into() }
    }

    fn of_batch(shape: &str, message: &str) -> Self {
        Refusal { code: format!("AWS.SimpleQueueService.{shape}"), ..Refusal::new(shape, message) }
    }

    fn parameter(message: impl Into<String>) -> Self {
        Refusal {
            shape: "InvalidParameterValueException".to_owned(),
            ..Refusal::new("InvalidParameterValue", message)
        }
    }

    fn missing(name: &str) -> Self {
        let message = format!("The request must contain the parameter {name}.");
        Refusal {
            shape: "MissingRequiredParameterException".to_owned(),
            ..Refusal::new("MissingParameter", message)
        }
    }
}

type Answer = Result<Value, Refusal>;

impl Queues {
    pub(super) fn add(&self, name: &str, queue: MemoryQueue) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), queue);
    }

    fn find(&self, name: &str) -> Result<MemoryQueue, Refusal> {
        let found = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        found.ok_or_else(|| Refusal {
            code: "AWS.SimpleQueueService.NonExistentQueue".to_owned(),
            ..Refusal::new("QueueDoesNotExist", "The specified queue does not exist.")
        })
    }

    /// Carries out a request to this origin.
    pub(super) async fn answer(&self, call: &Call, origin: &str) -> Answer {
        if call.operation == Operation::Unknown {
            return Err(Refusal::new("UnknownOperationException", "this server does not know the operation"));
        }
        let queue = self.find(&call.queue)?;
        match call.operation {
            Operation::SendMessage => send(&queue, &call.body).await,
            Operation::SendMessageBatch => send_batch(&queue, &call.body).await,
            Operation::ReceiveMessage => receive(&queue, &call.body).await,
            Operation::DeleteMessage => delete(&queue, &call.body).await,
            Operation::DeleteMessageBatch => delete_batch(&queue, &call.body).await,
            Operation::ChangeMessageVisibility => hide(&queue, &call.body).await,
            Operation::GetQueueUrl => {
                Ok(json!({ "QueueUrl": format!("{origin}/{}/{}", SqsServer::ACCOUNT, call.queue) }))
            }
            Operation::GetQueueAttributes => Ok(
                json!({ "Attributes": { "ApproximateNumberOfMessages": queue.bodies().len().to_string() } }),
            ),
            Operation::Unknown => Ok(Value::Null),
        }
    }
}

fn text<'a>(asked: &'a Value, name: &str) -> Option<&'a str> {
    asked.get(name).and_then(Value::as_str)
}

fn required<'a>(asked: &'a Value, name: &str) -> Result<&'a str, Refusal> {
    text(asked, name).ok_or_else(|| Refusal::missing(name))
}

/// A number within bounds.
fn number(asked: &Value, name: &str, least: u64, most: u64) -> Result<Option<u64>, Refusal> {
    let Some(value) = asked.get(name) else { return Ok(None) };
    match value.as_u64() {
        Some(number) if (least..=most).contains(&number) => Ok(Some(number)),
        _ => Err(Refusal::parameter(format!(
            "Value {value} for parameter {name} is invalid. Reason: Must be between {least} and {most}, if provided."
        ))),
    }
}

/// The entries of a batch. Fails if the batch as a whole is invalid.
fn entries(asked: &Value) -> Result<&[Value], Refusal> {
    let entries = asked.get("Entries").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let ids: BTreeSet<Option<&str>> = entries.iter().map(|entry| text(entry, "Id")).collect();
    let usual = |id: &str| {
        (1..=80).contains(&id.len())
            && id.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter))
    };
    if entries.is_empty() {
        return Err(Refusal::of_batch("EmptyBatchRequest", "There should be at least one entry."));
    }
    if entries.len() > BATCH {
        return Err(Refusal::of_batch("TooManyEntriesInBatchRequest", "Maximum number of entries is 10."));
    }
    if ids.len() < entries.len() {
        return Err(Refusal::of_batch("BatchEntryIdsNotDistinct", "Id repeated."));
    }
    if !ids.iter().all(|id| id.is_some_and(usual)) {
        return Err(Refusal::of_batch(
            "InvalidBatchEntryId",
            "A batch entry id can only contain alphanumerics.",
        ));
    }
    Ok(entries)
}

/// A message to send, checked against the rules of its queue.
fn new_message(queue: &MemoryQueue, asked: &Value) -> Result<NewMessage, Refusal> {
    let body = required(asked, "MessageBody")?;
    if body.is_empty() {
        return Err(Refusal::missing("MessageBody"));
    }
    let (group, id) = (text(asked, "MessageGroupId"), text(asked, "MessageDeduplicationId"));
    match (queue.is_fifo(), group, id) {
        (true, None, _) => Err(Refusal::missing("MessageGroupId")),
        (true, _, None) => Err(Refusal::parameter(
            "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
        )),
        (true, Some(group), Some(id)) => {
            Ok(NewMessage { body: body.to_owned(), group: group.to_owned(), id: id.to_owned() })
        }
        (false, _, Some(_)) => Err(Refusal::parameter(
            "The request include parameter MessageDeduplicationId which is not valid for this queue type",
        )),
        (false, group, None) => Ok(NewMessage::new(body, group.unwrap_or(""))),
    }
}

/// Fails if the queue rejects a message.
async fn takes(queue: &MemoryQueue, message: NewMessage) -> bool {
    let answers = queue.send(&[message]).await;
    matches!(answers.as_deref(), Ok([Ok(())]))
}

async fn send(queue: &MemoryQueue, asked: &Value) -> Answer {
    let message = new_message(queue, asked)?;
    let id = message.id.clone();
    if takes(queue, message).await {
        return Ok(json!({ "MessageId": id }));
    }
    Err(Refusal { status: 500, ..Refusal::new("InternalError", "the queue was told to refuse it") })
}

async fn send_batch(queue: &MemoryQueue, asked: &Value) -> Answer {
    let entries = entries(asked)?;
    let bytes: usize = entries.iter().filter_map(|entry| text(entry, "MessageBody")).map(str::len).sum();
    if bytes > MOST_BYTES {
        let message = "Batch requests cannot be longer than 1048576 bytes.";
        return Err(Refusal::of_batch("BatchRequestTooLong", message));
    }
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for entry in entries {
        let name = required(entry, "Id")?;
        match new_message(queue, entry) {
            Ok(message) => {
                let id = message.id.clone();
                if takes(queue, message).await {
                    successful.push(json!({ "Id": name, "MessageId": id }));
                } else {
                    failed.push(json!({ "Id": name, "SenderFault": false, "Code": "InternalError" }));
                }
            }
            Err(refusal) => failed.push(
                json!({ "Id": name, "SenderFault": true, "Code": refusal.code, "Message": refusal.message }),
            ),
        }
    }
    Ok(json!({ "Successful": successful, "Failed": failed }))
}

async fn receive(queue: &MemoryQueue, asked: &Value) -> Answer {
    let most = number(asked, "MaxNumberOfMessages", 1, 10)?.unwrap_or(1);
    let wait = number(asked, "WaitTimeSeconds", 0, LONGEST_WAIT)?.unwrap_or(0);
    let most = usize::try_from(most).unwrap_or(1);
    let received = queue.receive(most, Duration::from_secs(wait)).await;
    // attributes only on request
    let wanted = |name: &str| {
        let names = asked.get("MessageSystemAttributeNames").and_then(Value::as_array);
        names.is_some_and(|names| names.iter().any(|asked| asked == name || asked == "All"))
    };
    let shown = |message: Message| {
        let mut attributes = Map::new();
        if wanted("ApproximateReceiveCount") {
            attributes.insert("ApproximateReceiveCount".to_owned(), message.received.to_string().into());
        }
        if let Some(group) = message.group.filter(|_| wanted("MessageGroupId")) {
            attributes.insert("MessageGroupId".to_owned(), group.into());
        }
        json!({
            "MessageId": message.id, "ReceiptHandle": message.receipt, "Body": message.body,
            "Attributes": attributes,
        })
    };
    let messages: Vec<Value> = received.unwrap_or_default().into_iter().map(shown).collect();
    // without messages the list is missing
    Ok(if messages.is_empty() { json!({}) } else { json!({ "Messages": messages }) })
}

/// The received message of a receipt.
fn held(asked: &Value) -> Result<Message, Refusal> {
    let receipt = required(asked, "ReceiptHandle")?;
    if receipt.parse::<u64>().is_err() {
        let message = format!("The input receipt handle \"{receipt}\" is not a valid receipt handle.");
        return Err(Refusal::new("ReceiptHandleIsInvalid", message));
    }
    let (id, body, group) = (String::new(), String::new(), None);
    Ok(Message { id, receipt: receipt.to_owned(), body, received: 0, group })
}

async fn delete(queue: &MemoryQueue, asked: &Value) -> Answer {
    let message = held(asked)?;
    if queue.is_fifo() && !queue.in_flight(&message.receipt) && queue.knows_receipt(&message.receipt) {
        return Err(Refusal::parameter(format!(
            "Value {} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.",
            message.receipt
        )));
    }
    let _ = queue.delete(&message).await;
    Ok(json!({}))
}

async fn delete_batch(queue: &MemoryQueue, asked: &Value) -> Answer {
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for entry in entries(asked)? {
        let id = required(entry, "Id")?;
        match delete(queue, entry).await {
            Ok(_) => successful.push(json!({ "Id": id })),
            Err(refusal) => failed.push(
                json!({ "Id": id, "SenderFault": true, "Code": refusal.code, "Message": refusal.message }),
            ),
        }
    }
    Ok(json!({ "Successful": successful, "Failed": failed }))
}

async fn hide(queue: &MemoryQueue, asked: &Value) -> Answer {
    let message = held(asked)?;
    let time = number(asked, "VisibilityTimeout", 0, LONGEST_HIDDEN)?
        .ok_or_else(|| Refusal::missing("VisibilityTimeout"))?;
    if !queue.in_flight(&message.receipt) {
        return Err(Refusal::parameter(format!(
            "Value {} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for \
             visibility timeout change.",
            message.receipt
        )));
    }
    let _ = queue.hide(&message, Duration::from_secs(time)).await;
    Ok(json!({}))
}
