//! Receives the messages of a queue and has them handled, until it is told to stop.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{Id, JoinHandle, JoinSet};
use tokio::time::Instant;

use crate::{Handled, Handler, Message, Queue, QueueError};

/// How long to wait for a message: long enough that an idle worker asks rarely, short enough that it ends soon. A receive
/// under way is never broken off, since what it would have brought stays hidden.
const WAIT: Duration = Duration::from_secs(10);
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How messages are taken.
#[derive(Debug, Clone, Copy)]
pub struct Polling {
    /// Messages handled at once.
    pub at_once: usize,
    /// How long a message is hidden from others; as long as it is handled, this is prolonged. A worker that is gone gives
    /// its messages free after this time.
    pub hidden_for: Duration,
    /// How long a failed message is hidden before it comes again.
    pub hidden_after_failure: Duration,
    /// Time to finish what is under way once told to stop; what is not done by then others do.
    pub drain: Duration,
}

/// A message that was handled.
#[derive(Debug)]
pub struct Polled {
    /// The message.
    pub message: Message,
    /// What came of it.
    pub handled: Handled,
    /// How long it took.
    pub took: Duration,
}

/// What happened while polling.
#[derive(Debug)]
pub enum PollEvent<'a> {
    /// A message was handled.
    Handled(&'a Polled),
    /// The queue did not answer; it is asked again.
    NotReceived(&'a QueueError),
}

/// Has the messages of a queue handled, and tells `report` what happens. Ends once `stop` says so, or fails where the queue
/// cannot be used at all; a queue that does not answer for a while is asked again.
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

/// What is being received; never ends where nothing is.
async fn received(receiving: &mut Option<Receiving>) -> Result<Vec<Message>, QueueError> {
    let Some(in_progress) = receiving else { return std::future::pending().await };
    let received = in_progress.await;
    *receiving = None;
    match received {
        Ok(received) => received,
        Err(failed) => std::panic::resume_unwind(failed.into_panic()),
    }
}

/// The messages under way.
struct Poller {
    queue: Arc<dyn Queue>,
    handler: Arc<dyn Handler>,
    polling: Polling,
    running: JoinSet<Polled>,
    /// By the tasks that handle them: few.
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

    /// A handler that panicked leaves its message to the next one that receives it.
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

    /// Waits for what is under way; gives the rest back, so that others need not wait for it.
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

/// Prolongs the time that a message is hidden for, for ever. A call that fails is made again in good time; where it keeps
/// failing the message comes to others too, which changes nothing but who does it.
async fn keep_hidden(queue: &dyn Queue, message: &Message, hidden_for: Duration) -> std::convert::Infallible {
    loop {
        let _asked_again = queue.hide(message, hidden_for).await;
        tokio::time::sleep(hidden_for / 4).await;
    }
}

/// Deletes a message that is done; lets one that failed come again. Where the queue does not take it, it comes again too,
/// and finds nothing to do.
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
