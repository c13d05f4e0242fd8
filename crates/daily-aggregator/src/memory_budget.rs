//! How the bytes that the daily stage may hold are shared between its steps.
//!
//! | share | what it holds |
//! |---|---|
//! | a quarter | log files as they came from the store |
//! | three quarters | their text |
//! | a quarter, of the text | files whose records wait for their block to be full |

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The bytes that a run may hold: [`Options::memory_bytes`](crate::Options::memory_bytes).
#[derive(Debug, Clone, Copy)]
pub(crate) struct MemoryBudget {
    bytes: usize,
}

impl MemoryBudget {
    pub(crate) fn new(bytes: usize) -> Self {
        MemoryBudget { bytes }
    }

    /// For log files as they came from the store.
    pub(crate) fn bodies(self) -> Share {
        Share::new(self.bytes / 4)
    }

    /// For the text of log files.
    pub(crate) fn texts(self) -> Share {
        Share::new(self.bytes / 4 * 3)
    }

    /// Bytes of files whose records wait for their block to be full. It is a third of the texts, so that the next file always
    /// finds room.
    pub(crate) fn waiting_bytes(self) -> usize {
        self.bytes / 4
    }
}

/// Bytes that may be held at once by one step.
#[derive(Debug, Clone)]
pub(crate) struct Share {
    free: Arc<Semaphore>,
    bytes: usize,
}

/// Bytes reserved of a share, until this is dropped.
#[derive(Debug)]
pub(crate) struct Reserved(Option<OwnedSemaphorePermit>);

impl Share {
    fn new(bytes: usize) -> Self {
        let bytes = bytes.clamp(1, Semaphore::MAX_PERMITS);
        Share { free: Arc::new(Semaphore::new(bytes)), bytes }
    }

    /// Bytes of small files that are handled together, at most: enough groups at once that no step waits for another.
    pub(crate) fn group_bytes(&self) -> usize {
        self.bytes / 8
    }

    /// Whether a file of so many bytes would leave too little room for others.
    pub(crate) fn is_large(&self, bytes: usize) -> bool {
        bytes > self.bytes / 2
    }

    /// Waits until so many bytes are free; all of them, for more than there are.
    pub(crate) async fn reserve(&self, bytes: usize) -> Reserved {
        let permits = u32::try_from(bytes.min(self.bytes)).unwrap_or(u32::MAX);
        Reserved(self.free.clone().acquire_many_owned(permits).await.ok())
    }
}

impl Reserved {
    /// Nothing is reserved.
    pub(crate) fn none() -> Self {
        Reserved(None)
    }

    /// Takes some of the bytes out, as far as they go.
    pub(crate) fn split(&mut self, bytes: usize) -> Reserved {
        Reserved(self.0.as_mut().and_then(|reserved| reserved.split(bytes.min(reserved.num_permits()))))
    }
}
