//! A queue in memory, with the at-least-once delivery of SQS.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use job_queue::{BATCH, Message, NewMessage, Queue, QueueError};
use tokio::time::Instant;

/// The deduplication interval of a FIFO queue:
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html>
const REMEMBERED: Duration = Duration::from_secs(300);

/// A queue with a visibility timeout and a dead-letter queue. Clones share the content.
#[derive(Debug, Clone)]
pub struct MemoryQueue {
    hidden_for: Duration,
    /// `None` for a dead-letter queue, which keeps its messages.
    max_receives: Option<u32>,
    fifo: bool,
    state: Arc<Mutex<State>>,
    dead: Option<Box<MemoryQueue>>,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Held>,
    /// The time at which a FIFO queue accepted each ID.
    taken: BTreeMap<String, Instant>,
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
    /// An empty standard queue.
    pub fn new(hidden_for: Duration, max_receives: u32) -> Self {
        Self::of_kind(false, hidden_for, max_receives)
    }

    /// An empty FIFO queue: it returns the messages of a group in order, none while another of the group is in progress, and
    /// accepts an ID once in five minutes. One receive may return several messages of a group, in order, as with SQS:
    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html>
    pub fn fifo(hidden_for: Duration, max_receives: u32) -> Self {
        Self::of_kind(true, hidden_for, max_receives)
    }

    fn of_kind(fifo: bool, hidden_for: Duration, max_receives: u32) -> Self {
        let empty = MemoryQueue { hidden_for, max_receives: None, fifo, state: Arc::default(), dead: None };
        let dead = Some(Box::new(empty.clone()));
        MemoryQueue { max_receives: Some(max_receives), state: Arc::default(), dead, ..empty }
    }

    /// Rejects the next `count` messages that are sent.
    pub fn refuse_next(&self, messages: u64) {
        self.lock().refusing = messages;
    }

    /// The bodies of all messages, received or not.
    pub fn bodies(&self) -> Vec<String> {
        self.lock().waiting.iter().map(|held| held.body.clone()).collect()
    }

    /// The bodies in the dead-letter queue.
    pub fn dead(&self) -> Vec<String> {
        self.dead.as_ref().map_or(Vec::new(), |dead| dead.bodies())
    }

    /// The dead-letter queue; the queue itself if it is one.
    pub fn dead_letters(&self) -> MemoryQueue {
        self.dead.as_ref().map_or_else(|| self.clone(), |dead| (**dead).clone())
    }

    /// Whether it is a FIFO queue.
    #[cfg(feature = "s3")]
    pub(crate) fn is_fifo(&self) -> bool {
        self.fifo
    }

    /// Whether the message of a receipt is in progress.
    #[cfg(feature = "s3")]
    pub(crate) fn in_flight(&self, receipt: &str) -> bool {
        let now = Instant::now();
        self.lock().waiting.iter().any(|held| held.is_of(receipt) && held.visible_from > now)
    }

    /// Whether this is the latest receipt of an existing message.
    #[cfg(feature = "s3")]
    pub(crate) fn knows_receipt(&self, receipt: &str) -> bool {
        self.lock().waiting.iter().any(|held| held.is_of(receipt))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Up to a batch of visible messages, without those that were received too often.
    fn take(&self, most: usize) -> Vec<Message> {
        let (now, mut state) = (Instant::now(), self.lock());
        self.bury(&mut state, now);
        let State { waiting, last_receipt, .. } = &mut *state;
        let busy: BTreeSet<String> = waiting
            .iter()
            .filter(|held| self.fifo && held.visible_from > now)
            .map(|held| held.group.clone())
            .collect();
        let free = waiting.iter_mut().filter(|held| held.visible_from <= now && !busy.contains(&held.group));
        let mut taken = Vec::new();
        for held in free.take(most.min(BATCH)) {
            *last_receipt += 1;
            (held.receipt, held.visible_from) = (*last_receipt, now + self.hidden_for);
            held.received += 1;
            taken.push(Message {
                id: held.id.to_string(),
                receipt: held.receipt.to_string(),
                body: held.body.clone(),
                received: held.received,
                group: self.fifo.then(|| held.group.clone()),
            });
        }
        taken
    }

    /// Moves messages that were received too often to the dead-letter queue.
    fn bury(&self, state: &mut State, now: Instant) {
        let (Some(max), Some(dead)) = (self.max_receives, &self.dead) else { return };
        let (dying, waiting): (Vec<Held>, Vec<Held>) =
            state.waiting.drain(..).partition(|held| held.visible_from <= now && held.received >= max);
        state.waiting = waiting.into();
        dead.lock().waiting.extend(dying.into_iter().map(|held| Held { received: 0, receipt: 0, ..held }));
    }

    /// The message of a receipt, if the receipt is the latest.
    fn with(&self, message: &Message, work: impl FnOnce(&mut VecDeque<Held>, usize)) {
        let mut state = self.lock();
        if let Some(at) = state.waiting.iter().position(|held| held.is_of(&message.receipt)) {
            work(&mut state.waiting, at);
        }
    }
}

impl Held {
    fn is_of(&self, receipt: &str) -> bool {
        self.receipt > 0 && self.receipt.to_string() == receipt
    }
}

impl State {
    /// Whether a FIFO queue has accepted an ID before; if not, accepts it.
    fn knows(&mut self, id: &str, now: Instant) -> bool {
        self.taken.retain(|_, taken| *taken + REMEMBERED > now);
        let known = self.taken.contains_key(id);
        if !known {
            self.taken.insert(id.to_owned(), now);
        }
        known
    }
}

#[async_trait]
impl Queue for MemoryQueue {
    async fn send(&self, messages: &[NewMessage]) -> Result<Vec<Result<(), QueueError>>, QueueError> {
        let (now, mut state) = (Instant::now(), self.lock());
        let mut answers = Vec::new();
        for message in messages.iter().take(BATCH) {
            if state.refusing > 0 {
                state.refusing -= 1;
                let source = "the queue was told to refuse it".into();
                answers.push(Err(QueueError { action: "send a message", transient: true, source }));
                continue;
            }
            answers.push(Ok(()));
            if self.fifo && state.knows(&message.id, now) {
                continue;
            }
            state.last_id += 1;
            let id = state.last_id;
            let NewMessage { body, group, .. } = message.clone();
            state.waiting.push_back(Held { id, body, group, received: 0, receipt: 0, visible_from: now });
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
        let now = Instant::now();
        self.with(message, |waiting, at| {
            // a FIFO queue rejects an expired receipt
            if !self.fifo || waiting[at].visible_from > now {
                waiting.remove(at);
            }
        });
        Ok(())
    }

    async fn hide(&self, message: &Message, time: Duration) -> Result<(), QueueError> {
        let now = Instant::now();
        self.with(message, |waiting, at| {
            if waiting[at].visible_from > now {
                waiting[at].visible_from = now + time;
            }
        });
        Ok(())
    }
}

#[cfg(test)]
#[path = "memory_queue_tests.rs"]
mod tests;
