//! Days written to a folder, as a bucket that was copied to a disk.

use std::collections::BTreeSet;
use std::fs::{File, create_dir_all};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use cloudtrail_model::{Day, Kind};

use crate::{GeneratedObject, OrganizationConfig, day_objects, late_arrivals};

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DaySummary {
    /// Good CloudTrail log files.
    pub files: u64,
    /// Records in them.
    pub records: u64,
    /// Of them, the ones delivered before, byte for byte.
    pub duplicates: u64,
    /// Of them, the ones with the eventID of an earlier record and other bytes.
    pub conflicts: u64,
    /// Broken CloudTrail log files.
    pub broken: u64,
    /// Objects of other kinds: insights, network activity, aggregated events, digests.
    pub other_kinds: u64,
    /// Records in them.
    pub other_records: u64,
    /// Bytes of all objects.
    pub bytes: u64,
    /// Bytes of the text of all objects that are not broken.
    pub raw_bytes: u64,
}

impl DaySummary {
    /// Counts one object.
    pub fn add(&mut self, object: &GeneratedObject) {
        let records = object.records as u64;
        match (object.broken, object.kind) {
            (Some(_), _) => self.broken += 1,
            (None, Kind::CloudTrail) => {
                self.files += 1;
                self.records += records;
                self.duplicates += object.duplicates as u64;
                self.conflicts += object.conflicts as u64;
            }
            (None, _) => {
                self.other_kinds += 1;
                self.other_records += records;
            }
        }
        self.bytes += object.body.len() as u64;
        self.raw_bytes += object.raw_bytes;
    }
}

/// Writes all objects of a day below a folder.
///
/// # Errors
/// Fails if a file cannot be written.
pub fn write_day(config: &OrganizationConfig, day: Day, root: &Path) -> io::Result<DaySummary> {
    write_objects(day_objects(config, day), root)
}

/// Writes the late files of a day below a folder.
///
/// # Errors
/// Fails if a file cannot be written.
pub fn write_late_arrivals(config: &OrganizationConfig, day: Day, root: &Path) -> io::Result<DaySummary> {
    write_objects(late_arrivals(config, day), root)
}

fn write_objects(objects: impl Iterator<Item = GeneratedObject>, root: &Path) -> io::Result<DaySummary> {
    let mut summary = DaySummary::default();
    let mut folders: BTreeSet<PathBuf> = BTreeSet::new();
    for object in objects {
        let path = root.join(&object.key);
        if let Some(folder) = path.parent().filter(|folder| !folders.contains(*folder)) {
            create_dir_all(folder)?;
            folders.insert(folder.to_owned());
        }
        File::create(&path)?.write_all(&object.body)?;
        summary.add(&object);
    }
    Ok(summary)
}

#[cfg(test)]
#[path = "write_day_tests.rs"]
mod tests;
