//! A bucket: a map of objects and a map of uploads, with the rules of S3.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};
use std::ops::Bound;

use bytes::{Bytes, BytesMut};

use super::call::Operation;

/// The minimum of bytes of a part of an upload, except the last.
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

/// One multipart upload in progress.
#[derive(Debug, Default)]
struct Upload {
    metadata: Metadata,
    parts: BTreeMap<i32, (String, Bytes)>,
}

/// A bucket.
#[derive(Debug, Default)]
pub(super) struct Bucket {
    objects: BTreeMap<String, Object>,
    /// Uploads by key and upload ID, in the order in which S3 lists them.
    uploads: BTreeMap<(String, String), Upload>,
    last_upload: u64,
    /// The operation at which `If-None-Match` has no effect.
    ignores_conditions: Option<Operation>,
}

/// A page of a listing, with at most the requested number of objects and common prefixes.
#[derive(Debug, Default)]
pub(super) struct Listed {
    pub(super) objects: Vec<(String, Object)>,
    pub(super) prefixes: Vec<String>,
    /// The last entry of this page, if more follow.
    pub(super) next: Option<String>,
}

/// Errors of S3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    NoSuchUpload,
    InvalidPart,
    InvalidPartOrder,
    EntityTooSmall,
    PreconditionFailed,
}

impl Bucket {
    /// Lists entries after another, in the byte order of keys.
    pub(super) fn list(&self, prefix: &str, delimiter: Option<&str>, after: &str, most: usize) -> Listed {
        let mut listed = Listed::default();
        let mut last = after.to_owned();
        let start = prefix.max(after).to_owned();
        for (key, object) in self.objects.range(start..).take_while(|(key, _)| key.starts_with(prefix)) {
            let rest = &key[prefix.len()..];
            let common = delimiter.and_then(|delimiter| rest.find(delimiter).map(|at| at + delimiter.len()));
            let entry = common.map_or(key.as_str(), |end| &key[..prefix.len() + end]);
            // a common prefix represents all of its keys, on one page
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

    /// Puts an object and returns its etag; with `new`, only if it does not exist.
    pub(super) fn put(
        &mut self,
        key: &str,
        body: Bytes,
        metadata: Metadata,
        new: bool,
    ) -> Result<String, Refusal> {
        let etag = etag(&body);
        let new = new && self.ignores_conditions != Some(Operation::Put);
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

    pub(super) fn ignore_conditions(&mut self, operation: Operation) {
        self.ignores_conditions = Some(operation);
    }

    pub(super) fn delete(&mut self, key: &str) {
        self.objects.remove(key);
    }

    /// Starts an upload and returns its ID.
    pub(super) fn create_upload(&mut self, key: &str, metadata: Metadata) -> String {
        self.last_upload += 1;
        let id = format!("upload-{:08}", self.last_upload);
        self.uploads.insert((key.to_owned(), id.clone()), Upload { metadata, ..Upload::default() });
        id
    }

    /// Puts a part of an upload, replacing one with the same number, and returns its etag.
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

    /// Completes an upload with the named parts, and returns the etag of the object.
    pub(super) fn complete(
        &mut self,
        key: &str,
        id: &str,
        parts: &[(i32, String)],
        new: bool,
    ) -> Result<String, Refusal> {
        let new = new && self.ignores_conditions != Some(Operation::CompleteUpload);
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

    /// Lists uploads to keys with a prefix after another, and whether more follow. Without an ID, starts after every upload to
    /// the key.
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

/// The etag: like that of S3, a function of the content.
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
