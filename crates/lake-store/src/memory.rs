//! The memory backend, with the paging of S3: for tests and demos.

use std::collections::BTreeMap;
use std::ops::{Bound, Range};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};

use crate::{
    Created, Depth, Described, ErrorKind, ObjectMeta, Page, Result, StagedUpload, Store, StoreError,
};

/// Entries on a page of S3, objects and common prefixes together.
const PAGE_SIZE: usize = 1_000;

/// The maximum of bytes in a key of S3.
const LONGEST_KEY: usize = 1_024;

/// A store in memory. Clones share the content.
///
/// An upload that is dropped without being published remains until [`Store::abandon_staged`] clears it, like a multipart
/// upload in a bucket. [`staged_count`](MemoryStore::staged_count) counts them.
#[derive(Debug, Clone)]
pub struct MemoryStore {
    content: Arc<Mutex<Content>>,
    page_size: usize,
}

#[derive(Debug, Clone, Default)]
struct Content {
    objects: BTreeMap<String, Object>,
    staged: BTreeMap<u64, Staged>,
    /// The number of the newest version or upload.
    counter: u64,
}

#[derive(Debug, Clone)]
struct Object {
    body: Bytes,
    version: u64,
    metadata: BTreeMap<String, String>,
    written: Option<SystemTime>,
}

#[derive(Debug, Clone)]
struct Staged {
    key: String,
    chunks: Vec<Bytes>,
    sealed: bool,
}

impl MemoryStore {
    /// An empty store with pages of 1,000 entries.
    pub fn new() -> Self {
        Self::with_page_size(PAGE_SIZE)
    }

    /// An empty store with pages of at most `entries` entries, at least one.
    pub fn with_page_size(entries: usize) -> Self {
        MemoryStore { content: Arc::default(), page_size: entries.max(1) }
    }

    /// A copy of the store: the same objects in the same versions, and the same uploads.
    pub fn snapshot(&self) -> Self {
        let content = lock(&self.content).clone();
        MemoryStore { content: Arc::new(Mutex::new(content)), page_size: self.page_size }
    }

    /// Sets the metadata of an object and the time at which it was written. Returns whether the object exists.
    pub fn describe(
        &self,
        key: &str,
        metadata: BTreeMap<String, String>,
        written: Option<SystemTime>,
    ) -> bool {
        let mut content = lock(&self.content);
        let Some(object) = content.objects.get_mut(key) else { return false };
        (object.metadata, object.written) = (metadata, written);
        true
    }

    /// The number of uploads that were neither published, aborted nor abandoned.
    pub fn staged_count(&self) -> usize {
        lock(&self.content).staged.len()
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn list(&self, prefix: &str, depth: Depth, page: Option<&str>) -> Result<Page> {
        let mut from = match page {
            None => Bound::Included(prefix.to_owned()),
            Some(token) => resume(token)
                .ok_or_else(|| refused("list", prefix, "the page token is from another listing"))?,
        };
        let content = lock(&self.content);
        let mut listed = Page::default();
        let mut last = String::new();
        loop {
            let next = content.objects.range((from, Bound::Unbounded)).next();
            let Some((key, object)) = next.filter(|(key, _)| key.starts_with(prefix)) else { break };
            if listed.objects.len() + listed.prefixes.len() == self.page_size {
                listed.next = Some(last);
                break;
            }
            match common_prefix(key, prefix, depth) {
                Some(common) => {
                    listed.prefixes.push(common.to_owned());
                    last = format!("p{common}");
                    from = after_prefix(common);
                }
                None => {
                    listed.objects.push(object.meta(key));
                    last = format!("k{key}");
                    from = Bound::Excluded(key.clone());
                }
            }
        }
        Ok(listed)
    }

    async fn get(&self, key: &str, etag: Option<&str>) -> Result<Bytes> {
        let content = lock(&self.content);
        match content.objects.get(key) {
            None => Err(StoreError::new(ErrorKind::NotFound, "read", key)),
            Some(object) if etag.is_some_and(|etag| etag != object.etag()) => {
                Err(StoreError::new(ErrorKind::Changed, "read", key))
            }
            Some(object) => Ok(object.body.clone()),
        }
    }

    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes> {
        let body = self.get(key, None).await?;
        let within = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(body.len());
        let (start, end) = (within(range.start), within(range.end));
        Ok(body.slice(start.min(end)..end))
    }

    async fn get_described(&self, key: &str) -> Result<Described> {
        let content = lock(&self.content);
        let object = content.objects.get(key);
        let object = object.ok_or_else(|| StoreError::new(ErrorKind::NotFound, "read", key))?;
        let Object { body, metadata, written, .. } = object.clone();
        Ok(Described { body, metadata, written })
    }

    async fn create_new(&self, key: &str, body: Bytes) -> Result<Created> {
        check("create", key)?;
        let mut content = lock(&self.content);
        if content.objects.contains_key(key) {
            return Ok(Created::Exists);
        }
        content.put(key, body);
        Ok(Created::Yes)
    }

    async fn stage(&self, key: &str) -> Result<Box<dyn StagedUpload>> {
        check("stage", key)?;
        let mut content = lock(&self.content);
        let number = content.next();
        content.staged.insert(number, Staged { key: key.to_owned(), chunks: Vec::new(), sealed: false });
        Ok(Box::new(MemoryUpload {
            content: self.content.clone(),
            number,
            key: key.to_owned(),
            published: false,
        }))
    }

    async fn abandon_staged(&self, prefix: &str) -> Result<u64> {
        let mut content = lock(&self.content);
        let before = content.staged.len();
        content.staged.retain(|_, staged| !staged.key.starts_with(prefix));
        Ok((before - content.staged.len()) as u64)
    }

    async fn delete(&self, key: &str) -> Result<()> {
        lock(&self.content).objects.remove(key);
        Ok(())
    }
}

/// One upload in progress. The store holds its content.
#[derive(Debug)]
struct MemoryUpload {
    content: Arc<Mutex<Content>>,
    number: u64,
    key: String,
    published: bool,
}

impl MemoryUpload {
    /// Runs `work` on the upload. Fails if it was published, aborted or abandoned.
    fn with<T>(&self, action: &'static str, work: impl FnOnce(&mut Staged) -> Result<T>) -> Result<T> {
        match lock(&self.content).staged.get_mut(&self.number) {
            Some(staged) => work(staged),
            None => Err(StoreError::new(ErrorKind::NotFound, action, self.key.as_str())
                .because("the upload was published, abandoned or aborted")),
        }
    }
}

#[async_trait]
impl StagedUpload for MemoryUpload {
    async fn write(&mut self, chunk: Bytes) -> Result<()> {
        self.with("write", |staged| {
            if staged.sealed {
                return Err(refused("write", &self.key, "the upload is already sealed"));
            }
            staged.chunks.push(chunk);
            Ok(())
        })
    }

    async fn seal(&mut self) -> Result<()> {
        if self.published {
            return Ok(());
        }
        self.with("seal", |staged| {
            staged.sealed = true;
            Ok(())
        })
    }

    async fn publish(&mut self) -> Result<()> {
        if self.published {
            return Ok(());
        }
        let chunks = self.with("publish", |staged| match staged.sealed {
            true => Ok(staged.chunks.clone()),
            false => Err(refused("publish", &self.key, "the upload is not sealed")),
        })?;
        let body = join(chunks);
        let mut content = lock(&self.content);
        if content.staged.remove(&self.number).is_none() {
            return Err(StoreError::new(ErrorKind::NotFound, "publish", self.key.as_str())
                .because("the upload was abandoned"));
        }
        content.put(&self.key, body);
        self.published = true;
        Ok(())
    }

    async fn abort(&mut self) -> Result<()> {
        lock(&self.content).staged.remove(&self.number);
        Ok(())
    }
}

impl Content {
    fn next(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    fn put(&mut self, key: &str, body: Bytes) {
        let version = self.next();
        self.objects
            .insert(key.to_owned(), Object { body, version, metadata: BTreeMap::new(), written: None });
    }
}

impl Object {
    fn etag(&self) -> String {
        format!("v{}", self.version)
    }

    fn meta(&self, key: &str) -> ObjectMeta {
        ObjectMeta { key: key.to_owned(), bytes: self.body.len() as u64, etag: self.etag() }
    }
}

/// Ignores poisoning: no step under the lock can panic half-way.
fn lock(content: &Mutex<Content>) -> MutexGuard<'_, Content> {
    content.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Rejects keys that S3 rejects.
fn check(action: &'static str, key: &str) -> Result<()> {
    if key.is_empty() || key.len() > LONGEST_KEY {
        return Err(refused(action, key, "a key has 1 to 1,024 bytes: choose another"));
    }
    Ok(())
}

fn refused(action: &'static str, key: &str, why: &'static str) -> StoreError {
    StoreError::new(ErrorKind::Permanent, action, key).because(why)
}

/// The common prefix that a key is folded into, if any.
fn common_prefix<'a>(key: &'a str, prefix: &str, depth: Depth) -> Option<&'a str> {
    match depth {
        Depth::All => None,
        Depth::Level => key[prefix.len()..].find('/').map(|slash| &key[..prefix.len() + slash + 1]),
    }
}

/// The position after a page token: strictly after the entry it names, which may be gone.
fn resume(token: &str) -> Option<Bound<String>> {
    match token.split_at_checked(1)? {
        ("k", key) => Some(Bound::Excluded(key.to_owned())),
        ("p", common) => Some(after_prefix(common)),
        _ => None,
    }
}

/// The position after every key with a common prefix: `0` is the character after the slash.
fn after_prefix(common: &str) -> Bound<String> {
    Bound::Included(format!("{}0", common.strip_suffix('/').unwrap_or(common)))
}

fn join(chunks: Vec<Bytes>) -> Bytes {
    match <[Bytes; 1]>::try_from(chunks) {
        Ok([whole]) => whole,
        Err(chunks) => {
            let mut whole = BytesMut::with_capacity(chunks.iter().map(Bytes::len).sum());
            chunks.iter().for_each(|chunk| whole.extend_from_slice(chunk));
            whole.freeze()
        }
    }
}

#[cfg(test)]
#[path = "memory_tests.rs"]
mod tests;
