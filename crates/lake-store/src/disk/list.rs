//! Lists a folder like a bucket: in the byte order of whole keys, independent of folders.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;
use std::time::UNIX_EPOCH;

use walkdir::WalkDir;

use crate::disk::file_io::{io_error, is_absent, kind_of};
use crate::disk::path::{folder_of, is_staging, key_of};
use crate::{Depth, ErrorKind, ObjectMeta, Page, Result, StoreError};

/// The whole listing of a prefix, as one page.
pub(crate) fn list(root: &Path, prefix: &str, depth: Depth) -> Result<Page> {
    let (folder, rest) = folder_of("list", prefix)?;
    if is_staging(&folder.to_string_lossy()) {
        return Ok(Page::default());
    }
    let mut page = match depth {
        Depth::All => walk(root, &root.join(folder), prefix, rest)?,
        Depth::Level => look(&root.join(folder), prefix, rest)?,
    };
    if page == Page::default() && !root.is_dir() {
        return Err(StoreError::new(ErrorKind::NotFound, "list", prefix));
    }
    page.objects.sort_unstable();
    page.prefixes.sort_unstable();
    Ok(page)
}

/// The etag of a file: its modification time and size.
pub(crate) fn etag_of(metadata: &Metadata) -> io::Result<String> {
    let bytes = metadata.len();
    Ok(match metadata.modified()?.duration_since(UNIX_EPOCH) {
        Ok(after) => format!("{:x}-{bytes:x}", after.as_nanos()),
        Err(before) => format!("n{:x}-{bytes:x}", before.duration().as_nanos()),
    })
}

/// Every file below `folder`, links followed.
fn walk(root: &Path, folder: &Path, prefix: &str, rest: &str) -> Result<Page> {
    let mut page = Page::default();
    let wanted = |entry: &walkdir::DirEntry| match entry.depth() {
        0 => true,
        1 => entry.file_name().to_str().is_some_and(|name| {
            name.starts_with(rest) && !(entry.path().parent() == Some(root) && is_staging(name))
        }),
        _ => entry.file_name().to_str().is_some(),
    };
    let entries = WalkDir::new(folder).min_depth(1).follow_links(true);
    for entry in entries.into_iter().filter_entry(wanted) {
        let entry = match entry {
            Ok(entry) => entry,
            // links are resolved before they are filtered
            Err(error) if error.depth() > 0 && !is_below(root, prefix, error.path()) => continue,
            Err(error) => match walk_error(prefix, error) {
                Some(error) => return Err(error),
                None => continue,
            },
        };
        if entry.file_type().is_file()
            && let Some(key) = relative_key(root, entry.path())
            && let Some(metadata) = metadata_of(prefix, entry.path())?
        {
            page.objects.push(object(key, &metadata)?);
        }
    }
    Ok(page)
}

/// The files and folders directly in `folder`.
fn look(folder: &Path, prefix: &str, rest: &str) -> Result<Page> {
    let mut page = Page::default();
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if is_absent(&error) => return Ok(page),
        Err(error) => return Err(io_error("list", prefix, error)),
    };
    let above = prefix.strip_suffix(rest).unwrap_or(prefix);
    for entry in entries {
        let entry = entry.map_err(|error| io_error("list", prefix, error))?;
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| name.starts_with(rest)) else { continue };
        let key = format!("{above}{name}");
        if is_staging(&key) {
            continue;
        }
        let metadata = match entry.metadata() {
            // relative to the open folder, without resolving the whole path; only links are followed
            Ok(metadata) if !metadata.is_symlink() => metadata,
            _ => match metadata_of(prefix, &entry.path())? {
                Some(metadata) => metadata,
                None => continue,
            },
        };
        if metadata.is_dir() {
            page.prefixes.push(format!("{key}/"));
        } else if metadata.is_file() {
            page.objects.push(object(key, &metadata)?);
        }
    }
    Ok(page)
}

fn object(key: String, metadata: &Metadata) -> Result<ObjectMeta> {
    match etag_of(metadata) {
        Ok(etag) => Ok(ObjectMeta { key, bytes: metadata.len(), etag }),
        Err(error) => Err(io_error("list", &key, error)),
    }
}

fn relative_key(root: &Path, path: &Path) -> Option<String> {
    key_of(path.strip_prefix(root).ok()?)
}

/// True if the key of a path has the prefix.
fn is_below(root: &Path, prefix: &str, path: Option<&Path>) -> bool {
    path.and_then(|path| relative_key(root, path)).is_some_and(|key| key.starts_with(prefix))
}

/// The metadata of a path, links followed; `None` if it was deleted since its folder was read.
fn metadata_of(prefix: &str, path: &Path) -> Result<Option<Metadata>> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if is_absent(&error) => match dangling(path) {
            Some(error) => Err(error),
            None => Ok(None),
        },
        Err(error) => {
            let named = format!("{}: {error}", path.display());
            Err(StoreError::new(kind_of(&error), "list", prefix).because(named))
        }
    }
}

/// The error of the walk; `None` if it is a concurrent deletion.
fn walk_error(prefix: &str, error: walkdir::Error) -> Option<StoreError> {
    if let (Some(ancestor), Some(link)) = (error.loop_ancestor(), error.path()) {
        let why = format!(
            "the symbolic link {} leads back to {}, a folder that contains it: remove the link",
            link.display(),
            ancestor.display()
        );
        return Some(StoreError::new(ErrorKind::Permanent, "list", prefix).because(why));
    }
    let kind = match error.io_error() {
        Some(below) if is_absent(below) => return error.path().and_then(dangling),
        Some(below) => kind_of(below),
        None => ErrorKind::Permanent,
    };
    // the error text contains the path
    Some(StoreError::new(kind, "list", prefix).because(error))
}

/// The error for a broken symbolic link; `None` for any other path.
fn dangling(path: &Path) -> Option<StoreError> {
    let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
    is_link.then(|| {
        StoreError::new(ErrorKind::Permanent, "list", path.display().to_string())
            .because("it is a broken symbolic link: remove the link, or restore its target")
    })
}
