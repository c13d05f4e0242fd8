//! The disk backend: a store in a folder.

mod file_io;
mod folder;
mod list;
mod path;
mod staged;

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

use crate::disk::file_io::{
    blocking, io_error, is_absent, make_folders, remove, sync_folder, temporary_file,
};
use crate::disk::folder::Folder;
use crate::disk::list::{etag_of, list};
use crate::disk::path::{NEW, STAGING, path_of};
use crate::disk::staged::{DiskUpload, abandon};
use crate::{
    Created, Depth, ErrorKind, ObjectMeta, Page, Result, StagedUpload, Store, StoreError, Unreadable,
};

/// Enough to queue requests at a slow disk; each takes a thread.
const CALLS_AT_ONCE: usize = 8;

/// Files read by one blocking call, since handing a call to another thread costs as much as reading some small files.
const FILES_PER_CALL: usize = 32;

/// A store in a folder of a file system with hard links.
///
/// An object is a file; its etag is its modification time and size. Staged uploads are in `_staging/` at the root, which is
/// never listed and holds no keys. A process killed while it creates an object may leave a file in `_staging/_new/`, which may
/// be deleted while nothing runs.
///
/// Unlike a bucket, a folder cannot hold both `a` and `a/b`, nor empty segments, `.` or `..`: calls with such keys, and
/// listings of such prefixes, fail. File names that are not UTF-8 are ignored. Symbolic links are followed; a loop or a broken
/// link makes the listing fail.
#[derive(Debug, Clone)]
pub struct DiskStore {
    root: Arc<PathBuf>,
}

impl DiskStore {
    /// Opens an existing folder.
    ///
    /// # Errors
    /// Fails if the path does not exist, cannot be read, or is not a folder.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self> {
        let root = root.into();
        let name = root.display().to_string();
        match fs::metadata(&root) {
            Ok(metadata) if metadata.is_dir() => Ok(DiskStore { root: Arc::new(root) }),
            Ok(_) => Err(StoreError::new(ErrorKind::Permanent, "open", name)
                .because("it is not a folder: give the folder that holds the objects")),
            Err(error) => Err(io_error("open", &name, error)),
        }
    }

    /// Opens a folder, and creates it and its parents if they do not exist.
    ///
    /// # Errors
    /// Fails if the folder cannot be created, or if the path is not a folder.
    pub fn create(root: impl Into<PathBuf>) -> Result<Self> {
        let root = root.into();
        match fs::create_dir_all(&root) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                Err(io_error("create", &root.display().to_string(), error))
            }
            _ => Self::open(root),
        }
    }

    /// The path of the folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Runs the work of one call on the blocking pool.
    async fn call<T, F>(&self, action: &'static str, key: &str, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(Arc<PathBuf>, &str) -> Result<T> + Send + 'static,
    {
        let (root, owned) = (self.root.clone(), key.to_owned());
        blocking(action, key, move || {
            let result = work(root.clone(), &owned);
            result.map_err(|error| missing_root(&root, error))
        })
        .await
    }
}

#[async_trait]
impl Store for DiskStore {
    async fn list(&self, prefix: &str, depth: Depth, _page: Option<&str>) -> Result<Page> {
        self.call("list", prefix, move |root, prefix| list(&root, prefix, depth)).await
    }

    async fn get(&self, key: &str, etag: Option<&str>) -> Result<Bytes> {
        let etag = etag.map(str::to_owned);
        self.call("read", key, move |root, key| read(&root, key, etag.as_deref())).await
    }

    fn calls_at_once(&self) -> usize {
        CALLS_AT_ONCE
    }

    fn gets_per_call(&self) -> usize {
        FILES_PER_CALL
    }

    async fn get_many(&self, objects: Vec<ObjectMeta>) -> Vec<(ObjectMeta, Result<Bytes>)> {
        let root = self.root.clone();
        match tokio::task::spawn_blocking(move || read_many(&root, objects)).await {
            Ok(read) => read,
            Err(failed) => std::panic::resume_unwind(failed.into_panic()),
        }
    }

    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes> {
        self.call("read", key, move |root, key| read_range(&root, key, range)).await
    }

    async fn create_new(&self, key: &str, body: Bytes) -> Result<Created> {
        self.call("create", key, move |root, key| create_new(&root, key, &body)).await
    }

    async fn stage(&self, key: &str) -> Result<Box<dyn StagedUpload>> {
        let upload = self.call("stage", key, DiskUpload::start).await?;
        Ok(Box::new(upload))
    }

    async fn abandon_staged(&self, prefix: &str) -> Result<u64> {
        self.call("abandon", prefix, |root, prefix| abandon(&root, prefix)).await
    }

    async fn delete(&self, key: &str) -> Result<()> {
        self.call("delete", key, |root, key| delete(&root, key)).await
    }
}

/// The error, or the one for a root folder that is gone.
fn missing_root(root: &Path, error: StoreError) -> StoreError {
    if error.kind == ErrorKind::NotFound && !root.is_dir() {
        return StoreError::new(ErrorKind::Permanent, error.action, error.key)
            .because(format!("the folder {} is gone: mount its disk or restore it", root.display()));
    }
    error
}

/// Reads a whole file in the requested version.
fn read(root: &Path, key: &str, etag: Option<&str>) -> Result<Bytes> {
    let path = path_of(root, "read", key)?;
    read_file(key, File::open(path), etag)
}

/// Reads whole files, each relative to its open folder.
fn read_many(root: &Path, objects: Vec<ObjectMeta>) -> Vec<(ObjectMeta, Result<Bytes>)> {
    let mut folder: Option<Folder> = None;
    let read = objects.into_iter().map(|object| {
        let body = path_of(root, "read", &object.key).and_then(|path| {
            let file = Folder::open_file(&mut folder, &path);
            read_file(&object.key, file, Some(&object.etag))
        });
        (object, body.map_err(|error| missing_root(root, error)))
    });
    read.collect()
}

/// The content of a file in the requested version. Fails if the file is replaced or overwritten during the read.
fn read_file(key: &str, file: io::Result<File>, etag: Option<&str>) -> Result<Bytes> {
    let failed = |error| io_error("read", key, error);
    let changed = || StoreError::new(ErrorKind::Changed, "read", key);
    let (file, metadata) = opened(key, file)?;
    let before = etag_of(&metadata).map_err(failed)?;
    if etag.is_some_and(|etag| etag != before) {
        return Err(changed());
    }
    let mut content = room(key, metadata.len())?;
    match (&file).read_exact(&mut content) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(changed()),
        read => read.map_err(failed)?,
    }
    // the etag also detects a file that has grown
    let after = file.metadata().and_then(|metadata| etag_of(&metadata)).map_err(failed)?;
    if before != after { Err(changed()) } else { Ok(content.into()) }
}

fn read_range(root: &Path, key: &str, range: Range<u64>) -> Result<Bytes> {
    let failed = |error| io_error("read", key, error);
    let path = path_of(root, "read", key)?;
    let (mut file, metadata) = opened(key, File::open(path))?;
    let wanted = range.end.min(metadata.len()).saturating_sub(range.start);
    let mut content = room(key, wanted)?;
    file.seek(SeekFrom::Start(range.start)).map_err(failed)?;
    match file.read_exact(&mut content) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Err(StoreError::new(ErrorKind::Changed, "read", key))
        }
        read => read.map(|()| content.into()).map_err(failed),
    }
}

/// Opens a file. Neither a folder nor a path below a file is an object.
fn opened(key: &str, file: io::Result<File>) -> Result<(File, Metadata)> {
    match file.and_then(|file| file.metadata().map(|metadata| (file, metadata))) {
        Ok((_, metadata)) if metadata.is_dir() => Err(StoreError::new(ErrorKind::NotFound, "read", key)),
        Ok(opened) => Ok(opened),
        Err(error) if is_absent(&error) => {
            Err(StoreError::new(ErrorKind::NotFound, "read", key).because(error))
        }
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            let kind = ErrorKind::Unreadable(Unreadable::AccessDenied);
            Err(StoreError::new(kind, "read", key).because(error))
        }
        Err(error) => Err(io_error("read", key, error)),
    }
}

/// A buffer for the content. Fails, rather than aborts the process, if the size reported by the file system does not fit.
fn room(key: &str, bytes: u64) -> Result<Vec<u8>> {
    let mut content = Vec::new();
    let length = usize::try_from(bytes).ok();
    let Some(length) = length.filter(|length| content.try_reserve_exact(*length).is_ok()) else {
        return Err(StoreError::new(ErrorKind::Permanent, "read", key)
            .because(format!("its {bytes} bytes do not fit in memory")));
    };
    content.resize(length, 0);
    Ok(content)
}

/// Writes the content to a temporary file, then hard-links it to its name: the link fails if the name is taken, so at most
/// one of several writers succeeds.
fn create_new(root: &Path, key: &str, body: &[u8]) -> Result<Created> {
    let failed = |error| io_error("create", key, error);
    let target = path_of(root, "create", key)?;
    if let Ok(metadata) = fs::symlink_metadata(&target) {
        return exists(key, &metadata);
    }
    let folder = target.parent().unwrap_or(root);
    make_folders(root, folder).map_err(failed)?;
    let new = root.join(STAGING).join(NEW);
    let (path, mut file) = temporary_file(root, |unique| new.join(unique)).map_err(failed)?;
    let temporary = Temporary(path);
    file.write_all(body).and_then(|()| file.sync_all()).map_err(failed)?;
    drop(file);
    match fs::hard_link(&temporary.0, &target) {
        Ok(()) => {
            drop(temporary);
            sync_folder(folder).map_err(failed)?;
            Ok(Created::Yes)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            exists(key, &fs::symlink_metadata(&target).map_err(failed)?)
        }
        Err(error) => Err(failed(error)),
    }
}

/// Fails if a folder has the name of the object: `Exists` would name an object that cannot be read.
fn exists(key: &str, metadata: &Metadata) -> Result<Created> {
    if metadata.is_dir() {
        return Err(StoreError::new(ErrorKind::Permanent, "create", key)
            .because("a folder has this name: move the folder, or choose another key"));
    }
    Ok(Created::Exists)
}

fn delete(root: &Path, key: &str) -> Result<()> {
    let path = path_of(root, "delete", key)?;
    match remove(&path) {
        Ok(_) => Ok(()),
        // the path is a folder, so the object does not exist
        Err(_) if fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_dir()) => Ok(()),
        Err(error) => Err(io_error("delete", key, error)),
    }
}

/// A temporary file, removed on drop.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // a file left behind is invisible: see `DiskStore`
        let _ = remove(&self.0);
    }
}

#[cfg(test)]
#[path = "disk_tests.rs"]
mod tests;
