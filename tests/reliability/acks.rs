//! The polling worker, with random faults of its calls: it deletes no message before its work is done, and all work is done in
//! the end.

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use fastrand::Rng;
use job_queue::{NewMessage, Polling, Queue, poll};
use lake_store::{ErrorKind, Result, StoreError};
use testkit::{Call, Hook};
use tokio::sync::watch;

use crate::check::Watch;
use crate::queues::{HIDDEN, Installation, october_but_one, october_is_made};

const POLLING: Polling = Polling {
    at_once: 2,
    hidden_for: HIDDEN,
    hidden_after_failure: Duration::from_secs(1),
    drain: Duration::from_secs(60),
};

/// Fails one call in `one_in`, at random, before or after it is carried out.
#[derive(Debug)]
struct Flaky {
    random: Mutex<Rng>,
    one_in: u32,
}

impl Flaky {
    fn fails(&self, key: &str) -> Result<()> {
        if self.random.lock().unwrap().u32(..self.one_in) > 0 {
            return Ok(());
        }
        // transient: the worker retries; a permanent error would end it
        Err(StoreError::new(ErrorKind::Transient, "reach", key).because("the fault of this test"))
    }
}

#[async_trait]
impl Hook for Flaky {
    async fn before(&self, _call: Call, key: &str) -> Result<()> {
        self.fails(key)
    }
    async fn after(&self, call: Call, key: &str) -> Result<()> {
        // a failed write has no effect, which the backends ensure
        if call == Call::Write { Ok(()) } else { self.fails(key) }
    }
}

#[tokio::test(start_paused = true)]
async fn the_worker_deletes_no_message_before_its_work_is_done() {
    let base = october_but_one().await;
    for seed in 0..40 {
        let installation = Installation::of(base.snapshot());
        let hook = Flaky { random: Mutex::new(Rng::with_seed(seed)), one_in: 400 };
        let request = NewMessage::new(r#"{"month":"2026-10"}"#, "");
        installation.requests.send(&[request]).await.unwrap().pop().unwrap().unwrap();
        let (stop, stopped) = watch::channel(false);
        let workers = installation.stations(&Arc::new(hook)).map(|station| {
            let stopped = stopped.clone();
            tokio::spawn(poll(station.queue, station.handler, POLLING, stopped, |_| {}))
        });
        while !installation.is_idle() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        stop.send(true).unwrap();
        for worker in workers {
            worker.await.unwrap().unwrap();
        }
        let context = format!("seed {seed}");
        installation.acked_early().expect(&context);
        Watch::of(&installation.world).settled().await.expect(&context);
        assert!(october_is_made(&installation.world).await, "{context}: October is not made");
    }
}
