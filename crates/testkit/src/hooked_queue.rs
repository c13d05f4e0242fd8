//! A queue with a hook before and after every call.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use job_queue::{Message, NewMessage, Queue, QueueError};
use lake_store::{ErrorKind, StoreError};

use crate::hooked_store::{Call, Hook};

/// A queue with a hook. The key of a call is the bodies of its messages, one a line; that of a receive is empty.
#[derive(Debug)]
pub struct HookedQueue<Q, H> {
    /// The inner queue.
    pub queue: Q,
    /// The hook.
    pub hook: Arc<H>,
}

impl<Q, H: Hook> HookedQueue<Q, H> {
    async fn around<T>(
        &self,
        call: Call,
        bodies: &str,
        work: impl Future<Output = Result<T, QueueError>>,
    ) -> Result<T, QueueError> {
        self.hook.before(call, bodies).await.map_err(failed)?;
        let result = work.await?;
        self.hook.after(call, bodies).await.map_err(failed)?;
        Ok(result)
    }
}

fn failed(error: StoreError) -> QueueError {
    let transient = matches!(error.kind, ErrorKind::Transient | ErrorKind::Throttled);
    QueueError { action: "reach the queue", transient, source: error.into() }
}

#[async_trait]
impl<Q: Queue, H: Hook + 'static> Queue for HookedQueue<Q, H> {
    async fn send(&self, messages: &[NewMessage]) -> Result<Vec<Result<(), QueueError>>, QueueError> {
        let bodies: Vec<&str> = messages.iter().map(|message| message.body.as_str()).collect();
        self.around(Call::Send, &bodies.join("\n"), self.queue.send(messages)).await
    }
    async fn receive(&self, most: usize, wait: Duration) -> Result<Vec<Message>, QueueError> {
        self.around(Call::Receive, "", self.queue.receive(most, wait)).await
    }
    async fn delete(&self, message: &Message) -> Result<(), QueueError> {
        self.around(Call::Ack, &message.body, self.queue.delete(message)).await
    }
    async fn hide(&self, message: &Message, time: Duration) -> Result<(), QueueError> {
        self.around(Call::Hide, &message.body, self.queue.hide(message, time)).await
    }
}
