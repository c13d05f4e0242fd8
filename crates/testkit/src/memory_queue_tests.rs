use job_queue::conformance::{HIDDEN_FOR, Kind, MAX_RECEIVES, MakeQueue, UnderTest};

use super::*;

const HIDDEN: Duration = Duration::from_secs(60);
const NOT_AT_ALL: Duration = Duration::ZERO;

async fn queue(bodies: &[&str]) -> MemoryQueue {
    let queue = MemoryQueue::new(HIDDEN, 2);
    let messages: Vec<NewMessage> = bodies.iter().map(|&body| NewMessage::new(body, "a group")).collect();
    assert!(queue.send(&messages).await.unwrap().iter().all(Result::is_ok));
    queue
}

#[tokio::test(start_paused = true)]
async fn a_message_in_progress_is_hidden_and_gone_when_it_is_deleted() {
    let queue = queue(&["a", "b"]).await;
    let first = queue.receive(BATCH, NOT_AT_ALL).await.unwrap();
    assert_eq!(first.len(), 2);
    assert_eq!(queue.receive(BATCH, NOT_AT_ALL).await.unwrap(), []);
    queue.delete(&first[0]).await.unwrap();
    tokio::time::advance(HIDDEN).await;
    let again = queue.receive(BATCH, NOT_AT_ALL).await.unwrap();
    assert_eq!((again[0].body.as_str(), again[0].received, again.len()), ("b", 2, 1));
    queue.delete(&first[1]).await.unwrap();
    assert_eq!(queue.bodies(), ["b"], "an old receipt deletes nothing");
}

#[tokio::test(start_paused = true)]
async fn a_message_received_too_often_is_dead() {
    let queue = queue(&["poison"]).await;
    for received in [1, 2] {
        assert_eq!(queue.receive(BATCH, NOT_AT_ALL).await.unwrap()[0].received, received);
        tokio::time::advance(HIDDEN).await;
    }
    assert_eq!(queue.receive(BATCH, NOT_AT_ALL).await.unwrap(), []);
    assert_eq!((queue.bodies().len(), queue.dead()), (0, vec!["poison".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn a_message_may_be_hidden_longer_or_shorter() {
    let queue = queue(&["a"]).await;
    let message = queue.receive(BATCH, NOT_AT_ALL).await.unwrap().remove(0);
    queue.hide(&message, HIDDEN * 2).await.unwrap();
    tokio::time::advance(HIDDEN).await;
    assert_eq!(queue.receive(BATCH, NOT_AT_ALL).await.unwrap(), []);
    queue.hide(&message, NOT_AT_ALL).await.unwrap();
    assert_eq!(queue.receive(BATCH, NOT_AT_ALL).await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_waiting_receive_returns_a_message_sent_during_the_wait() {
    let queue = queue(&[]).await;
    let waiting = tokio::spawn({
        let queue = queue.clone();
        async move { queue.receive(BATCH, HIDDEN).await.unwrap().len() }
    });
    tokio::time::sleep(HIDDEN / 2).await;
    queue.send(&[NewMessage::new("late", "a group")]).await.unwrap();
    assert_eq!(waiting.await.unwrap(), 1);
    assert_eq!(queue.receive(BATCH, HIDDEN / 2).await.unwrap(), [], "and nothing when its time is up");
}

#[tokio::test(start_paused = true)]
async fn it_conforms() {
    job_queue::conformance::suite(&InMemory).await;
}

struct InMemory;

#[async_trait]
impl MakeQueue for InMemory {
    async fn make(&self, kind: Kind) -> UnderTest {
        let queue = match kind {
            Kind::Standard => MemoryQueue::new(HIDDEN_FOR, MAX_RECEIVES),
            Kind::Fifo => MemoryQueue::fifo(HIDDEN_FOR, MAX_RECEIVES),
        };
        UnderTest { dead_letters: Arc::new(queue.dead_letters()), queue: Arc::new(queue) }
    }
}

#[tokio::test(start_paused = true)]
async fn a_fifo_queue_takes_an_id_again_after_five_minutes() {
    let queue = MemoryQueue::fifo(HIDDEN, 2);
    let message = NewMessage::new("once", "a group");
    for expected in [1, 1, 2] {
        assert!(queue.send(std::slice::from_ref(&message)).await.unwrap()[0].is_ok());
        assert_eq!(queue.bodies().len(), expected);
        tokio::time::advance(REMEMBERED / 2).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_that_was_refused_may_be_sent_again() {
    let queue = MemoryQueue::fifo(HIDDEN, 2);
    queue.refuse_next(1);
    let message = NewMessage::new("once", "a group");
    assert!(queue.send(std::slice::from_ref(&message)).await.unwrap()[0].is_err());
    assert!(queue.send(std::slice::from_ref(&message)).await.unwrap()[0].is_ok());
    assert_eq!(queue.bodies(), ["once"]);
}

#[tokio::test(start_paused = true)]
async fn a_fifo_queue_deletes_nothing_by_a_receipt_whose_time_is_up() {
    let queue = MemoryQueue::fifo(HIDDEN, 2);
    queue.send(&[NewMessage::new("kept", "a group")]).await.unwrap();
    let late = queue.receive(1, NOT_AT_ALL).await.unwrap().remove(0);
    tokio::time::advance(HIDDEN).await;
    queue.delete(&late).await.unwrap();
    assert_eq!(queue.bodies(), ["kept"]);
}
