//! Reads a lake like an external reader.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use lake::Partition;
use walkdir::WalkDir;

/// All lines of the NDJSON parts of a partition, sorted. Like readers, takes every file below its prefix as a part.
///
/// # Errors
/// Fails if a file cannot be read, or is not a part.
pub fn partition_lines(lake: &Path, partition: Partition) -> io::Result<Vec<Vec<u8>>> {
    let folder = lake.join(partition.prefix());
    let mut lines = Vec::new();
    if !folder.exists() {
        return Ok(lines);
    }
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_file() {
            let mut part = Vec::new();
            File::open(entry.path())?.read_to_end(&mut part)?;
            let read = part_lines(&part);
            lines.extend(
                read.map_err(|error| io::Error::other(format!("{}: {error}", entry.path().display())))?,
            );
        }
    }
    lines.sort();
    Ok(lines)
}

/// The lines of one part, in order.
///
/// # Errors
/// Fails unless the part is exactly one gzip member and its last line has a line end.
pub fn part_lines(part: &[u8]) -> io::Result<Vec<Vec<u8>>> {
    let mut text = Vec::new();
    #[expect(
        clippy::disallowed_methods,
        reason = "some readers stop after one member: this is what they see"
    )]
    let mut one = flate2::bufread::GzDecoder::new(part);
    one.read_to_end(&mut text)?;
    let rest = one.into_inner().len();
    if rest > 0 {
        return Err(io::Error::other(format!("{rest} bytes follow the first gzip member")));
    }
    let mut all = Vec::new();
    flate2::bufread::MultiGzDecoder::new(part).read_to_end(&mut all)?;
    if all.len() != text.len() {
        let (one, all) = (text.len(), all.len());
        return Err(io::Error::other(format!(
            "the first gzip member has {one} bytes of text, all have {all}"
        )));
    }
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let lines = text.strip_suffix(b"\n").ok_or_else(|| io::Error::other("the last line has no end"))?;
    let lines: Vec<Vec<u8>> = lines.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    match lines.iter().position(Vec::is_empty) {
        Some(at) => Err(io::Error::other(format!("line {at} is empty"))),
        None => Ok(lines),
    }
}

#[cfg(test)]
#[path = "lake_tests.rs"]
mod tests;
