//! The conformance suite that every queue must pass: [`suite`].
//!
//! A failed check panics with a message that names the expectation. Each check has its own queue. All run concurrently, since
//! they mostly wait. The suite needs a Tokio runtime with time, which may be paused if the queue uses the same clock.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "the suite is a test: it panics if an expectation is not met"
)]

mod fifo;
mod receipts;
mod sending;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use crate::{BATCH, Message, NewMessage, Queue};

/// The visibility timeout of a queue under test. Long enough for a busy machine.
pub const HIDDEN_FOR: Duration = Duration::from_secs(3);
/// Receives of a message before a queue under test moves it to the dead-letter queue.
pub const MAX_RECEIVES: u32 = 2;
/// The time limit for a message that must arrive.
const PATIENCE: Duration = Duration::from_secs(20);
/// Longer than the visibility timeout.
const PAST: Duration = HIDDEN_FOR.saturating_add(Duration::from_millis(500));

/// The kind of queue that a check needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// At-least-once delivery, unordered.
    Standard,
    /// Ordered by group, each ID accepted once in five minutes.
    Fifo,
}

/// An empty queue for one check, with [`HIDDEN_FOR`] and [`MAX_RECEIVES`], and its dead-letter queue.
#[derive(Debug, Clone)]
pub struct UnderTest {
    /// The queue.
    pub queue: Arc<dyn Queue>,
    /// The dead-letter queue.
    pub dead_letters: Arc<dyn Queue>,
}

/// Creates the queues of the suite.
#[async_trait]
pub trait MakeQueue: Sync {
    /// Creates a new queue.
    async fn make(&self, kind: Kind) -> UnderTest;
}

/// Runs every check.
pub async fn suite(make: &dyn MakeQueue) {
    suite_without(make, &[]).await;
}

/// Runs every check except those named: for queues that are known to differ from SQS in them.
pub async fn suite_without(make: &dyn MakeQueue, left_out: &[&str]) {
    let mut known = 0;
    macro_rules! checks {
        ($($name:literal: $kind:ident $check:path,)*) => {
            $(known += usize::from(left_out.contains(&$name));)*
            assert_eq!(known, left_out.len(), "unknown check among those left out: {left_out:?}");
            tokio::join!($(async {
                if !left_out.contains(&$name) {
                    // the futures are large and many
                    Box::pin($check(make.make(Kind::$kind).await)).await;
                }
            }),*);
        };
    }
    checks! {
        "sending-bodies": Standard sending::any_body,
        "sending-nothing": Standard sending::nothing,
        "sending-more-than-a-batch": Standard sending::more_than_a_batch,
        "sending-twice": Standard sending::twice,
        "receiving-most": Standard sending::most,
        "receiving-later": Standard sending::later,
        "receipts-hidden": Standard receipts::hidden,
        "receipts-deleted": Standard receipts::deleted,
        "receipts-longer": Standard receipts::longer,
        "receipts-given-back": Standard receipts::given_back,
        "receipts-late": Standard receipts::late,
        "receipts-dead": Standard receipts::dead,
        "fifo-receipts-hidden": Fifo receipts::hidden,
        "fifo-receipts-deleted": Fifo receipts::deleted,
        "fifo-receipts-late": Fifo receipts::late,
        "fifo-receipts-dead": Fifo receipts::dead,
        "fifo-order": Fifo fifo::order,
        "fifo-groups": Fifo fifo::groups,
        "fifo-given-back": Fifo fifo::given_back,
        "fifo-ids": Fifo fifo::ids,
    };
}

impl UnderTest {
    /// Sends messages that must all be confirmed.
    async fn send(&self, messages: &[NewMessage]) {
        let answers = self.queue.send(messages).await.unwrap();
        assert_eq!(answers.len(), messages.len(), "an answer for each message");
        for answer in answers {
            answer.unwrap();
        }
    }

    /// Receives the next message.
    async fn next(&self) -> Message {
        next(&*self.queue).await
    }

    /// Receives `count` messages, by any number of calls.
    async fn take(&self, number: usize) -> Vec<Message> {
        let (mut taken, until) = (Vec::new(), Instant::now() + PATIENCE);
        while taken.len() < number {
            assert!(Instant::now() < until, "{number} messages should come: {taken:?}");
            taken.extend(self.queue.receive(BATCH, Duration::from_secs(1)).await.unwrap());
        }
        assert_eq!(taken.len(), number, "{taken:?}");
        taken
    }

    /// Asserts that no message can be received now.
    async fn gives_nothing(&self, why: &str) {
        assert_eq!(self.queue.receive(BATCH, Duration::ZERO).await.unwrap(), [], "{why}");
    }
}

async fn next(queue: &dyn Queue) -> Message {
    let until = Instant::now() + PATIENCE;
    loop {
        let mut messages = queue.receive(1, Duration::from_secs(1)).await.unwrap();
        assert!(messages.len() <= 1, "one was asked for: {messages:?}");
        if let Some(message) = messages.pop() {
            return message;
        }
        assert!(Instant::now() < until, "a message should come");
    }
}

/// Messages with these bodies, each in its own group.
fn messages(bodies: &[&str]) -> Vec<NewMessage> {
    bodies.iter().map(|&body| NewMessage::new(body, body)).collect()
}

fn bodies(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(|message| message.body.as_str()).collect()
}
