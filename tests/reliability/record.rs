//! Records and log files of the tests, and what the lake must make of them.

use std::collections::BTreeSet;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

/// A record, before anybody wrote it down.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Record {
    members: Vec<(&'static str, String)>,
}

impl Record {
    /// The record with a number, always the same, with numbers and escapes as only its own bytes have them.
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

    /// Another record with the same event id.
    pub(crate) fn conflicting(mut self) -> Self {
        self.members[3].1 = "\"Other\"".to_owned();
        self
    }

    /// The same without an event id, so that nobody can tell duplicates of it.
    pub(crate) fn without_id(mut self) -> Self {
        self.members.remove(0);
        self
    }

    /// Its bytes in the lake.
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

/// A log file of these records, with white space that the lake does not keep.
pub(crate) fn log_file(records: &[Record]) -> Vec<u8> {
    let records: Vec<String> = records.iter().map(|record| record.written(" ")).collect();
    let text = format!("{{\"Records\" : [{}] }}\n", records.join(",\r\n\t"));
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// What a partition must hold of these records, delivered in whatever files: each with an id once for each text, the others
/// as often as they came. Sorted.
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
