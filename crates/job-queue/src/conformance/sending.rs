//! Sending: sent messages are received.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{BATCH, UnderTest, bodies, messages};

/// Every body is received unchanged, once, with its own ID.
pub(super) async fn any_body(test: UnderTest) {
    let long = "x".repeat(100_000);
    let mut sent = ["{\"day\":\"2026-11-22\"}", "é 漢 😀", "a <b> & \"c\"\\\n\t", " ", &long];
    test.send(&messages(&sent)).await;
    let received = test.take(sent.len()).await;
    let mut found = bodies(&received);
    found.sort_unstable();
    sent.sort_unstable();
    assert_eq!(found, sent);
    assert!(received.iter().all(|message| message.received == 1), "received once: {received:?}");
    let ids: BTreeSet<&str> = received.iter().map(|message| message.id.as_str()).collect();
    let receipts: BTreeSet<&str> = received.iter().map(|message| message.receipt.as_str()).collect();
    assert_eq!((ids.len(), receipts.len()), (sent.len(), sent.len()), "names and receipts: {received:?}");
}

pub(super) async fn nothing(test: UnderTest) {
    assert!(test.queue.send(&[]).await.unwrap().is_empty(), "nothing is confirmed for nothing");
    test.gives_nothing("nothing was sent").await;
}

/// A call accepts one batch, and no more.
pub(super) async fn more_than_a_batch(test: UnderTest) {
    let numbers: Vec<String> = (0..BATCH + 2).map(|number| format!("{number:02}")).collect();
    let all = messages(&numbers.iter().map(String::as_str).collect::<Vec<_>>());
    let answers = test.queue.send(&all).await.unwrap();
    assert_eq!(answers.len(), BATCH, "a batch is taken");
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    let mut found = test.take(BATCH).await;
    found.sort_by(|one, other| one.body.cmp(&other.body));
    assert_eq!(bodies(&found), numbers[..BATCH]);
}

/// A standard queue ignores IDs and groups.
pub(super) async fn twice(test: UnderTest) {
    let message = messages(&["twice"]);
    test.send(&message).await;
    test.send(&message).await;
    let received = test.take(2).await;
    assert_eq!(bodies(&received), ["twice", "twice"]);
    assert!(received.iter().all(|message| message.group.is_none()), "{received:?}");
}

pub(super) async fn most(test: UnderTest) {
    test.send(&messages(&["a", "b", "c"])).await;
    let first = test.queue.receive(2, Duration::from_secs(1)).await.unwrap();
    assert!((1..=2).contains(&first.len()), "at most two were asked for: {first:?}");
    // any number may be asked for
    let rest = test.queue.receive(1_000, Duration::from_secs(1)).await.unwrap();
    assert!(first.len() + rest.len() <= 3, "{rest:?}");
}

/// A waiting receive returns a message that is sent during the wait.
pub(super) async fn later(test: UnderTest) {
    let queue = test.queue.clone();
    let waiting = tokio::spawn(async move { queue.receive(BATCH, Duration::from_secs(15)).await.unwrap() });
    tokio::time::sleep(Duration::from_millis(500)).await;
    test.send(&messages(&["late"])).await;
    assert_eq!(bodies(&waiting.await.unwrap()), ["late"]);
}
