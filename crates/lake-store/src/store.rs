//! The storage port: the few things a stage needs of a bucket or a folder.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

use crate::StoreError;

/// The result of a call to a store.
pub type Result<T> = std::result::Result<T, StoreError>;

/// One visible object, as a listing tells it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectMeta {
    /// Its key: UTF-8, segments divided by `/`, no slash in front.
    pub key: String,
    /// Bytes.
    pub bytes: u64,
    /// The version of its content: changes whenever the content does. Opaque.
    pub etag: String,
}

/// How far a listing goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Every object whose key starts with the prefix.
    All,
    /// Objects whose key has no `/` after the prefix; deeper ones are folded into common prefixes.
    Level,
}

/// One page of a listing, objects and prefixes each in the byte order of their UTF-8.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Objects on this page.
    pub objects: Vec<ObjectMeta>,
    /// Common prefixes on this page, each with its last slash. Only at [`Depth::Level`]. A folder on a disk is one even
    /// when nothing is left in it.
    pub prefixes: Vec<String>,
    /// Give this to the next call; `None` on the last page. A page may be empty and still not be the last.
    pub next: Option<String>,
}

/// What came of [`Store::create_new`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// The object did not exist and now does.
    Yes,
    /// An object of that key exists. Not an error, and not an answer either: an earlier try of this very call may have
    /// made it. Read it back and compare.
    Exists,
}

/// A bucket or a folder. Keys and prefixes are relative to its top; a prefix is a plain string prefix, `""` is everything.
///
/// What wraps a store passes on every method, those with a default too: `#[deny(clippy::missing_trait_methods)]` on its
/// `impl` sees to that.
///
/// What is **not** an error: listing a prefix that nothing has, deleting what is not there, creating what exists.
#[async_trait]
pub trait Store: Send + Sync + fmt::Debug {
    /// One page of a listing: the first without `page`, the following with the [`Page::next`] before. Callers must ask
    /// for every page, of common prefixes too: S3 gives 1,000 entries a page. [`list_all`] does.
    async fn list(&self, prefix: &str, depth: Depth, page: Option<&str>) -> Result<Page>;

    /// A whole object. With an etag, only that version: [`ErrorKind::Changed`](crate::ErrorKind::Changed) otherwise.
    async fn get(&self, key: &str, etag: Option<&str>) -> Result<Bytes>;

    /// How many calls at once are of use: few where they keep a core busy, as on a disk; any number where they wait, as for
    /// a bucket.
    fn calls_at_once(&self) -> usize {
        usize::MAX
    }

    /// How many small objects are best read by one call of [`get_many`](Store::get_many): more than one where a call costs
    /// more than the reading, as on a disk; one where calls should wait side by side, as for a bucket.
    fn gets_per_call(&self) -> usize {
        1
    }

    /// Several whole objects, each as [`get`](Store::get) gives it, in the order asked for.
    async fn get_many(&self, objects: Vec<ObjectMeta>) -> Vec<(ObjectMeta, Result<Bytes>)> {
        let mut read = Vec::with_capacity(objects.len());
        for object in objects {
            let body = self.get(&object.key, Some(&object.etag)).await;
            read.push((object, body));
        }
        read
    }

    /// A range of an object's bytes; shorter where the object ends before the range does.
    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes>;

    /// Creates an object with all of its content, durably, only if no object has the key: of any number of callers at
    /// most one is told [`Created::Yes`]. Nobody ever sees a part of the content.
    async fn create_new(&self, key: &str, body: Bytes) -> Result<Created>;

    /// Starts an upload that nobody can see until it is published.
    async fn stage(&self, key: &str) -> Result<Box<dyn StagedUpload>>;

    /// Throws away every unpublished upload to a key with the prefix, whoever started it, and returns their number. Only
    /// for prefixes whose earlier writers are fenced.
    async fn abandon_staged(&self, prefix: &str) -> Result<u64>;

    /// Deletes an object; one that is not there counts as deleted.
    async fn delete(&self, key: &str) -> Result<()>;
}

/// An upload in progress. Dropped without [`publish`](StagedUpload::publish), it leaves nothing visible, though perhaps
/// something for [`Store::abandon_staged`] to clear.
#[async_trait]
pub trait StagedUpload: Send + Sync + fmt::Debug {
    /// Appends to the content.
    async fn write(&mut self, chunk: Bytes) -> Result<()>;

    /// Makes what was written durable, still invisible. After it nothing may be written.
    async fn seal(&mut self) -> Result<()>;

    /// Makes the sealed object visible under its key, whole. Repeating it is harmless: where the object is already
    /// published by this upload it succeeds.
    async fn publish(&mut self) -> Result<()>;

    /// Throws the upload away. Does nothing to a published object.
    async fn abort(&mut self) -> Result<()>;
}

#[async_trait]
#[deny(clippy::missing_trait_methods, reason = "a layer passes on every method, those with a default too")]
impl<S: Store + ?Sized> Store for Arc<S> {
    async fn list(&self, prefix: &str, depth: Depth, page: Option<&str>) -> Result<Page> {
        (**self).list(prefix, depth, page).await
    }
    async fn get(&self, key: &str, etag: Option<&str>) -> Result<Bytes> {
        (**self).get(key, etag).await
    }
    fn calls_at_once(&self) -> usize {
        (**self).calls_at_once()
    }
    fn gets_per_call(&self) -> usize {
        (**self).gets_per_call()
    }
    async fn get_many(&self, objects: Vec<ObjectMeta>) -> Vec<(ObjectMeta, Result<Bytes>)> {
        (**self).get_many(objects).await
    }
    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes> {
        (**self).get_range(key, range).await
    }
    async fn create_new(&self, key: &str, body: Bytes) -> Result<Created> {
        (**self).create_new(key, body).await
    }
    async fn stage(&self, key: &str) -> Result<Box<dyn StagedUpload>> {
        (**self).stage(key).await
    }
    async fn abandon_staged(&self, prefix: &str) -> Result<u64> {
        (**self).abandon_staged(prefix).await
    }
    async fn delete(&self, key: &str) -> Result<()> {
        (**self).delete(key).await
    }
}

/// Every page of a listing in one: for prefixes known to be small enough for memory.
pub async fn list_all(store: &dyn Store, prefix: &str, depth: Depth) -> Result<Page> {
    let mut whole = store.list(prefix, depth, None).await?;
    while let Some(token) = whole.next.take() {
        let page = store.list(prefix, depth, Some(&token)).await?;
        whole.objects.extend(page.objects);
        whole.prefixes.extend(page.prefixes);
        whole.next = page.next;
    }
    Ok(whole)
}
