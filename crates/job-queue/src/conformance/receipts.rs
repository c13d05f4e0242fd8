//! Receipts: a received message is hidden, received again, or deleted.

use std::time::Duration;

use super::{HIDDEN_FOR, MAX_RECEIVES, PAST, UnderTest, messages, next};

/// A received message is hidden, and received again after the visibility timeout.
pub(super) async fn hidden(test: UnderTest) {
    test.send(&messages(&["a"])).await;
    let first = test.next().await;
    test.gives_nothing("it is in progress").await;
    tokio::time::sleep(PAST).await;
    let again = test.next().await;
    assert_eq!((again.body.as_str(), again.received), ("a", 2));
    assert_eq!(again.id, first.id, "the same message");
}

/// A deleted message is not received again, and may be deleted again.
pub(super) async fn deleted(test: UnderTest) {
    test.send(&messages(&["a"])).await;
    let message = test.next().await;
    test.queue.delete(&message).await.unwrap();
    test.queue.delete(&message).await.unwrap();
    tokio::time::sleep(PAST).await;
    test.gives_nothing("it was deleted").await;
}

/// The visibility timeout can be extended.
pub(super) async fn longer(test: UnderTest) {
    test.send(&messages(&["a"])).await;
    let message = test.next().await;
    test.queue.hide(&message, HIDDEN_FOR * 2).await.unwrap();
    tokio::time::sleep(PAST).await;
    test.gives_nothing("it was hidden for longer").await;
    test.queue.delete(&message).await.unwrap();
    tokio::time::sleep(HIDDEN_FOR).await;
    test.gives_nothing("it was deleted").await;
}

/// A message can be released at once.
pub(super) async fn given_back(test: UnderTest) {
    test.send(&messages(&["a"])).await;
    let message = test.next().await;
    test.queue.hide(&message, Duration::ZERO).await.unwrap();
    assert_eq!(test.next().await.received, 2);
}

/// An expired receipt is not an error: the message was received by another or deleted.
pub(super) async fn late(test: UnderTest) {
    test.send(&messages(&["a"])).await;
    let first = test.next().await;
    tokio::time::sleep(PAST).await;
    test.queue.hide(&first, HIDDEN_FOR).await.unwrap();
    let again = test.next().await;
    test.queue.delete(&again).await.unwrap();
    test.queue.hide(&again, HIDDEN_FOR).await.unwrap();
    test.queue.delete(&first).await.unwrap();
    test.gives_nothing("it was deleted").await;
}

/// A message that is received too often goes to the dead-letter queue.
pub(super) async fn dead(test: UnderTest) {
    test.send(&messages(&["poison"])).await;
    for received in 1..=MAX_RECEIVES {
        let message = test.next().await;
        assert_eq!(message.received, received);
        test.queue.hide(&message, Duration::ZERO).await.unwrap();
    }
    test.gives_nothing("it was received too often").await;
    assert_eq!(next(&*test.dead_letters).await.body, "poison");
}
