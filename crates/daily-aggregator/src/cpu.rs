//! The threads that decode and compress.
//!
//! A pool of their own, as many as there are cores: blocks of memory then come from few threads, and the allocator keeps
//! little back. On tokio's blocking threads the same run held twice as much (docs/PERFORMANCE.md).

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::time::Instant;

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use tokio::sync::oneshot;

use crate::Progress;

/// Runs work that keeps a core busy, off the threads that wait for storage.
#[derive(Debug, Clone)]
pub(crate) struct Cpu {
    pool: Arc<ThreadPool>,
    pub(crate) threads: usize,
    progress: Arc<Progress>,
}

/// What a piece of work is, for the account of time.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Work {
    Decode,
    Compress,
}

impl Cpu {
    pub(crate) fn new(threads: usize, progress: Arc<Progress>) -> Result<Self, ThreadPoolBuildError> {
        let threads = threads.max(1);
        let pool =
            ThreadPoolBuilder::new().num_threads(threads).thread_name(|n| format!("cpu-{n}")).build()?;
        Ok(Cpu { pool: Arc::new(pool), threads, progress })
    }

    /// Starts a piece of work as soon as a thread is free, in the order of the calls.
    pub(crate) fn start<T: Send + 'static>(
        &self,
        what: Work,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Started<T> {
        let (sender, receiver) = oneshot::channel();
        let progress = self.progress.clone();
        self.pool.spawn_fifo(move || {
            let started = Instant::now();
            let result = catch_unwind(AssertUnwindSafe(work));
            progress.worked(what, started.elapsed());
            // nobody listens where the run has failed meanwhile
            let _unheard = sender.send(result);
        });
        Started(receiver)
    }
}

/// A piece of work under way.
#[derive(Debug)]
pub(crate) struct Started<T>(oneshot::Receiver<std::thread::Result<T>>);

impl<T> Started<T> {
    /// Its result. A panic of the work goes on here.
    #[expect(
        clippy::expect_used,
        reason = "the pool runs everything it was given, and every piece of work answers"
    )]
    pub(crate) async fn result(self) -> T {
        match self.0.await.expect("the thread pool dropped a piece of work") {
            Ok(result) => result,
            Err(panic) => resume_unwind(panic),
        }
    }
}
