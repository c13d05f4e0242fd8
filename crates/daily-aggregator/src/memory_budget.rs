//! Divides the memory budget of the daily stage between its steps.
//!
//! | share | what it holds |
//! |---|---|
//! | a quarter | log files as fetched, compressed |
//! | three quarters | their text |
//! | a quarter, of the text | files whose records are in the open block |

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The memory budget of a run: [`Options::memory_bytes`](crate::Options::memory_bytes).
#[derive(Debug, Clone, Copy)]
pub(crate) struct MemoryBudget {
    bytes: usize,
}

impl MemoryBudget {
    pub(crate) fn new(bytes: usize) -> Self {
        MemoryBudget { bytes }
    }

    /// The share of log files as fetched.
    pub(crate) fn bodies(self) -> Share {
        Share::new(self.bytes / 4)
    }

    /// The share of the text of log files.
    pub(crate) fn texts(self) -> Share {
        Share::new(self.bytes / 4 * 3)
    }

    /// The maximum of bytes of files whose records are in the open block: a third of the share of texts, so that the next
    /// file always fits.
    pub(crate) fn waiting_bytes(self) -> usize {
        self.bytes / 4
    }
}

/// The share of one step.
#[derive(Debug, Clone)]
pub(crate) struct Share {
    free: Arc<Semaphore>,
    bytes: usize,
}

/// Reserved bytes of a share, released on drop.
#[derive(Debug)]
pub(crate) struct Reserved(Option<OwnedSemaphorePermit>);

impl Share {
    fn new(bytes: usize) -> Self {
        let bytes = bytes.clamp(1, Semaphore::MAX_PERMITS);
        Share { free: Arc::new(Semaphore::new(bytes)), bytes }
    }

    /// The maximum of bytes of small files that are handled as one group. Small enough that several groups fit in the share.
    pub(crate) fn group_bytes(&self) -> usize {
        self.bytes / 8
    }

    /// Whether a file of `bytes` bytes is too large to share the budget with others.
    pub(crate) fn is_large(&self, bytes: usize) -> bool {
        bytes > self.bytes / 2
    }

    /// Reserves bytes, and waits until they are free. Reserves the whole share for more than that.
    pub(crate) async fn reserve(&self, bytes: usize) -> Reserved {
        let permits = u32::try_from(bytes.min(self.bytes)).unwrap_or(u32::MAX);
        Reserved(self.free.clone().acquire_many_owned(permits).await.ok())
    }
}

impl Reserved {
    /// A reservation of no bytes.
    pub(crate) fn none() -> Self {
        Reserved(None)
    }

    /// Splits off a reservation of at most `bytes` bytes.
    pub(crate) fn split(&mut self, bytes: usize) -> Reserved {
        Reserved(self.0.as_mut().and_then(|reserved| reserved.split(bytes.min(reserved.num_permits()))))
    }
}
