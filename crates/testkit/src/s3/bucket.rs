//! A bucket: a map of objects and a map of uploads, with the rules of S3.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};
use std::ops::Bound;

use bytes::{Bytes, BytesMut};

/// Bytes of the smallest part of an upload, but of the last.
const SMALLEST_PART: usize = 5 << 20;

/// User metadata.
pub(super) type Metadata = BTreeMap<String, String>;

/// One object.
#[derive(Debug, Clone)]
pub(super) struct Object {
    pub(super) body: Bytes,
    pub(super) etag: String,
    pub(super) metadata: Metadata,
}

/// One multipart upload under way.
#[derive(Debug, Default)]
struct Upload {
    metadata: Metadata,
    parts: BTreeMap<i32, (String, Bytes)>,
}

/// A bucket.
#[derive(Debug, Default)]
pub(super) struct Bucket {
    objects: BTreeMap<String, Object>,
    /// By key and upload id, in the order S3 lists them.
    uploads: BTreeMap<(String, String), Upload>,
    last_upload: u64,
}

/// A page of a listing. Objects and common prefixes together are never more than was asked for.
#[derive(Debug, Default)]
pub(super) struct Listed {
    pub(super) objects: Vec<(String, Object)>,
    pub(super) prefixes: Vec<String>,
    /// The last entry of this page, where there are more.
    pub(super) next: Option<String>,
}

/// What S3 refuses to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    NoSuchUpload,
    InvalidPart,
    InvalidPartOrder,
    EntityTooSmall,
    PreconditionFailed,
}

impl Bucket {
    /// Entries after another, in the byte order of keys.
    pub(super) fn list(&self, prefix: &str, delimiter: Option<&str>, after: &str, most: usize) -> Listed {
        let mut listed = Listed::default();
        let mut last = after.to_owned();
        let start = prefix.max(after).to_owned();
        for (key, object) in self.objects.range(start..).take_while(|(key, _)| key.starts_with(prefix)) {
            let rest = &key[prefix.len()..];
            let common = delimiter.and_then(|delimiter| rest.find(delimiter).map(|at| at + delimiter.len()));
            let entry = common.map_or(key.as_str(), |end| &key[..prefix.len() + end]);
            // a common prefix stands for all of its keys, on one page
            if !last.is_empty() && entry <= last.as_str() {
                continue;
            }
            if listed.objects.len() + listed.prefixes.len() == most {
                listed.next = Some(last);
                break;
            }
            match common {
                Some(_) => listed.prefixes.push(entry.to_owned()),
                None => listed.objects.push((key.clone(), object.clone())),
            }
            last = entry.to_owned();
        }
        listed
    }

    pub(super) fn objects(&self) -> BTreeMap<String, Bytes> {
        self.objects.iter().map(|(key, object)| (key.clone(), object.body.clone())).collect()
    }

    pub(super) fn get(&self, key: &str) -> Option<&Object> {
        self.objects.get(key)
    }

    /// Makes or replaces an object and gives its etag; with `new`, only where there is none.
    pub(super) fn put(
        &mut self,
        key: &str,
        body: Bytes,
        metadata: Metadata,
        new: bool,
    ) -> Result<String, Refusal> {
        let etag = etag(&body);
        self.insert(key, Object { body, etag, metadata }, new)
    }

    fn insert(&mut self, key: &str, object: Object, new: bool) -> Result<String, Refusal> {
        if new && self.objects.contains_key(key) {
            return Err(Refusal::PreconditionFailed);
        }
        let etag = object.etag.clone();
        self.objects.insert(key.to_owned(), object);
        Ok(etag)
    }

    pub(super) fn delete(&mut self, key: &str) {
        self.objects.remove(key);
    }

    /// Begins an upload and gives its id.
    pub(super) fn create_upload(&mut self, key: &str, metadata: Metadata) -> String {
        self.last_upload += 1;
        let id = format!("upload-{:08}", self.last_upload);
        self.uploads.insert((key.to_owned(), id.clone()), Upload { metadata, ..Upload::default() });
        id
    }

    /// Sets a part of an upload, in place of an earlier one of its number, and gives its etag.
    pub(super) fn upload_part(
        &mut self,
        key: &str,
        id: &str,
        number: i32,
        body: Bytes,
    ) -> Result<String, Refusal> {
        let upload = self.uploads.get_mut(&named(key, id)).ok_or(Refusal::NoSuchUpload)?;
        let etag = etag(&body);
        upload.parts.insert(number, (etag.clone(), body));
        Ok(etag)
    }

    /// Makes the object of an upload of the parts named, and gives its etag. The upload is gone after it.
    pub(super) fn complete(
        &mut self,
        key: &str,
        id: &str,
        parts: &[(i32, String)],
        new: bool,
    ) -> Result<String, Refusal> {
        let upload = self.uploads.get(&named(key, id)).ok_or(Refusal::NoSuchUpload)?;
        if parts.is_empty() {
            return Err(Refusal::InvalidPart);
        }
        if !parts.is_sorted_by(|(one, _), (next, _)| one < next) {
            return Err(Refusal::InvalidPartOrder);
        }
        let mut body = BytesMut::new();
        for (at, (number, named)) in parts.iter().enumerate() {
            let (_, part) =
                upload.parts.get(number).filter(|(etag, _)| etag == named).ok_or(Refusal::InvalidPart)?;
            if part.len() < SMALLEST_PART && at + 1 < parts.len() {
                return Err(Refusal::EntityTooSmall);
            }
            body.extend_from_slice(part);
        }
        let metadata = upload.metadata.clone();
        let etag = format!("{}-{}", etag(&body), parts.len());
        let etag = self.insert(key, Object { body: body.freeze(), etag, metadata }, new)?;
        self.uploads.remove(&named(key, id));
        Ok(etag)
    }

    pub(super) fn abort(&mut self, key: &str, id: &str) -> Result<(), Refusal> {
        self.uploads.remove(&named(key, id)).map(|_| ()).ok_or(Refusal::NoSuchUpload)
    }

    /// The uploads to keys with a prefix after another, and whether there are more. Without an id, those after every
    /// upload to the key.
    pub(super) fn uploads(
        &self,
        prefix: &str,
        key: &str,
        id: Option<&str>,
        most: usize,
    ) -> (Vec<(String, String)>, bool) {
        let after = named(key, id.unwrap_or("\u{10ffff}"));
        let mut rest = self
            .uploads
            .range((Bound::Excluded(after), Bound::Unbounded))
            .map(|(name, _)| name)
            .filter(|(key, _)| key.starts_with(prefix));
        let page: Vec<_> = rest.by_ref().take(most).cloned().collect();
        let more = rest.next().is_some();
        (page, more)
    }

    pub(super) fn uploads_in_progress(&self) -> usize {
        self.uploads.len()
    }
}

fn named(key: &str, id: &str) -> (String, String) {
    (key.to_owned(), id.to_owned())
}

/// As S3's, the same of the same content.
fn etag(body: &[u8]) -> String {
    let mut halves = [DefaultHasher::new(), DefaultHasher::new()];
    for (half, hasher) in halves.iter_mut().enumerate() {
        hasher.write_usize(half);
        hasher.write(body);
    }
    halves.iter().map(|hasher| format!("{:016x}", hasher.finish())).collect()
}

#[cfg(test)]
#[path = "bucket_tests.rs"]
mod tests;
