//! Maps keys to paths, and rejects keys that a folder cannot hold.

use std::path::{Path, PathBuf};

use crate::{ErrorKind, Result, StoreError};

/// The folder of unpublished files, at the root of a store. It holds no keys.
pub(crate) const STAGING: &str = "_staging";

/// The folder of the temporary files of `create_new`, in [`STAGING`].
pub(crate) const NEW: &str = "_new";

/// The length of the result of [`unique`].
const UNIQUE_LEN: usize = 16;

/// The path of a key. Fails for a key that would leave the folder, that the file system would interpret, or that is in the
/// staging area.
pub(crate) fn path_of(root: &Path, action: &'static str, key: &str) -> Result<PathBuf> {
    if is_staging(key) {
        return Err(refused(action, key, "keys below _staging/ are reserved: choose another"));
    }
    Ok(root.join(relative(action, key, key)?))
}

/// Splits a prefix into a folder and the prefix of the names in it.
pub(crate) fn folder_of<'a>(action: &'static str, prefix: &'a str) -> Result<(PathBuf, &'a str)> {
    match prefix.rsplit_once('/') {
        None => Ok((PathBuf::new(), prefix)),
        Some((folder, rest)) => Ok((relative(action, prefix, folder)?, rest)),
    }
}

/// True for the staging area and everything in it.
pub(crate) fn is_staging(key: &str) -> bool {
    key.strip_prefix(STAGING).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The key of a path relative to the root; `None` if it is not UTF-8.
pub(crate) fn key_of(relative: &Path) -> Option<String> {
    let segments: Option<Vec<&str>> = relative.iter().map(|segment| segment.to_str()).collect();
    segments.map(|segments| segments.join("/"))
}

/// The path of the staged upload to `key` with the random number `unique`.
pub(crate) fn staged_name(key: &str, unique: &str) -> String {
    format!("{key}.{unique}")
}

/// The key of the upload in a file of the staging area; `None` for other files.
pub(crate) fn staged_key(name: &str) -> Option<&str> {
    let (key, unique) = name.rsplit_once('.')?;
    let is_unique = unique.len() == UNIQUE_LEN && unique.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_unique && !key.is_empty() && !key.ends_with('/')).then_some(key)
}

/// Sixteen random hexadecimal digits.
pub(crate) fn unique() -> String {
    format!("{:016x}", fastrand::u64(..))
}

/// `part` of `whole` as a relative path, each segment checked.
fn relative(action: &'static str, whole: &str, part: &str) -> Result<PathBuf> {
    let mut path = PathBuf::new();
    for segment in part.split('/') {
        match fault_of(segment) {
            Some(fault) => return Err(refused(action, whole, fault)),
            None => path.push(segment),
        }
    }
    Ok(path)
}

/// The reason why a folder cannot hold a segment; `None` if it can.
fn fault_of(segment: &str) -> Option<&'static str> {
    match segment {
        "" => Some("a folder cannot hold a key with an empty segment: remove the extra slash"),
        "." | ".." => Some("a folder cannot hold a key with the segment . or ..: write the key without it"),
        _ if segment.contains('\0') => Some("a folder cannot hold a key with a NUL byte"),
        _ if cfg!(windows) && segment.contains(['\\', ':', '*', '?', '"', '<', '>', '|']) => {
            Some("a Windows folder cannot hold a key with one of \\ : * ? \" < > |")
        }
        _ => None,
    }
}

fn refused(action: &'static str, key: &str, why: &'static str) -> StoreError {
    StoreError::new(ErrorKind::Permanent, action, key).because(why)
}
