use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use job_queue::{Handled, Handler, Message, NewMessage, PollEvent, Polling, Queue, QueueError, poll};
use testkit::MemoryQueue;
use tokio::sync::watch;
use tokio::time::Instant;

const POLLING: Polling = Polling {
    at_once: 2,
    hidden_for: Duration::from_secs(60),
    hidden_after_failure: Duration::from_secs(5),
    drain: Duration::from_secs(25),
};

/// The work of each body: `bad` fails, a number takes that many seconds, `panic` panics.
#[derive(Debug, Default)]
struct Scripted {
    begun: Mutex<Vec<String>>,
    at_work: Mutex<(usize, usize)>,
}

#[async_trait]
impl Handler for Scripted {
    fn name(&self) -> &'static str {
        "scripted"
    }
    async fn handle(&self, body: &str, _: Option<Instant>) -> Handled {
        self.begun.lock().unwrap().push(body.to_owned());
        {
            let mut at_work = self.at_work.lock().unwrap();
            at_work.0 += 1;
            at_work.1 = at_work.1.max(at_work.0);
        }
        assert_ne!(body, "panic", "told to");
        if let Ok(seconds) = body.parse() {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
        }
        self.at_work.lock().unwrap().0 -= 1;
        if body == "bad" { Handled::failed("bad") } else { Handled::default() }
    }
}

struct World {
    queue: MemoryQueue,
    handler: Arc<Scripted>,
}

/// The reports: each body, and whether it failed.
type Said = Vec<(String, bool)>;

impl World {
    async fn with(bodies: &[&str]) -> Self {
        let queue = MemoryQueue::new(Duration::from_secs(60), 3);
        for body in bodies {
            queue.send(&[NewMessage::new(*body, "group")]).await.unwrap();
        }
        World { queue, handler: Arc::default() }
    }

    /// Polls for so long, then says stop; returns what was said, and how long it took to end.
    async fn poll_for(&self, time: Duration) -> (Said, Duration) {
        let (stop, stopped) = watch::channel(false);
        let said = Mutex::new(Said::new());
        let report = |event: PollEvent<'_>| {
            if let PollEvent::Handled(polled) = event {
                let failed = polled.handled.failure.is_some();
                said.lock().unwrap().push((polled.message.body.clone(), failed));
            }
        };
        let polling = poll(Arc::new(self.queue.clone()), self.handler.clone(), POLLING, stopped, report);
        let stopping = async {
            tokio::time::sleep(time).await;
            stop.send(true).unwrap();
            Instant::now()
        };
        let (polled, told) = tokio::join!(polling, stopping);
        polled.unwrap();
        let took = told.elapsed();
        (said.into_inner().unwrap(), took)
    }
}

const A_WHILE: Duration = Duration::from_secs(300);

#[tokio::test(start_paused = true)]
async fn messages_are_handled_concurrently_up_to_the_limit_and_deleted() {
    let world = World::with(&["3", "4", "5", "6", "7"]).await;
    let (said, _) = world.poll_for(A_WHILE).await;
    assert_eq!(said.len(), 5);
    assert_eq!(world.queue.bodies(), [""; 0]);
    assert_eq!(world.handler.at_work.lock().unwrap().1, 2, "never more than two at once");
}

#[tokio::test(start_paused = true)]
async fn a_message_that_takes_long_stays_hidden() {
    let world = World::with(&["200"]).await;
    world.poll_for(A_WHILE).await;
    assert_eq!(*world.handler.begun.lock().unwrap(), ["200"], "it is begun once");
    assert_eq!(world.queue.bodies(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_failed_message_comes_again_until_it_is_dead_and_the_others_are_done() {
    let world = World::with(&["bad", "0", "panic", "1"]).await;
    let (said, _) = world.poll_for(A_WHILE).await;
    let times = |body: &str| said.iter().filter(|(said, _)| said == body).count();
    assert_eq!((times("bad"), times("panic"), times("0"), times("1")), (3, 3, 1, 1));
    assert!(said.iter().all(|(body, failed)| *failed == matches!(body.as_str(), "bad" | "panic")));
    let mut dead = world.queue.dead();
    dead.sort_unstable();
    assert_eq!(dead, ["bad", "panic"]);
}

#[tokio::test(start_paused = true)]
async fn a_stopped_poller_finishes_messages_in_progress() {
    let world = World::with(&["20", "21", "1"]).await;
    let (said, took) = world.poll_for(Duration::from_secs(5)).await;
    assert_eq!(said.len(), 2);
    assert!((Duration::from_secs(15)..Duration::from_secs(18)).contains(&took), "{took:?}");
    assert_eq!(world.queue.bodies(), ["1"], "nothing new is begun");
}

#[tokio::test(start_paused = true)]
async fn unfinished_messages_are_released_at_once() {
    let world = World::with(&["500", "0"]).await;
    let (said, took) = world.poll_for(Duration::from_secs(2)).await;
    assert_eq!((said.len(), took), (1, POLLING.drain));
    let next = world.queue.receive(10, Duration::ZERO).await.unwrap();
    assert_eq!(next[0].body, "500", "another worker has it without waiting");
}

#[tokio::test(start_paused = true)]
async fn messages_that_come_while_it_stops_are_given_back() {
    let world = World::with(&[]).await;
    let late = async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        world.queue.send(&[NewMessage::new("late", "group")]).await.unwrap();
    };
    let ((said, _), ()) = tokio::join!(world.poll_for(Duration::from_secs(2)), late);
    assert_eq!(said, []);
    assert_eq!(world.queue.receive(10, Duration::ZERO).await.unwrap()[0].body, "late");
}

/// A queue that cannot be received from.
#[derive(Debug)]
struct Deaf {
    transient: bool,
    asked: Mutex<usize>,
}

#[async_trait]
impl Queue for Deaf {
    async fn send(&self, _: &[NewMessage]) -> Result<Vec<Result<(), QueueError>>, QueueError> {
        unreachable!()
    }
    async fn receive(&self, _: usize, _: Duration) -> Result<Vec<Message>, QueueError> {
        *self.asked.lock().unwrap() += 1;
        Err(QueueError { action: "receive", transient: self.transient, source: "no".into() })
    }
    async fn delete(&self, _: &Message) -> Result<(), QueueError> {
        unreachable!()
    }
    async fn hide(&self, _: &Message, _: Duration) -> Result<(), QueueError> {
        unreachable!()
    }
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_cannot_be_used_ends_it_and_one_that_is_away_is_asked_again() {
    for transient in [false, true] {
        let queue = Arc::new(Deaf { transient, asked: Mutex::default() });
        let (stop, stopped) = watch::channel(false);
        let events = Mutex::new(0);
        let report = |event: PollEvent<'_>| {
            assert!(matches!(event, PollEvent::NotReceived(_)));
            *events.lock().unwrap() += 1;
        };
        let polling = poll(queue.clone(), Arc::new(Scripted::default()), POLLING, stopped, report);
        let ended = tokio::time::timeout(A_WHILE, polling).await;
        let asked = *queue.asked.lock().unwrap();
        if transient {
            assert!(ended.is_err(), "it goes on");
            assert!((10..20).contains(&asked), "with pauses: {asked}");
        } else {
            assert!(ended.unwrap().is_err());
            assert_eq!((asked, *events.lock().unwrap()), (1, 0));
        }
        drop(stop);
    }
}
