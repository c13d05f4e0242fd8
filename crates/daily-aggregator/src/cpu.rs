//! The thread pool that decodes and compresses.
//!
//! Its own pool, with a fixed number of threads, keeps memory low: on tokio's blocking pool, with many more threads, the
//! allocator retained twice as much (docs/internals/performance.md).

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use std::{io, thread};

use block_deflate::{Compressor, Level};
use tokio::sync::oneshot;

use crate::progress::{Progress, Work};
use crate::read::gunzip::Gunzip;

/// A pool for CPU-bound work. Its threads end with the last clone.
#[derive(Debug, Clone)]
pub(crate) struct Cpu {
    work: Sender<Piece>,
    pub(crate) threads: usize,
    progress: Arc<Progress>,
}

type Piece = Box<dyn FnOnce(&mut Tools) + Send>;

/// The state of a thread that is reused from task to task.
pub(crate) struct Tools {
    pub(crate) gunzip: Gunzip,
    pub(crate) compressor: Compressor,
}

impl Cpu {
    /// A pool of threads that compress at `level`.
    ///
    /// # Errors
    /// Fails if the system cannot start a thread.
    pub(crate) fn new(threads: usize, level: Level, progress: Arc<Progress>) -> io::Result<Self> {
        let threads = threads.max(1);
        let (work, pieces) = channel();
        let pieces = Arc::new(Mutex::new(pieces));
        for number in 0..threads {
            let pieces = pieces.clone();
            thread::Builder::new().name(format!("cpu-{number}")).spawn(move || work_off(&pieces, level))?;
        }
        Ok(Cpu { work, threads, progress })
    }

    /// Runs a task as soon as a thread is free, in the order of the calls.
    pub(crate) fn start<T: Send + 'static>(
        &self,
        what: Work,
        work: impl FnOnce(&mut Tools) -> T + Send + 'static,
    ) -> Started<T> {
        let (sender, receiver) = oneshot::channel();
        let progress = self.progress.clone();
        let piece: Piece = Box::new(move |tools| {
            let started = Instant::now();
            let result = catch_unwind(AssertUnwindSafe(|| work(tools)));
            progress.worked(what, started.elapsed());
            // nobody receives the result if the run has failed
            let _unheard = sender.send(result);
        });
        // the threads live as long as the pool
        let _taken = self.work.send(piece);
        Started(receiver)
    }
}

/// Runs task after task until the pool is dropped.
fn work_off(pieces: &Mutex<Receiver<Piece>>, level: Level) {
    let mut tools = Tools { gunzip: Gunzip::new(), compressor: Compressor::new(level) };
    loop {
        let next = pieces.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match next {
            Ok(piece) => piece(&mut tools),
            Err(_) => return,
        }
    }
}

/// A task in progress.
#[derive(Debug)]
pub(crate) struct Started<T>(oneshot::Receiver<thread::Result<T>>);

impl<T> Started<T> {
    /// Waits for the result. Resumes a panic of the task.
    #[expect(clippy::expect_used, reason = "the pool runs every task, and every task sends a result")]
    pub(crate) async fn result(self) -> T {
        match self.0.await.expect("the thread pool dropped a task") {
            Ok(result) => result,
            Err(panic) => resume_unwind(panic),
        }
    }
}
