//! What every queue must do, as one suite that its tests run: [`suite`].
//!
//! It panics with a message that names the expectation. Each check is given a queue of its own, and all run side by side,
//! for most of their time they wait. It needs a Tokio runtime with time, which may be stopped if the queue lives by it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "the suite is a test: it panics where an expectation is not met"
)]

mod fifo;
mod receipts;
mod sending;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use crate::{BATCH, Message, NewMessage, Queue};

/// For how long a queue under test hides a message that was received. Long enough that a busy machine does not take it
/// for over.
pub const HIDDEN_FOR: Duration = Duration::from_secs(3);
/// How often a queue under test gives a message out before it goes to the dead letters.
pub const MAX_RECEIVES: u32 = 2;
/// Time for what must come.
const PATIENCE: Duration = Duration::from_secs(20);
/// Longer than a message is hidden for.
const PAST: Duration = HIDDEN_FOR.saturating_add(Duration::from_millis(500));

/// What kind of queue a check asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// At least once, in no order.
    Standard,
    /// Groups in order, and each id once in five minutes.
    Fifo,
}

/// A queue for one check alone, empty, with [`HIDDEN_FOR`] and [`MAX_RECEIVES`], and where its dead letters go.
#[derive(Debug, Clone)]
pub struct UnderTest {
    /// The queue.
    pub queue: Arc<dyn Queue>,
    /// The queue of those that were received too often.
    pub dead_letters: Arc<dyn Queue>,
}

/// Makes the queues that the suite asks for.
#[async_trait]
pub trait MakeQueue: Sync {
    /// A new one.
    async fn make(&self, kind: Kind) -> UnderTest;
}

/// Every check.
pub async fn suite(make: &dyn MakeQueue) {
    suite_without(make, &[]).await;
}

/// The same without the checks of these names: for a queue that is known not to be like SQS in what they ask.
pub async fn suite_without(make: &dyn MakeQueue, left_out: &[&str]) {
    let mut known = 0;
    macro_rules! checks {
        ($($name:literal: $kind:ident $check:path,)*) => {
            $(known += usize::from(left_out.contains(&$name));)*
            assert_eq!(known, left_out.len(), "names of checks are left out that are none: {left_out:?}");
            tokio::join!($(async {
                if !left_out.contains(&$name) {
                    // a large future, of which there are many
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

    /// The next message, alone.
    async fn next(&self) -> Message {
        next(&*self.queue).await
    }

    /// So many messages, by as many calls as it takes, each held.
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

/// Messages of these bodies, each of a group of its own.
fn messages(bodies: &[&str]) -> Vec<NewMessage> {
    bodies.iter().map(|&body| NewMessage::new(body, body)).collect()
}

fn bodies(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(|message| message.body.as_str()).collect()
}
