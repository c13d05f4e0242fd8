//! A queue in memory, as unfriendly as SQS may be.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use job_queue::{BATCH, Message, NewMessage, Queue, QueueError};
use tokio::time::Instant;

/// A queue with a time that a message is hidden for when it is received, and a queue beside it for those that were
/// received too often. A clone is the same queue.
#[derive(Debug, Clone)]
pub struct MemoryQueue {
    hidden_for: Duration,
    max_receives: u32,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Held>,
    dead: Vec<String>,
    last_id: u64,
    last_receipt: u64,
    refusing: u64,
}

#[derive(Debug)]
struct Held {
    id: u64,
    body: String,
    group: String,
    received: u32,
    receipt: u64,
    visible_from: Instant,
}

impl MemoryQueue {
    /// An empty one.
    pub fn new(hidden_for: Duration, max_receives: u32) -> Self {
        MemoryQueue { hidden_for, max_receives, state: Arc::default() }
    }

    /// Refuses the next so many messages that are sent.
    pub fn refuse_next(&self, messages: u64) {
        self.lock().refusing = messages;
    }

    /// Every message, received or not.
    pub fn bodies(&self) -> Vec<String> {
        self.lock().waiting.iter().map(|held| held.body.clone()).collect()
    }

    /// Messages that were received too often.
    pub fn dead(&self) -> Vec<String> {
        self.lock().dead.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Messages that nobody holds, up to a batch of them; none that was received too often.
    fn take(&self, most: usize) -> Vec<Message> {
        let (now, mut state) = (Instant::now(), self.lock());
        let state = &mut *state;
        let max = self.max_receives;
        let (dying, waiting): (Vec<Held>, Vec<Held>) =
            state.waiting.drain(..).partition(|held| held.visible_from <= now && held.received >= max);
        state.dead.extend(dying.into_iter().map(|held| held.body));
        state.waiting = waiting.into();
        let mut taken = Vec::new();
        for held in state.waiting.iter_mut().filter(|held| held.visible_from <= now).take(most.min(BATCH)) {
            state.last_receipt += 1;
            (held.receipt, held.visible_from) = (state.last_receipt, now + self.hidden_for);
            held.received += 1;
            taken.push(Message {
                id: held.id.to_string(),
                receipt: held.receipt.to_string(),
                body: held.body.clone(),
                received: held.received,
                group: Some(held.group.clone()),
            });
        }
        taken
    }

    /// The message of a receipt, if it is still its last one.
    fn with(&self, message: &Message, work: impl FnOnce(&mut VecDeque<Held>, usize)) {
        let mut state = self.lock();
        let found = state.waiting.iter().position(|held| held.receipt.to_string() == message.receipt);
        if let Some(at) = found {
            work(&mut state.waiting, at);
        }
    }
}

#[async_trait]
impl Queue for MemoryQueue {
    async fn send(&self, messages: &[NewMessage]) -> Result<Vec<Result<(), QueueError>>, QueueError> {
        let mut state = self.lock();
        let mut answers = Vec::new();
        for message in messages.iter().take(BATCH) {
            if state.refusing > 0 {
                state.refusing -= 1;
                let source = "the queue was told to refuse it".into();
                answers.push(Err(QueueError { action: "send a message", transient: true, source }));
                continue;
            }
            state.last_id += 1;
            let id = state.last_id;
            let visible_from = Instant::now();
            let NewMessage { body, group, .. } = message.clone();
            state.waiting.push_back(Held { id, body, group, received: 0, receipt: 0, visible_from });
            answers.push(Ok(()));
        }
        Ok(answers)
    }

    async fn receive(&self, most: usize, wait: Duration) -> Result<Vec<Message>, QueueError> {
        let until = Instant::now() + wait;
        loop {
            let taken = self.take(most);
            if !taken.is_empty() || Instant::now() >= until {
                return Ok(taken);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn delete(&self, message: &Message) -> Result<(), QueueError> {
        self.with(message, |waiting, at| {
            waiting.remove(at);
        });
        Ok(())
    }

    async fn hide(&self, message: &Message, time: Duration) -> Result<(), QueueError> {
        self.with(message, |waiting, at| waiting[at].visible_from = Instant::now() + time);
        Ok(())
    }
}

#[cfg(test)]
#[path = "memory_queue_tests.rs"]
mod tests;
