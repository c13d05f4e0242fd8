//! A store in which something happens between two calls of a run.

use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use lake_store::Result;
use tokio::task::JoinHandle;

use crate::hooked_store::{Call, Hook};

type Event = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Lets something happen once, right before a chosen call, which waits for its end: with a number for each, a test gets
/// between any two calls of a run.
pub struct Meanwhile {
    spared: usize,
    calls: AtomicUsize,
    event: Mutex<Option<Event>>,
    /// By itself, since a run may drop a call that waits.
    under_way: tokio::sync::Mutex<Option<JoinHandle<()>>>,
}

impl Meanwhile {
    /// The event comes before the call after so many that are spared.
    pub fn before_call(spared: usize, event: impl Future<Output = ()> + Send + 'static) -> Arc<Self> {
        Arc::new(Meanwhile {
            spared,
            calls: AtomicUsize::new(0),
            event: Mutex::new(Some(Box::pin(event))),
            under_way: tokio::sync::Mutex::default(),
        })
    }

    /// Whether there was such a call. Waits for the end of the event.
    pub async fn happened(&self) -> bool {
        self.end().await;
        self.calls.load(SeqCst) > self.spared
    }

    async fn end(&self) {
        let mut under_way = self.under_way.lock().await;
        if let Some(event) = &mut *under_way {
            let ended = event.await;
            *under_way = None;
            if let Err(failed) = ended {
                std::panic::resume_unwind(failed.into_panic());
            }
        }
    }
}

#[async_trait]
impl Hook for Meanwhile {
    async fn before(&self, _call: Call, _key: &str) -> Result<()> {
        if self.calls.fetch_add(1, SeqCst) == self.spared {
            let event = self.event.lock().unwrap_or_else(PoisonError::into_inner).take();
            *self.under_way.lock().await = event.map(tokio::spawn);
            self.end().await;
        }
        Ok(())
    }
}

impl fmt::Debug for Meanwhile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meanwhile").field("spared", &self.spared).finish_non_exhaustive()
    }
}
