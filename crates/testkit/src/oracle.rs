//! The oracle: the expected content of the lake of a folder of log files, computed by a simple, slow algorithm.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use cloudtrail_model::{Day, Limits, SourceKey, Table};
use serde::Deserialize;
use serde_json::value::RawValue;
use walkdir::WalkDir;

/// The maximum nesting depth.
const MOST_DEPTH: usize = 512;

/// The expected content of a lake, by table and delivery day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Oracle {
    /// The partitions with a log file.
    pub partitions: BTreeMap<(Table, Day), OraclePartition>,
    /// Keys of digests, which belong to no partition.
    pub digests: Vec<String>,
    /// Keys outside CloudTrail's layout.
    pub foreign: Vec<String>,
}

/// The expected content of one day of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OraclePartition {
    /// Number of log files, broken ones included.
    pub files: u64,
    /// Keys of broken log files, in order.
    pub broken: Vec<String>,
    /// Number of records in the other log files.
    pub records_in: u64,
    /// Number of duplicates: records with the eventID and bytes of an earlier one.
    pub duplicates: u64,
    /// Number of conflicts: records with the eventID of an earlier one and other bytes.
    pub conflicts: u64,
    /// All records except duplicates, without white space between tokens, sorted.
    pub lines: Vec<Vec<u8>>,
}

impl OraclePartition {
    /// The number of [`OraclePartition::lines`].
    pub fn records_out(&self) -> u64 {
        self.lines.len() as u64
    }
}

impl Oracle {
    /// Reads a folder at any level above `AWSLogs`: keys are paths relative to it.
    ///
    /// # Errors
    /// Fails if a file or folder cannot be read.
    pub fn read(root: &Path) -> io::Result<Self> {
        let mut keys = Vec::new();
        for entry in WalkDir::new(root) {
            let entry = entry?;
            if entry.file_type().is_file() {
                let path = entry.path().strip_prefix(root).map_err(io::Error::other)?;
                let key = path.to_str().ok_or_else(|| io::Error::other(format!("{path:?} is not UTF-8")))?;
                keys.push(key.to_owned());
            }
        }
        keys.sort();
        let mut oracle = Oracle::default();
        let mut seen: BTreeMap<(Table, Day), Seen> = BTreeMap::new();
        for key in keys {
            let Ok(source) = SourceKey::parse(&key) else {
                oracle.foreign.push(key);
                continue;
            };
            let Some(table) = source.kind.table() else {
                oracle.digests.push(key);
                continue;
            };
            let mut body = Vec::new();
            File::open(root.join(&key))?.read_to_end(&mut body)?;
            let place = (table, source.day);
            let partition = oracle.partitions.entry(place).or_default();
            partition.files += 1;
            match records(&body) {
                Some(records) => seen.entry(place).or_default().add(records, partition),
                None => partition.broken.push(key),
            }
        }
        for partition in oracle.partitions.values_mut() {
            partition.lines.sort();
        }
        Ok(oracle)
    }
}

/// The records of a partition so far, by eventID as written.
#[derive(Default)]
struct Seen(BTreeMap<String, BTreeSet<Vec<u8>>>);

impl Seen {
    fn add(&mut self, records: Vec<Vec<u8>>, partition: &mut OraclePartition) {
        for record in records {
            partition.records_in += 1;
            if let Some(id) = event_id(&record) {
                let same_id = self.0.entry(id).or_default();
                if same_id.contains(&record) {
                    partition.duplicates += 1;
                    continue;
                }
                partition.conflicts += u64::from(!same_id.is_empty());
                same_id.insert(record.clone());
            }
            partition.lines.push(record);
        }
    }
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "Records")]
    records: Vec<Box<RawValue>>,
}

/// The records of a log file without white space between tokens, or `None` if it is broken.
fn records(body: &[u8]) -> Option<Vec<Vec<u8>>> {
    let limits = Limits::default();
    let text = String::from_utf8(text(body, limits.max_raw_bytes)?).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    // serde reads an array of one element as a struct of one member
    if !text.trim_start().starts_with('{') || too_deep(text) {
        return None;
    }
    let envelope: Envelope = serde_json::from_str(text).ok()?;
    let most = limits.max_record_bytes as usize;
    let records: Vec<Vec<u8>> =
        envelope.records.iter().map(|record| without_space(record.get().as_bytes())).collect();
    let good = records.len() <= limits.max_records as usize
        && records.iter().all(|record| record.starts_with(b"{") && record.len() <= most);
    good.then_some(records)
}

/// The text of an object: gunzipped, every member, if it begins like gzip.
fn text(body: &[u8], most: u32) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    let reader: Box<dyn Read + '_> = match body.starts_with(&[0x1f, 0x8b]) {
        true => Box::new(flate2::read::MultiGzDecoder::new(body)),
        false => Box::new(body),
    };
    reader.take(u64::from(most) + 1).read_to_end(&mut text).ok()?;
    (text.len() <= most as usize).then_some(text)
}

/// The eventID as written, quotes and escapes included, or an aggregated event's eventId; `None` if neither is a
/// non-empty string. Of members with the same name the last one counts.
fn event_id(record: &[u8]) -> Option<String> {
    let members: BTreeMap<String, Box<RawValue>> = serde_json::from_slice(record).ok()?;
    let ids = ["eventID", "eventId"].into_iter().filter_map(|name| members.get(name));
    ids.map(|id| id.get()).find(|id| id.starts_with('"') && *id != "\"\"").map(str::to_owned)
}

/// The same JSON without white space between tokens.
fn without_space(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut in_string = false;
    let mut escaped = false;
    for &byte in text {
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = byte == b'\\' && !escaped;
            out.push(byte);
        } else if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
            in_string = byte == b'"';
            out.push(byte);
        }
    }
    out
}

/// Whether the nesting depth exceeds the maximum.
fn too_deep(text: &str) -> bool {
    let mut depth = 0usize;
    let mut in_string = false;
    let mut escaped = false;
    for byte in text.bytes() {
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = byte == b'\\' && !escaped;
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MOST_DEPTH {
            return true;
        }
    }
    false
}

#[cfg(test)]
#[path = "oracle_tests.rs"]
mod tests;
