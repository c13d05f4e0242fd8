//! FIFO queues: order within groups, deduplication by ID:
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html>

use std::time::Duration;

use super::{NewMessage, UnderTest, bodies};

fn of_groups(names: &[&str]) -> Vec<NewMessage> {
    names.iter().map(|&name| NewMessage::new(name, &name[..1])).collect()
}

/// Messages of a group are received in the order they were sent.
pub(super) async fn order(test: UnderTest) {
    test.send(&of_groups(&["a1", "a2", "a3"])).await;
    test.send(&of_groups(&["a4"])).await;
    let mut order = Vec::new();
    while order.len() < 4 {
        let message = test.next().await;
        assert_eq!(message.group.as_deref(), Some("a"));
        test.queue.delete(&message).await.unwrap();
        order.push(message.body);
    }
    assert_eq!(order, ["a1", "a2", "a3", "a4"]);
}

/// While a message of a group is in progress, only messages of other groups are received.
pub(super) async fn groups(test: UnderTest) {
    test.send(&of_groups(&["a1", "a2", "b1"])).await;
    let mut held = [test.next().await, test.next().await];
    held.sort_by(|one, other| one.body.cmp(&other.body));
    assert_eq!(bodies(&held), ["a1", "b1"]);
    test.gives_nothing("both groups are held").await;
    test.queue.delete(&held[1]).await.unwrap();
    test.gives_nothing("a is held").await;
    test.queue.delete(&held[0]).await.unwrap();
    assert_eq!(test.next().await.body, "a2");
}

/// A released message is received before those after it.
pub(super) async fn given_back(test: UnderTest) {
    test.send(&of_groups(&["a1", "a2"])).await;
    let first = test.next().await;
    test.queue.hide(&first, Duration::ZERO).await.unwrap();
    let again = test.next().await;
    assert_eq!((again.body.as_str(), again.received), ("a1", 2));
}

/// An ID is accepted once, and confirmed each time.
pub(super) async fn ids(test: UnderTest) {
    let mut sent = of_groups(&["a1", "b1", "c1"]);
    sent[1].id = sent[0].id.clone();
    test.send(&sent).await;
    test.send(&sent).await;
    let received = test.take(2).await;
    for message in &received {
        test.queue.delete(message).await.unwrap();
    }
    let mut found = bodies(&received);
    found.sort_unstable();
    assert_eq!(found, ["a1", "c1"]);
    test.send(&sent).await;
    test.gives_nothing("the ids are known, though the messages are gone").await;
}
