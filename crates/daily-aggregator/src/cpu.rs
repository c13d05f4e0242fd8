//! The threads that decode and compress.
//!
//! A pool of their own, as many as there are cores: blocks of memory then come from few threads, and the allocator keeps
//! little back. On tokio's blocking threads the same run held twice as much (docs/internals/performance.md).

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use std::{io, thread};

use block_deflate::{Compressor, Level};
use tokio::sync::oneshot;

use crate::progress::{Progress, Work};
use crate::read::gunzip::Gunzip;

/// Runs work that keeps a core busy, off the threads that wait for storage. The threads end with the last clone.
#[derive(Debug, Clone)]
pub(crate) struct Cpu {
    work: Sender<Piece>,
    pub(crate) threads: usize,
    progress: Arc<Progress>,
}

type Piece = Box<dyn FnOnce(&mut Tools) + Send>;

/// What a thread keeps from one piece of work to the next.
pub(crate) struct Tools {
    pub(crate) gunzip: Gunzip,
    pub(crate) compressor: Compressor,
}

impl Cpu {
    /// `level` is how hard blocks are compressed.
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

    /// Starts a piece of work as soon as a thread is free, in the order of the calls.
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
            // nobody listens where the run has failed meanwhile
            let _unheard = sender.send(result);
        });
        // the threads are there as long as this is
        let _taken = self.work.send(piece);
        Started(receiver)
    }
}

/// Does one piece after the other until no more can come.
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

/// A piece of work in progress.
#[derive(Debug)]
pub(crate) struct Started<T>(oneshot::Receiver<thread::Result<T>>);

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
