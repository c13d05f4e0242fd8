//! Receives and handles the messages of a queue until it is stopped.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{Id, JoinHandle, JoinSet};
use tokio::time::Instant;

use crate::{Handled, Handler, Message, Queue, QueueError};

/// The wait of a receive: long enough that an idle worker sends few requests, short enough that it stops soon. A receive in
/// progress is never cancelled, since its messages would stay hidden.
const WAIT: Duration = Duration::from_secs(10);
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Settings of [`poll`].
#[derive(Debug, Clone, Copy)]
pub struct Polling {
    /// The maximum of messages handled at once.
    pub at_once: usize,
    /// The visibility timeout of a received message. It is extended while the message is handled, so the messages of a dead
    /// worker are received again after this time.
    pub hidden_for: Duration,
    /// The time before a failed message is received again.
    pub hidden_after_failure: Duration,
    /// The time to finish messages in progress after a stop. The others are released.
    pub drain: Duration,
}

/// A message that was handled.
#[derive(Debug)]
pub struct Polled {
    /// The message.
    pub message: Message,
    /// The result.
    pub handled: Handled,
    /// The duration.
    pub took: Duration,
}

/// An event of [`poll`].
#[derive(Debug)]
pub enum PollEvent<'a> {
    /// A message was handled.
    Handled(&'a Polled),
    /// A receive failed temporarily. It is retried.
    NotReceived(&'a QueueError),
}

/// Handles the messages of a queue, and calls `report` with each event, until `stop` is true. Retries temporary failures of
/// the queue.
///
/// # Errors
/// Fails if messages cannot be received, and the failure is not temporary.
pub async fn poll(
    queue: Arc<dyn Queue>,
    handler: Arc<dyn Handler>,
    polling: Polling,
    mut stop: watch::Receiver<bool>,
    report: impl Fn(PollEvent<'_>),
) -> Result<(), QueueError> {
    let mut poller = Poller { queue, handler, polling, running: JoinSet::new(), messages: Vec::new() };
    let mut receiving: Option<Receiving> = None;
    let mut pause = Duration::ZERO;
    let ended = loop {
        let free = polling.at_once.max(1).saturating_sub(poller.running.len());
        if receiving.is_none() && free > 0 {
            let queue = poller.queue.clone();
            receiving = Some(tokio::spawn(async move {
                tokio::time::sleep(pause).await;
                queue.receive(free, WAIT).await
            }));
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break Ok(()),
            Some(done) = poller.running.join_next_with_id() => poller.done(done, &report),
            received = received(&mut receiving) => match received {
                Ok(messages) => {
                    pause = Duration::ZERO;
                    messages.into_iter().for_each(|message| poller.start(message));
                }
                Err(error) if error.transient => {
                    report(PollEvent::NotReceived(&error));
                    pause = (pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
                }
                Err(error) => break Err(error),
            },
        }
    };
    poller.drain(receiving, &report).await;
    ended
}

type Receiving = JoinHandle<Result<Vec<Message>, QueueError>>;

/// Waits for the receive in progress; forever if there is none.
async fn received(receiving: &mut Option<Receiving>) -> Result<Vec<Message>, QueueError> {
    let Some(in_progress) = receiving else { return std::future::pending().await };
    let received = in_progress.await;
    *receiving = None;
    match received {
        Ok(received) => received,
        Err(failed) => std::panic::resume_unwind(failed.into_panic()),
    }
}

/// The messages in progress.
struct Poller {
    queue: Arc<dyn Queue>,
    handler: Arc<dyn Handler>,
    polling: Polling,
    running: JoinSet<Polled>,
    /// The messages by the task that handles them.
    messages: Vec<(Id, Message)>,
}

impl Poller {
    fn start(&mut self, message: Message) {
        let (queue, handler, polling) = (self.queue.clone(), self.handler.clone(), self.polling);
        let kept = message.clone();
        let task = self.running.spawn(async move {
            let started = Instant::now();
            let handled = tokio::select! {
                handled = handler.handle(&message.body, None) => handled,
                never = keep_hidden(&*queue, &message, polling.hidden_for) => match never {},
            };
            settle(&*queue, &message, &handled, polling.hidden_after_failure).await;
            Polled { message, handled, took: started.elapsed() }
        });
        self.messages.push((task.id(), kept));
    }

    /// Reports a finished task. The message of a handler that panicked is received again.
    fn done(&mut self, done: Result<(Id, Polled), tokio::task::JoinError>, report: &impl Fn(PollEvent<'_>)) {
        let (id, polled) = match done {
            Ok((id, polled)) => (id, Some(polled)),
            Err(failed) => (failed.id(), None),
        };
        let at = self.messages.iter().position(|(task, _)| *task == id);
        let message = at.map(|at| self.messages.swap_remove(at).1);
        let panicked = || Handled::failed("the handler panicked (please report this)");
        let polled =
            polled.or(message.map(|message| Polled { message, handled: panicked(), took: Duration::ZERO }));
        if let Some(polled) = polled {
            report(PollEvent::Handled(&polled));
        }
    }

    /// Waits for messages in progress, and releases the rest, so that other workers receive them at once.
    async fn drain(mut self, receiving: Option<Receiving>, report: &impl Fn(PollEvent<'_>)) {
        let until = Instant::now() + self.polling.drain;
        if let Some(receiving) = receiving
            && let Ok(Ok(Ok(messages))) = tokio::time::timeout_at(until, receiving).await
        {
            for message in &messages {
                give_back(&*self.queue, message).await;
            }
        }
        while let Ok(Some(done)) = tokio::time::timeout_at(until, self.running.join_next_with_id()).await {
            self.done(done, report);
        }
        self.running.shutdown().await;
        for (_, message) in &self.messages {
            give_back(&*self.queue, message).await;
        }
    }
}

/// Extends the visibility timeout of a message again and again. A failed call is retried before the timeout. If all fail,
/// another worker receives the message too, which is harmless.
async fn keep_hidden(queue: &dyn Queue, message: &Message, hidden_for: Duration) -> std::convert::Infallible {
    loop {
        let _asked_again = queue.hide(message, hidden_for).await;
        tokio::time::sleep(hidden_for / 4).await;
    }
}

/// Deletes a message that succeeded; lets one that failed be received again. If the delete fails, the message is received
/// again and finds nothing to do.
async fn settle(queue: &dyn Queue, message: &Message, handled: &Handled, hidden_after_failure: Duration) {
    if handled.failure.is_some() {
        let _comes_later = queue.hide(message, hidden_after_failure).await;
        return;
    }
    for _ in 0..3 {
        match queue.delete(message).await {
            Err(error) if error.transient => tokio::time::sleep(FIRST_PAUSE).await,
            Ok(()) | Err(_) => return,
        }
    }
}

async fn give_back(queue: &dyn Queue, message: &Message) {
    let _comes_later = queue.hide(message, Duration::ZERO).await;
}
