//! Tasks that end with what waits for them.

use tokio::task::JoinHandle;

/// A task that is aborted when this is dropped.
#[derive(Debug)]
pub(crate) struct Task<T>(JoinHandle<T>);

impl<T: Send + 'static> Task<T> {
    /// Starts a task.
    pub(crate) fn start(work: impl Future<Output = T> + Send + 'static) -> Self {
        Task(tokio::spawn(work))
    }

    /// Waits for its result.
    pub(crate) async fn result(mut self) -> T {
        match (&mut self.0).await {
            Ok(result) => result,
            // it is aborted only by a drop, and then nobody waits
            Err(failed) => std::panic::resume_unwind(failed.into_panic()),
        }
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
