//! File system calls of the disk backend: on the blocking pool, durable, with classified errors.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::disk::path::unique;
use crate::{ErrorKind, Result, StoreError};

/// Retries of creating a temporary file whose folder was removed, or whose name was taken, concurrently.
const TEMP_TRIES: usize = 100;

/// Runs the blocking work of one call on the blocking pool.
pub(crate) async fn blocking<T, F>(action: &'static str, key: &str, work: F) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(StoreError::new(ErrorKind::Permanent, action, key).because(error)),
    }
}

/// Classifies an error of the file system.
pub(crate) fn kind_of(error: &io::Error) -> ErrorKind {
    use io::ErrorKind as Io;
    match error.kind() {
        Io::NotFound => ErrorKind::NotFound,
        Io::PermissionDenied | Io::ReadOnlyFilesystem => ErrorKind::Denied,
        Io::Interrupted | Io::TimedOut | Io::WouldBlock | Io::ResourceBusy | Io::StaleNetworkFileHandle => {
            ErrorKind::Transient
        }
        _ if too_many_open_files(error) => ErrorKind::Transient,
        _ => ErrorKind::Permanent,
    }
}

/// Wraps an error of the file system.
pub(crate) fn io_error(action: &'static str, key: &str, error: io::Error) -> StoreError {
    StoreError::new(kind_of(&error), action, key).because(error)
}

/// True if nothing can exist at or below the path: it is missing, or one of its folders is a file.
pub(crate) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Creates the folders below `root` down to `folder`, each durable in its parent. Never creates `root` itself: an unmounted
/// disk is an error.
pub(crate) fn make_folders(root: &Path, folder: &Path) -> io::Result<()> {
    if folder == root || folder.is_dir() {
        return Ok(());
    }
    let Some(parent) = folder.parent() else { return Ok(()) };
    make_folders(root, parent)?;
    match fs::create_dir(folder) {
        // a concurrent writer that created it may not have synced yet
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
        other => other?,
    }
    sync_folder(parent)
}

/// Syncs the entries of a folder.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    // only Unix can open a folder as a file; other file systems order the entries themselves
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Creates a file with a unique name, `name` of a random number, and the folders above it.
pub(crate) fn temporary_file(root: &Path, name: impl Fn(&str) -> PathBuf) -> io::Result<(PathBuf, File)> {
    let mut tries = 0;
    loop {
        tries += 1;
        let path = name(&unique());
        let made = match path.parent() {
            Some(folder) => make_folders(root, folder),
            None => Ok(()),
        };
        match made.and_then(|()| OpenOptions::new().write(true).create_new(true).open(&path)) {
            Ok(file) => return Ok((path, file)),
            Err(error) if tries < TEMP_TRIES && may_pass(&error) && root.is_dir() => {}
            Err(error) => return Err(error),
        }
    }
}

/// Removes a file; a missing one counts as removed. True if it existed.
pub(crate) fn remove(path: &Path) -> io::Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if is_absent(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Removes empty folders above `path`, up to but not including `stop`. Best effort: errors are ignored.
pub(crate) fn prune(path: &Path, stop: &Path) {
    let mut folder = path.parent();
    while let Some(empty) = folder {
        if empty == stop || !empty.starts_with(stop) || fs::remove_dir(empty).is_err() {
            return;
        }
        folder = empty.parent();
    }
}

/// Whether the folder was pruned concurrently, or the name was taken.
fn may_pass(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::AlreadyExists)
}

/// `ENFILE` and `EMFILE`, which pass when files are closed.
fn too_many_open_files(error: &io::Error) -> bool {
    cfg!(unix) && matches!(error.raw_os_error(), Some(23 | 24))
}
