//! An open folder, to open its files without resolving the whole path again.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// The folder that files were last opened in.
#[cfg_attr(not(unix), expect(dead_code, reason = "files are opened by their whole path on other systems"))]
pub(crate) struct Folder {
    path: PathBuf,
    #[cfg(unix)]
    handle: File,
}

impl Folder {
    /// Opens a file for reading relative to its folder, which is kept in `last`.
    #[cfg(unix)]
    pub(crate) fn open_file(last: &mut Option<Folder>, file: &Path) -> io::Result<File> {
        use rustix::fs::{Mode, OFlags, openat};
        use rustix::io::retry_on_intr;

        let (Some(path), Some(name)) = (file.parent(), file.file_name()) else { return File::open(file) };
        let folder = match last.take() {
            Some(folder) if folder.path == path => folder,
            _ => Folder { path: path.to_owned(), handle: File::open(path)? },
        };
        let handle = &last.insert(folder).handle;
        // the flags of `File::open`
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        let opened = retry_on_intr(|| openat(handle, name, flags, Mode::empty()))?;
        Ok(opened.into())
    }

    /// Opens a file for reading.
    #[cfg(not(unix))]
    pub(crate) fn open_file(_last: &mut Option<Folder>, file: &Path) -> io::Result<File> {
        File::open(file)
    }
}
