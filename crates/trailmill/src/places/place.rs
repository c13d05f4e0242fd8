//! Where a source or a lake is: a folder, or a prefix of a bucket.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use lake_aws::{BadLocation, S3Location};

/// A folder, or a prefix of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    Folder(PathBuf),
    Bucket(S3Location),
}

impl TryFrom<OsString> for Place {
    type Error = BadLocation;

    fn try_from(text: OsString) -> Result<Self, BadLocation> {
        match text.to_str() {
            Some(text) if S3Location::is_meant(text) => text.parse().map(Place::Bucket),
            _ => Ok(Place::Folder(text.into())),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Folder(folder) => folder.display().fmt(f),
            Place::Bucket(location) => location.fmt(f),
        }
    }
}
