//! An upload to a folder: a temporary file in the staging area, renamed when it is published.

use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use walkdir::WalkDir;

use crate::disk::file_io::{
    blocking, io_error, is_absent, make_folders, prune, remove, sync_folder, temporary_file,
};
use crate::disk::path::{STAGING, folder_of, key_of, path_of, staged_key, staged_name};
use crate::{ErrorKind, Result, StagedUpload, StoreError};

/// Chunks are buffered up to this many bytes, then written together.
const GATHER: usize = 1 << 20;

/// Size of the buffer that joins small chunks into one call.
const BUFFER: usize = 64 << 10;

/// One upload in progress.
#[derive(Debug)]
pub(crate) struct DiskUpload {
    root: Arc<PathBuf>,
    key: String,
    temporary: PathBuf,
    target: PathBuf,
    /// Open until the upload is sealed or aborted.
    file: Option<Arc<File>>,
    /// Bytes written to the file. Bytes after them are from a failed write, and are overwritten.
    written: u64,
    gathered: Vec<Bytes>,
    gathered_bytes: usize,
    sealed: bool,
    /// Set by the blocking task that renames the file, so that it is right even if the call was dropped.
    renamed: Arc<AtomicBool>,
}

impl DiskUpload {
    /// Creates the temporary file. Blocks.
    pub(crate) fn start(root: Arc<PathBuf>, key: &str) -> Result<Self> {
        let target = path_of(&root, "stage", key)?;
        let staging = root.join(STAGING);
        let (temporary, file) = temporary_file(&root, |unique| staging.join(staged_name(key, unique)))
            .map_err(|error| io_error("stage", key, error))?;
        Ok(DiskUpload {
            root,
            key: key.to_owned(),
            temporary,
            target,
            file: Some(Arc::new(file)),
            written: 0,
            gathered: Vec::new(),
            gathered_bytes: 0,
            sealed: false,
            renamed: Arc::new(AtomicBool::new(false)),
        })
    }

    fn open_file(&self, action: &'static str) -> Result<Arc<File>> {
        self.file.clone().ok_or_else(|| {
            StoreError::new(ErrorKind::Permanent, action, self.key.as_str())
                .because("the upload is already sealed or aborted")
        })
    }

    /// Writes the buffered chunks. A failed write has no effect and may be repeated.
    async fn flush(&mut self, action: &'static str) -> Result<()> {
        let file = self.open_file(action)?;
        let (chunks, start) = (self.gathered.clone(), self.written);
        let key = self.key.clone();
        blocking(action, &self.key, move || {
            append(&file, start, &chunks).map_err(|error| io_error(action, &key, error))
        })
        .await?;
        self.written += self.gathered_bytes as u64;
        self.gathered.clear();
        self.gathered_bytes = 0;
        Ok(())
    }
}

#[async_trait]
impl StagedUpload for DiskUpload {
    async fn write(&mut self, chunk: Bytes) -> Result<()> {
        self.open_file("write")?;
        let bytes = chunk.len();
        self.gathered.push(chunk);
        self.gathered_bytes += bytes;
        if self.gathered_bytes < GATHER {
            return Ok(());
        }
        let flushed = self.flush("write").await;
        if flushed.is_err() {
            self.gathered.pop();
            self.gathered_bytes -= bytes;
        }
        flushed
    }

    async fn seal(&mut self) -> Result<()> {
        if self.sealed {
            return Ok(());
        }
        self.flush("seal").await?;
        let (file, key, written) = (self.open_file("seal")?, self.key.clone(), self.written);
        blocking("seal", &self.key, move || {
            // a failed write may have left bytes after the end
            let sealed = file.set_len(written).and_then(|()| file.sync_all());
            sealed.map_err(|error| io_error("seal", &key, error))
        })
        .await?;
        self.file = None;
        self.sealed = true;
        Ok(())
    }

    async fn publish(&mut self) -> Result<()> {
        if !self.sealed {
            return Err(StoreError::new(ErrorKind::Permanent, "publish", self.key.as_str())
                .because("the upload is not sealed"));
        }
        let (root, key, renamed) = (self.root.clone(), self.key.clone(), self.renamed.clone());
        let (temporary, target) = (self.temporary.clone(), self.target.clone());
        blocking("publish", &self.key, move || publish(&root, &key, &temporary, &target, &renamed)).await
    }

    async fn abort(&mut self) -> Result<()> {
        if self.renamed.load(Ordering::Acquire) {
            return Ok(());
        }
        self.file = None;
        self.gathered.clear();
        let (root, key, temporary) = (self.root.clone(), self.key.clone(), self.temporary.clone());
        blocking("abort", &self.key, move || match remove(&temporary) {
            Ok(_) => {
                prune(&temporary, &root.join(STAGING));
                Ok(())
            }
            Err(error) => Err(io_error("abort", &key, error)),
        })
        .await
    }
}

impl Drop for DiskUpload {
    fn drop(&mut self) {
        if !self.renamed.load(Ordering::Acquire) && matches!(remove(&self.temporary), Ok(true)) {
            prune(&self.temporary, &self.root.join(STAGING));
        }
    }
}

/// Removes every unpublished upload to a key with the prefix. Blocks.
pub(crate) fn abandon(root: &Path, prefix: &str) -> Result<u64> {
    let staging = root.join(STAGING);
    let (folder, _) = folder_of("abandon", prefix)?;
    let mut removed = 0;
    for entry in WalkDir::new(staging.join(folder)).min_depth(1) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) if error.io_error().is_some_and(is_absent) => continue,
            Err(error) => return Err(io_error("abandon", prefix, error.into())),
        };
        let Some(name) = entry.path().strip_prefix(&staging).ok().and_then(key_of) else { continue };
        if entry.file_type().is_dir() || !staged_key(&name).is_some_and(|key| key.starts_with(prefix)) {
            continue;
        }
        if remove(entry.path()).map_err(|error| io_error("abandon", prefix, error))? {
            removed += 1;
            prune(entry.path(), &staging);
        }
    }
    Ok(removed)
}

/// Writes chunks from an offset on.
fn append(mut file: &File, start: u64, chunks: &[Bytes]) -> io::Result<()> {
    file.seek(SeekFrom::Start(start))?;
    let mut out = BufWriter::with_capacity(BUFFER, file);
    for chunk in chunks {
        out.write_all(chunk)?;
    }
    out.flush()
}

fn publish(root: &Path, key: &str, temporary: &Path, target: &Path, renamed: &AtomicBool) -> Result<()> {
    let failed = |error| io_error("publish", key, error);
    let folder = target.parent().unwrap_or(root);
    if !renamed.load(Ordering::Acquire) {
        make_folders(root, folder).map_err(failed)?;
        match fs::rename(temporary, target) {
            Ok(()) => renamed.store(true, Ordering::Release),
            Err(error) if is_absent(&error) && !temporary.exists() => {
                return Err(StoreError::new(ErrorKind::NotFound, "publish", key)
                    .because("the upload was abandoned or aborted"));
            }
            Err(error) => return Err(failed(error)),
        }
        prune(temporary, &root.join(STAGING));
    }
    sync_folder(folder).map_err(failed)
}

#[cfg(test)]
#[path = "staged_tests.rs"]
mod tests;
