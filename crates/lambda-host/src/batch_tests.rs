use std::sync::Mutex;

use async_trait::async_trait;
use job_queue::NewMessage;
use serde_json::{Value, json};
use testkit::MemoryQueue;

use super::*;

/// Fails messages that ask for it, and takes a minute for slow ones.
#[derive(Default)]
struct Echo(Mutex<Vec<String>>);

#[async_trait]
impl Handler for Echo {
    fn name(&self) -> &'static str {
        "echo"
    }
    async fn handle(&self, body: &str, _: Option<Instant>) -> Handled {
        self.0.lock().unwrap().push(body.to_owned());
        match body {
            "slow" => tokio::time::sleep(Duration::from_secs(60)).await,
            "bad" => return Handled::failed("bad"),
            _ => {}
        }
        Handled::default()
    }
}

fn event(bodies: &[&str]) -> SqsEvent {
    let records: Vec<Value> = bodies
        .iter()
        .enumerate()
        .map(|(at, body)| {
            json!({
                "messageId": format!("m-{at}"), "receiptHandle": "r", "body": body, "md5OfBody": "",
                "attributes": {"ApproximateReceiveCount": (at + 1).to_string()}, "messageAttributes": {},
                "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:eu-central-1:111122223333:requests",
                "awsRegion": "eu-central-1",
            })
        })
        .collect();
    serde_json::from_value(json!({"Records": records})).unwrap()
}

/// The response to a batch, and the log line of each message.
async fn answer(bodies: &[&str], handler: &Echo) -> (String, Vec<(String, u32, bool)>) {
    let mut said = Vec::new();
    let deadline = Instant::now() + Duration::from_secs(30);
    let report = |done: Done<'_>| {
        said.push((done.message.id.clone(), done.message.received, done.handled.failure.is_some()));
    };
    let answer = handle_batch(&event(bodies), handler, None, deadline, report).await.unwrap();
    (serde_json::to_string(&answer).unwrap(), said)
}

#[tokio::test(start_paused = true)]
async fn a_failed_message_is_named_and_the_others_are_done() {
    let handler = Echo::default();
    let (answer, said) = answer(&["good", "bad", "good"], &handler).await;
    assert_eq!(answer, r#"{"batchItemFailures":[{"itemIdentifier":"m-1"}]}"#);
    assert_eq!(
        said,
        [("m-0".to_owned(), 1, false), ("m-1".to_owned(), 2, true), ("m-2".to_owned(), 3, false)]
    );
    assert_eq!(*handler.0.lock().unwrap(), ["good", "bad", "good"]);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_succeeds_reports_no_failures() {
    assert_eq!(answer(&["good"], &Echo::default()).await.0, r#"{"batchItemFailures":[]}"#);
}

#[tokio::test(start_paused = true)]
async fn messages_after_the_deadline_are_delivered_again() {
    let handler = Echo::default();
    let (answer, _) = answer(&["slow", "good"], &handler).await;
    assert_eq!(answer, r#"{"batchItemFailures":[{"itemIdentifier":"m-1"}]}"#);
    assert_eq!(*handler.0.lock().unwrap(), ["slow"], "it was not begun");
}

#[tokio::test(start_paused = true)]
async fn a_message_without_a_name_fails_the_whole_batch_before_any_is_handled() {
    let handler = Echo::default();
    let mut event = event(&["good", "good"]);
    event.records[1].message_id = None;
    let failed = handle_batch(&event, &handler, None, Instant::now(), |_| {}).await;
    assert!(failed.is_err());
    assert_eq!(handler.0.lock().unwrap().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_message_without_a_body_is_the_handlers_to_refuse() {
    let handler = Echo::default();
    let mut event = event(&["good"]);
    event.records[0].body = None;
    handle_batch(&event, &handler, None, Instant::now(), |_| {}).await.unwrap();
    assert_eq!(*handler.0.lock().unwrap(), [""]);
}

#[tokio::test(start_paused = true)]
async fn a_failed_message_comes_again_soon_and_then_less_soon() {
    let queue = MemoryQueue::new(Duration::from_secs(5_400), 5);
    queue.send(&[NewMessage::new("bad", "group")]).await.unwrap();
    for pause in [60, 240, 960, 3_840] {
        let received = queue.receive(1, Duration::ZERO).await.unwrap().remove(0);
        let mut event = event(&["bad"]);
        event.records[0].receipt_handle = Some(received.receipt);
        event.records[0].attributes.insert("ApproximateReceiveCount".into(), received.received.to_string());
        handle_batch(&event, &Echo::default(), Some(&queue), Instant::now(), |_| {}).await.unwrap();
        tokio::time::advance(Duration::from_secs(pause - 1)).await;
        assert_eq!(queue.receive(1, Duration::ZERO).await.unwrap(), [], "not before {pause} s");
        tokio::time::advance(Duration::from_secs(1)).await;
    }
    assert_eq!(queue.receive(1, Duration::ZERO).await.unwrap()[0].received, 5);
}
