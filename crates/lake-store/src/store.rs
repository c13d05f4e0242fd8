//! The storage port: the operations of a bucket or a folder that stages need.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use bytes::Bytes;

use crate::StoreError;

/// The result of a call to a store.
pub type Result<T> = std::result::Result<T, StoreError>;

/// The listing entry of one visible object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectMeta {
    /// The key: UTF-8, segments separated by `/`, no leading slash.
    pub key: String,
    /// Size in bytes.
    pub bytes: u64,
    /// The version of the content. Opaque; changes whenever the content does.
    pub etag: String,
}

/// The depth of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Every object whose key starts with the prefix.
    All,
    /// Objects whose key has no `/` after the prefix. Deeper ones are folded into common prefixes.
    Level,
}

/// One page of a listing. Objects and prefixes are each in the byte order of their UTF-8.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Objects on this page.
    pub objects: Vec<ObjectMeta>,
    /// Common prefixes on this page, each with its trailing slash. Only with [`Depth::Level`]. An empty folder on a disk
    /// counts as one.
    pub prefixes: Vec<String>,
    /// The token for the next page; `None` on the last one. A page may be empty without being the last.
    pub next: Option<String>,
}

/// A whole object, with what the store knows of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Described {
    /// The content.
    pub body: Bytes,
    /// Its metadata by name, in lower case and without `x-amz-meta-`. Empty on a disk.
    pub metadata: BTreeMap<String, String>,
    /// When it was written to the bucket, to the second. `None` on a disk, where the time of a file may be that of a copy.
    pub written: Option<SystemTime>,
}

/// The result of [`Store::create_new`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// The object did not exist and was created.
    Yes,
    /// An object with the key exists. An earlier try of the same call may have created it: to know, read it back and compare.
    Exists,
}

/// A bucket or a folder. Keys and prefixes are relative to its root. A prefix is a plain string prefix; `""` matches every
/// key.
///
/// **Not** errors: listing a prefix without objects, deleting a missing object, creating an existing object.
///
/// A layer must forward every method, those with a default included: put `#[deny(clippy::missing_trait_methods)]` on its
/// `impl`.
///
/// ```
/// use lake_store::{Created, Depth, ErrorKind, MemoryStore, Store, list_all};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let store = MemoryStore::new();
/// assert_eq!(store.create_new("logs/a", "first".into()).await?, Created::Yes);
/// // put-if-absent: the second writer does not overwrite the object
/// assert_eq!(store.create_new("logs/a", "second".into()).await?, Created::Exists);
/// assert_eq!(store.get("logs/a", None).await?, "first");
///
/// let page = list_all(&store, "logs/", Depth::All).await?;
/// assert_eq!((page.objects[0].key.as_str(), page.objects[0].bytes), ("logs/a", 5));
///
/// store.delete("logs/a").await?;
/// let error = store.get("logs/a", None).await.unwrap_err();
/// assert_eq!(error.kind, ErrorKind::NotFound);
/// assert_eq!(error.to_string(), "cannot read logs/a: it does not exist");
/// # Ok::<(), lake_store::StoreError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[async_trait]
pub trait Store: Send + Sync + fmt::Debug {
    /// Lists one page: the first if `page` is `None`, otherwise the one after the page with that [`Page::next`]. A page of S3
    /// has up to 1,000 entries; [`list_all`] reads every page.
    ///
    /// # Errors
    /// Fails if the listing fails, or if `page` is the token of another listing.
    async fn list(&self, prefix: &str, depth: Depth, page: Option<&str>) -> Result<Page>;

    /// Reads a whole object; with an etag, only that version.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if the object does not exist, with
    /// [`ErrorKind::Changed`](crate::ErrorKind::Changed) if it has another etag.
    async fn get(&self, key: &str, etag: Option<&str>) -> Result<Bytes>;

    /// The useful number of concurrent calls: few for a disk, where calls use the CPU; any number for a bucket, where they
    /// wait.
    fn calls_at_once(&self) -> usize {
        usize::MAX
    }

    /// The best number of small objects for one [`get_many`](Store::get_many): more than one for a disk, where a call costs
    /// more than the read; one for a bucket, where concurrent calls are faster.
    fn gets_per_call(&self) -> usize {
        1
    }

    /// Reads several whole objects in their listed versions, in the given order. Each has its own result, as of
    /// [`get`](Store::get).
    async fn get_many(&self, objects: Vec<ObjectMeta>) -> Vec<(ObjectMeta, Result<Bytes>)> {
        let mut read = Vec::with_capacity(objects.len());
        for object in objects {
            let body = self.get(&object.key, Some(&object.etag)).await;
            read.push((object, body));
        }
        read
    }

    /// Reads a range of bytes of an object. The result is shorter if the object ends before the range.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if the object does not exist.
    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes>;

    /// Reads a whole object with its metadata and the time at which it was written.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if the object does not exist.
    async fn get_described(&self, key: &str) -> Result<Described> {
        Ok(Described { body: self.get(key, None).await?, ..Described::default() })
    }

    /// Put-if-absent: creates an object, durably, only if no object has the key. Of concurrent callers at most one gets
    /// [`Created::Yes`]. Readers see the whole content or none.
    ///
    /// # Errors
    /// Fails if the object cannot be written. After a transient error it may have been created.
    async fn create_new(&self, key: &str, body: Bytes) -> Result<Created>;

    /// Starts an upload, which is invisible until it is published.
    ///
    /// # Errors
    /// Fails if the upload cannot be started.
    async fn stage(&self, key: &str) -> Result<Box<dyn StagedUpload>>;

    /// Removes every unpublished upload to keys with the prefix, those of other writers included, and returns their number.
    /// Only for prefixes whose earlier writers are fenced.
    ///
    /// # Errors
    /// Fails if the uploads cannot be listed or removed.
    async fn abandon_staged(&self, prefix: &str) -> Result<u64>;

    /// Deletes an object. A missing object counts as deleted.
    ///
    /// # Errors
    /// Fails if the object cannot be deleted.
    async fn delete(&self, key: &str) -> Result<()>;
}

/// An upload in progress. If it is dropped without [`publish`](StagedUpload::publish), nothing becomes visible, but data may
/// remain until [`Store::abandon_staged`] clears it.
#[async_trait]
pub trait StagedUpload: Send + Sync + fmt::Debug {
    /// Appends a chunk to the content.
    ///
    /// # Errors
    /// Fails if the chunk cannot be written. A failed write has no effect and may be repeated.
    async fn write(&mut self, chunk: Bytes) -> Result<()>;

    /// Makes the content durable, still invisible. No write may follow.
    ///
    /// # Errors
    /// Fails if the content cannot be made durable.
    async fn seal(&mut self) -> Result<()>;

    /// Makes the sealed object visible under its key, atomically. Idempotent. The key must be free: a bucket refuses to replace an
    /// object.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if the upload was aborted or abandoned, in a bucket with
    /// [`ErrorKind::Changed`](crate::ErrorKind::Changed) if another object has the key.
    async fn publish(&mut self) -> Result<()>;

    /// Removes the upload. Does not change a published object.
    ///
    /// # Errors
    /// Fails if the upload cannot be removed.
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
    async fn get_described(&self, key: &str) -> Result<Described> {
        (**self).get_described(key).await
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

/// Reads every page of a listing into one. Only for listings that fit in memory.
///
/// # Errors
/// Fails if a page cannot be listed.
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
