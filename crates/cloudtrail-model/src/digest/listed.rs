//! The log files that digests list, by name, and which of them are there.

use crate::digest::digest_file::ListedLogFile;
use crate::digest::scope::{Origin, Scope};
use crate::{Kind, SourceKey};

/// One entry of a digest.
#[derive(Debug)]
pub(crate) struct Listed {
    /// The key, as the keys of log files are compared with it.
    pub(crate) name: Box<str>,
    pub(crate) sha256: [u8; 32],
    /// The number of the digest.
    pub(crate) digest: u32,
    /// Whether that digest is proven.
    pub(crate) is_proven: bool,
    /// Whether the log file is there.
    pub(crate) is_there: bool,
}

/// Whose business a log file is that a digest lists.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place<'a> {
    /// One of those that are checked, by name.
    Here(&'a str),
    /// Of the kinds that are checked, and of another day, account, region or bucket.
    Elsewhere,
    /// Of another kind.
    OtherKind,
}

/// Whose business a log file is, by what a digest lists.
pub(crate) fn place<'a>(listed: &'a ListedLogFile, digest_bucket: &str, scope: &Scope) -> Place<'a> {
    let Ok(key) = SourceKey::parse(&listed.key) else { return Place::Elsewhere };
    if !scope.kinds.contains(&key.kind) || key.kind == Kind::Digest {
        return Place::OtherKind;
    }
    let is_here = key.account == scope.account && key.region == scope.region && scope.days.contains(&key.day);
    let bucket = listed.bucket.as_deref().unwrap_or(digest_bucket);
    match scope.origin.name_in(bucket, &listed.key) {
        Some(name) if is_here => Place::Here(name),
        _ => Place::Elsewhere,
    }
}

/// All entries, sorted by name.
#[derive(Debug, Default)]
pub(crate) struct ListedLogFiles {
    entries: Vec<Listed>,
}

impl ListedLogFiles {
    pub(crate) fn of(mut entries: Vec<Listed>) -> Self {
        // of several entries of a log file a proven one comes first
        entries.sort_unstable_by(|a, b| {
            (&a.name, !a.is_proven, a.digest).cmp(&(&b.name, !b.is_proven, b.digest))
        });
        ListedLogFiles { entries }
    }

    /// The entries of the log file with a key: several, if several digests list it. Marks them as there.
    pub(crate) fn find(&mut self, key: &str, origin: &Origin) -> &[Listed] {
        let name = origin.name(key);
        let start = self.entries.partition_point(|entry| *entry.name < *name);
        let length = self.entries[start..].partition_point(|entry| *entry.name == *name);
        let found = &mut self.entries[start..start + length];
        found.iter_mut().for_each(|entry| entry.is_there = true);
        found
    }

    /// The log files that are not there: for each, its first entry.
    pub(crate) fn missing(&self) -> impl Iterator<Item = &Listed> {
        self.entries
            .chunk_by(|a, b| a.name == b.name)
            .filter_map(|entries| entries.first())
            .filter(|entry| !entry.is_there)
    }
}

#[cfg(test)]
#[path = "listed_tests.rs"]
mod tests;
