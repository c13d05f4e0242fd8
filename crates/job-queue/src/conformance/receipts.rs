//! What is received is hidden, comes again, or is deleted.

use std::time::Duration;

use super::{HIDDEN_FOR, MAX_RECEIVES, PAST, UnderTest, messages, next};

/// Hidden while somebody has it, and received again after that.
pub(super) async fn hidden(test: UnderTest) {
    test.send(&messages(&["a"])).await;
    let first = test.next().await;
    test.gives_nothing("somebody has it").await;
    tokio::time::sleep(PAST).await;
    let again = test.next().await;
    assert_eq!((again.body.as_str(), again.received), ("a", 2));
    assert_eq!(again.id, first.id, "the same message");
}

/// What is deleted does not come again, and may be deleted again.
pub(super) async fn deleted(test: UnderTest) {
    test.send(&messages(&["a"])).await;
    let message = test.next().await;
    test.queue.delete(&message).await.unwrap();
    test.queue.delete(&message).await.unwrap();
    tokio::time::sleep(PAST).await;
    test.gives_nothing("it was deleted").await;
}

/// It can be kept for longer.
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

/// It can be given back at once.
pub(super) async fn given_back(test: UnderTest) {
    test.send(&messages(&["a"])).await;
    let message = test.next().await;
    test.queue.hide(&message, Duration::ZERO).await.unwrap();
    assert_eq!(test.next().await.received, 2);
}

/// Who comes too late with a receipt is told nothing bad: the message is somebody else's by now, or gone.
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

/// What is received too often goes to the dead letters.
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
