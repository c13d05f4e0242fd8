//! Runs concurrent attempts by turns: each stops before its calls until it has a turn.

use std::collections::VecDeque;
use std::sync::Arc;

use async_trait::async_trait;
use lake_store::Result;
use tokio::sync::{mpsc, oneshot};

use crate::Schedule;
use crate::hooked_store::{Call, Hook};

/// The turns of some attempts. A schedule is deterministic only on a single-threaded runtime.
#[derive(Debug)]
pub struct Turns {
    events: mpsc::UnboundedReceiver<(usize, Event)>,
    sender: mpsc::UnboundedSender<(usize, Event)>,
}

/// Stops one attempt before its calls.
#[derive(Debug)]
pub struct Turn {
    attempt: usize,
    /// Whether it stops before a call.
    stops: fn(Call, &str) -> bool,
    events: mpsc::UnboundedSender<(usize, Event)>,
}

#[derive(Debug)]
enum Event {
    /// A call waits for a turn.
    Waits(oneshot::Sender<()>),
    /// A call has returned.
    Returned,
    /// The attempt has ended.
    Ended,
}

/// The state of an attempt.
#[derive(Debug, Default)]
struct Progress {
    waiting: VecDeque<oneshot::Sender<()>>,
    /// It neither waits for a turn nor has ended.
    busy: bool,
    ended: bool,
}

impl Default for Turns {
    fn default() -> Self {
        let (sender, events) = mpsc::unbounded_channel();
        Turns { events, sender }
    }
}

impl Turns {
    /// The hook of the store of an attempt. Attempts are numbered from 0.
    pub fn of(&self, attempt: usize) -> Arc<Turn> {
        Arc::new(Turn { attempt, stops: |_, _| true, events: self.sender.clone() })
    }

    /// The hook of an attempt that stops only before calls that others can observe or make fail: fewer orders that differ in
    /// nothing. Needed for an attempt that makes other calls from several threads, in no deterministic order.
    pub fn decisive(&self, attempt: usize) -> Arc<Turn> {
        Arc::new(Turn { attempt, stops: is_decisive, events: self.sender.clone() })
    }

    /// Runs attempts to their end, one call at a time, and calls `look` between calls.
    pub async fn run<T: Send + 'static>(
        mut self,
        schedule: &mut Schedule,
        attempts: Vec<impl Future<Output = T> + Send + 'static>,
        mut look: impl AsyncFnMut(),
    ) -> Vec<T> {
        let mut progress: Vec<Progress> = Vec::new();
        let mut tasks = Vec::new();
        for (number, attempt) in attempts.into_iter().enumerate() {
            let sender = self.sender.clone();
            tasks.push(tokio::spawn(async move {
                let result = attempt.await;
                // the receiver lives until all have ended
                let _heard = sender.send((number, Event::Ended));
                result
            }));
            progress.push(Progress { busy: true, ..Progress::default() });
        }
        loop {
            while progress.iter().any(|attempt| attempt.busy) {
                let Some((number, event)) = self.events.recv().await else { break };
                progress[number].hear(event);
            }
            look().await;
            let ready = progress.iter().enumerate().filter(|(_, attempt)| !attempt.waiting.is_empty());
            let ready: Vec<usize> = ready.map(|(number, _)| number).collect();
            if ready.is_empty() {
                break;
            }
            let chosen = &mut progress[schedule.choose(&ready)];
            let goes = chosen.waiting.pop_front().is_some_and(|go| go.send(()).is_ok());
            // an attempt that has dropped the call goes on with something else
            chosen.busy = goes || (chosen.waiting.is_empty() && !chosen.ended);
        }
        let mut results = Vec::new();
        for task in tasks {
            match task.await {
                Ok(result) => results.push(result),
                Err(failed) => std::panic::resume_unwind(failed.into_panic()),
            }
        }
        results
    }
}

/// Listings, calls to entries of the journal, and calls that make objects visible or delete them. Inputs, facts and markers are
/// not decisive: only their own attempt creates them, and others read them only after a commit has named them. The lake file
/// does not change once it exists.
fn is_decisive(call: Call, key: &str) -> bool {
    let is_of_one_attempt = key.ends_with(".ndjson.gz") || key.contains("/feeds/");
    match call {
        Call::Get | Call::GetRange => {
            key.starts_with("_journal/") && !is_of_one_attempt && !key.ends_with("lake.json")
        }
        Call::Create => !(key.starts_with("_journal/") && is_of_one_attempt),
        Call::Stage | Call::Write | Call::Seal => false,
        _ => true,
    }
}

impl Progress {
    fn hear(&mut self, event: Event) {
        match event {
            Event::Waits(go) => {
                self.waiting.push_back(go);
                self.busy = false;
            }
            // other concurrent calls of the attempt still wait
            Event::Returned => self.busy = self.waiting.is_empty(),
            Event::Ended => (self.busy, self.ended) = (false, true),
        }
    }
}

#[async_trait]
impl Hook for Turn {
    async fn before(&self, call: Call, key: &str) -> Result<()> {
        if !(self.stops)(call, key) {
            return Ok(());
        }
        let (go, turn) = oneshot::channel();
        let _heard = self.events.send((self.attempt, Event::Waits(go)));
        // the test has ended: run without turns
        let _mine = turn.await;
        Ok(())
    }

    async fn after(&self, call: Call, key: &str) -> Result<()> {
        if (self.stops)(call, key) {
            let _heard = self.events.send((self.attempt, Event::Returned));
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "turns_tests.rs"]
mod tests;
