use std::time::Duration;

use job_queue::{NewMessage, Queue, redrive};
use testkit::MemoryQueue;

async fn queue(bodies: usize) -> MemoryQueue {
    let queue = MemoryQueue::fifo(Duration::from_secs(60), 5);
    for body in 0..bodies {
        queue.send(&[NewMessage::new(format!("{body:02}"), format!("group {body}"))]).await.unwrap();
    }
    queue
}

#[tokio::test(start_paused = true)]
async fn every_message_is_moved_with_its_group() {
    let (dead, alive) = (queue(25).await, queue(0).await);
    assert_eq!(redrive(&dead, &alive, 1_000).await.unwrap(), 25);
    assert_eq!((dead.bodies().len(), alive.bodies().len()), (0, 25));
    let message = alive.receive(1, Duration::ZERO).await.unwrap().remove(0);
    assert_eq!((message.body.as_str(), message.group.as_deref()), ("00", Some("group 0")));
}

#[tokio::test(start_paused = true)]
async fn no_more_are_moved_than_asked_for() {
    let (dead, alive) = (queue(25).await, queue(0).await);
    assert_eq!(redrive(&dead, &alive, 12).await.unwrap(), 12);
    assert_eq!((dead.bodies().len(), alive.bodies().len()), (13, 12));
}

#[tokio::test(start_paused = true)]
async fn messages_that_the_other_queue_rejects_stay() {
    let (dead, alive) = (queue(12).await, queue(0).await);
    alive.refuse_next(u64::MAX);
    let error = redrive(&dead, &alive, 1_000).await.unwrap_err();
    assert_eq!(error.moved, 0);
    assert_eq!((dead.bodies().len(), alive.bodies().len()), (12, 0));
}
