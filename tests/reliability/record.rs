//! Records and log files of the tests, and the expected lines of the lake.

use std::collections::BTreeSet;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

/// A record, before it is serialized.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Record {
    members: Vec<(&'static str, String)>,
}

impl Record {
    /// The record with a number. Has numbers and escapes that a JSON round trip would change.
    pub(crate) fn of(number: u64, time: &str) -> Self {
        let members = vec![
            ("eventID", format!("\"00000000-0000-4000-8000-{number:012x}\"")),
            ("eventTime", format!("\"{time}\"")),
            ("eventSource", format!("\"s{}.amazonaws.com\"", number % 3)),
            ("eventName", format!("\"Get{}\"", number % 7)),
            ("requestParameters", format!(r#"{{"a":1.{number}E0,"b":"\u003d{number}"}}"#)),
            ("unheardOf", "9007199254740993".to_owned()),
        ];
        Record { members }
    }

    /// A conflicting record: the same event ID, other bytes.
    pub(crate) fn conflicting(mut self) -> Self {
        self.members[3].1 = "\"Other\"".to_owned();
        self
    }

    /// The record without an event ID, so that duplicates cannot be detected.
    pub(crate) fn without_id(mut self) -> Self {
        self.members.remove(0);
        self
    }

    /// Its line in the lake.
    pub(crate) fn line(&self) -> String {
        self.written("")
    }

    /// The month of its time, as `2026-10`.
    pub(crate) fn month(&self) -> &str {
        let time = self.members.iter().find(|(name, _)| *name == "eventTime");
        &time.unwrap().1[1..8]
    }

    fn written(&self, space: &str) -> String {
        let members: Vec<String> = self
            .members
            .iter()
            .map(|(name, value)| format!("{space}\"{name}\"{space}:{space}{value}"))
            .collect();
        format!("{{{}{space}}}", members.join(","))
    }
}

/// A log file of records, with white space that the lake removes.
pub(crate) fn log_file(records: &[Record]) -> Vec<u8> {
    let records: Vec<String> = records.iter().map(|record| record.written(" ")).collect();
    let text = format!("{{\"Records\" : [{}] }}\n", records.join(",\r\n\t"));
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// The expected lines of a partition with these records, sorted: deduplicated by (eventID, exact bytes); records without an
/// ID are all kept.
pub(crate) fn once_each<'a>(records: impl IntoIterator<Item = &'a Record>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut lines: Vec<String> = records
        .into_iter()
        .filter(|record| record.members[0].0 != "eventID" || seen.insert((*record).clone()))
        .map(Record::line)
        .collect();
    lines.sort_unstable();
    lines
}
