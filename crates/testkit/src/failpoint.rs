//! A failpoint: an event of the test before a chosen call of a run.

use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use lake_store::Result;
use tokio::task::JoinHandle;

use crate::hooked_store::{Call, Hook};

type Event = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Runs an event once, before a chosen call; the call waits for its end. A test that chooses each call in turn covers every
/// point between two calls of a run.
pub struct Failpoint {
    spared: usize,
    calls: AtomicUsize,
    event: Mutex<Option<Event>>,
    /// A task of its own, since a run may drop the call that waits for it.
    in_progress: tokio::sync::Mutex<Option<JoinHandle<()>>>,
}

impl Failpoint {
    /// Runs the event before the call that follows `spared` others.
    pub fn before_call(spared: usize, event: impl Future<Output = ()> + Send + 'static) -> Arc<Self> {
        Arc::new(Failpoint {
            spared,
            calls: AtomicUsize::new(0),
            event: Mutex::new(Some(Box::pin(event))),
            in_progress: tokio::sync::Mutex::default(),
        })
    }

    /// Whether the run made that call. Waits for the end of the event.
    pub async fn happened(&self) -> bool {
        self.end().await;
        self.calls.load(SeqCst) > self.spared
    }

    async fn end(&self) {
        let mut in_progress = self.in_progress.lock().await;
        if let Some(event) = &mut *in_progress {
            let ended = event.await;
            *in_progress = None;
            if let Err(failed) = ended {
                std::panic::resume_unwind(failed.into_panic());
            }
        }
    }
}

#[async_trait]
impl Hook for Failpoint {
    async fn before(&self, _call: Call, _key: &str) -> Result<()> {
        if self.calls.fetch_add(1, SeqCst) == self.spared {
            let event = self.event.lock().unwrap_or_else(PoisonError::into_inner).take();
            *self.in_progress.lock().await = event.map(tokio::spawn);
            self.end().await;
        }
        Ok(())
    }
}

impl fmt::Debug for Failpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failpoint").field("spared", &self.spared).finish_non_exhaustive()
    }
}
