//! A store with a hook before and after every call.

use std::fmt::Debug;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use lake_store::{
    Created, Depth, Described, ErrorKind, ObjectMeta, Page, Result, StagedUpload, Store, StoreError,
};

/// A call to a store or a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// A page of a listing; the key is the prefix.
    List,
    /// A read of a whole object, alone or as one of a `get_many`.
    Get,
    /// A read of a range of an object.
    GetRange,
    /// A put-if-absent.
    Create,
    /// The start of an upload.
    Stage,
    /// A write of a chunk to an upload.
    Write,
    /// An upload sealed.
    Seal,
    /// An upload published.
    Publish,
    /// An upload aborted by its writer.
    Abort,
    /// All uploads below a prefix abandoned; the key is the prefix.
    Abandon,
    /// A delete of an object.
    Delete,
    /// Messages sent; the key of a call to a queue is the bodies of its messages.
    Send,
    /// Messages received.
    Receive,
    /// A message deleted.
    Ack,
    /// A change of the visibility timeout of a message.
    Hide,
}

impl Call {
    /// Whether it changes the store or the queue.
    pub fn is_effect(self) -> bool {
        !matches!(self, Call::List | Call::Get | Call::GetRange)
    }
}

/// Code that runs before and after every call. Its error replaces the result of the call.
#[async_trait]
pub trait Hook: Send + Sync + Debug {
    /// Runs before the call reaches the store.
    ///
    /// # Errors
    /// Fails to fail the call, which is then not carried out.
    async fn before(&self, _call: Call, _key: &str) -> Result<()> {
        Ok(())
    }
    /// Runs after the store has carried out the call.
    ///
    /// # Errors
    /// Fails to fail the call, although it was carried out.
    async fn after(&self, _call: Call, _key: &str) -> Result<()> {
        Ok(())
    }
}

/// A store with a hook.
#[derive(Debug)]
pub struct Hooked<S, H> {
    /// The inner store.
    pub store: S,
    /// The hook.
    pub hook: Arc<H>,
}

impl<S, H: Hook> Hooked<S, H> {
    async fn around<T>(&self, call: Call, key: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
        around(&*self.hook, call, key, work).await
    }

    /// Runs the hook after one read of a `get_many`, unless the read failed. Returns its result.
    async fn after_get(&self, key: &str, body: Option<Result<Bytes>>) -> Result<Bytes> {
        let body = body.unwrap_or_else(|| {
            let missing = StoreError::new(ErrorKind::Permanent, "read", key);
            Err(missing.because("the store gave fewer results of get_many than there are objects"))
        })?;
        self.hook.after(Call::Get, key).await?;
        Ok(body)
    }
}

async fn around<T>(
    hook: &dyn Hook,
    call: Call,
    key: &str,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    hook.before(call, key).await?;
    let result = work.await?;
    hook.after(call, key).await?;
    Ok(result)
}

#[async_trait]
#[deny(clippy::missing_trait_methods, reason = "a layer passes on every method, those with a default too")]
impl<S: Store, H: Hook + 'static> Store for Hooked<S, H> {
    async fn list(&self, prefix: &str, depth: Depth, page: Option<&str>) -> Result<Page> {
        self.around(Call::List, prefix, self.store.list(prefix, depth, page)).await
    }
    async fn get(&self, key: &str, etag: Option<&str>) -> Result<Bytes> {
        self.around(Call::Get, key, self.store.get(key, etag)).await
    }
    fn calls_at_once(&self) -> usize {
        self.store.calls_at_once()
    }
    fn gets_per_call(&self) -> usize {
        self.store.gets_per_call()
    }
    /// A [`Call::Get`] for each object: runs the hook before each of them, reads those that it lets pass by one call, then runs
    /// the hook after each.
    async fn get_many(&self, objects: Vec<ObjectMeta>) -> Vec<(ObjectMeta, Result<Bytes>)> {
        let mut passed = Vec::new();
        let mut refused = Vec::new();
        for object in &objects {
            match self.hook.before(Call::Get, &object.key).await {
                Ok(()) => {
                    passed.push(object.clone());
                    refused.push(None);
                }
                Err(error) => refused.push(Some(error)),
            }
        }
        let mut bodies = self.store.get_many(passed).await.into_iter().map(|(_, body)| body);
        let mut read = Vec::with_capacity(objects.len());
        for (object, refused) in objects.into_iter().zip(refused) {
            let body = match refused {
                Some(error) => Err(error),
                None => self.after_get(&object.key, bodies.next()).await,
            };
            read.push((object, body));
        }
        read
    }
    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes> {
        self.around(Call::GetRange, key, self.store.get_range(key, range)).await
    }
    async fn get_described(&self, key: &str) -> Result<Described> {
        self.around(Call::Get, key, self.store.get_described(key)).await
    }
    async fn create_new(&self, key: &str, body: Bytes) -> Result<Created> {
        self.around(Call::Create, key, self.store.create_new(key, body)).await
    }
    async fn stage(&self, key: &str) -> Result<Box<dyn StagedUpload>> {
        let upload = self.around(Call::Stage, key, self.store.stage(key)).await?;
        Ok(Box::new(HookedUpload { upload, key: key.to_owned(), hook: self.hook.clone() }))
    }
    async fn abandon_staged(&self, prefix: &str) -> Result<u64> {
        self.around(Call::Abandon, prefix, self.store.abandon_staged(prefix)).await
    }
    async fn delete(&self, key: &str) -> Result<()> {
        self.around(Call::Delete, key, self.store.delete(key)).await
    }
}

#[derive(Debug)]
struct HookedUpload {
    upload: Box<dyn StagedUpload>,
    key: String,
    hook: Arc<dyn Hook>,
}

#[async_trait]
#[deny(clippy::missing_trait_methods, reason = "a layer passes on every method, those with a default too")]
impl StagedUpload for HookedUpload {
    async fn write(&mut self, chunk: Bytes) -> Result<()> {
        around(&*self.hook, Call::Write, &self.key, self.upload.write(chunk)).await
    }
    async fn seal(&mut self) -> Result<()> {
        around(&*self.hook, Call::Seal, &self.key, self.upload.seal()).await
    }
    async fn publish(&mut self) -> Result<()> {
        around(&*self.hook, Call::Publish, &self.key, self.upload.publish()).await
    }
    async fn abort(&mut self) -> Result<()> {
        around(&*self.hook, Call::Abort, &self.key, self.upload.abort()).await
    }
}

#[cfg(test)]
#[path = "hooked_store_tests.rs"]
mod tests;
