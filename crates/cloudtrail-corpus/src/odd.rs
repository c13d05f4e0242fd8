//! Log files that look strange and are good: every one of them must be accepted.

use flate2::{Compression, GzBuilder};
use std::io::Write;

use crate::gzip::Gzip;
use crate::pretty::pretty;
use crate::sample_records;

/// What is strange about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OddKind {
    /// Three gzip members, cut in the middle of the JSON; the second one has no text at all.
    MultiMember,
    /// Not compressed, whatever its name says.
    Plain,
    /// `{"Records":[]}`.
    NoRecordsInArray,
    /// Members before and after `Records`, with `Records` inside of them.
    ExtraMembers,
    /// White space between tokens.
    Pretty,
    /// A byte order mark before the JSON.
    ByteOrderMark,
    /// A gzip header with everything that may be in one.
    HeaderFields,
}

impl OddKind {
    /// All kinds.
    pub const ALL: [OddKind; 7] = [
        OddKind::MultiMember,
        OddKind::Plain,
        OddKind::NoRecordsInArray,
        OddKind::ExtraMembers,
        OddKind::Pretty,
        OddKind::ByteOrderMark,
        OddKind::HeaderFields,
    ];

    /// Records in a file of this kind.
    pub fn records(self) -> usize {
        if self == OddKind::NoRecordsInArray { 0 } else { 3 }
    }

    /// The text of the file: what [`odd`] compresses, or not.
    pub(crate) fn text(self, seed: u64) -> Vec<u8> {
        let list = sample_records(seed, self.records()).join(",");
        let plain = format!("{{\"Records\":[{list}]}}");
        match self {
            OddKind::Pretty => pretty(plain.as_bytes()),
            OddKind::ByteOrderMark => format!("\u{feff}{plain}").into_bytes(),
            OddKind::ExtraMembers => {
                let before = r#""version":1.0,"header":{"Records":[{"eventID":"not a record"}]},"empty":{}"#;
                let after = r#""records":[],"RecordsOf":[[1,2],[]],"trailer":"\"Records\":[{}]","end":null"#;
                format!("{{{before},\"Records\":[{list}],{after}}}").into_bytes()
            }
            _ => plain.into_bytes(),
        }
    }
}

/// A good file of that kind.
pub fn odd(kind: OddKind, seed: u64) -> Vec<u8> {
    let text = kind.text(seed);
    match kind {
        OddKind::Plain => text,
        OddKind::MultiMember => {
            let (first, second) = text.split_at(text.len() / 2);
            let mut gzip = Gzip::new();
            [first, b"", second].into_iter().flat_map(|part| gzip.member(part)).collect()
        }
        OddKind::HeaderFields => with_header_fields(&text),
        _ => Gzip::new().member(&text),
    }
}

#[expect(clippy::expect_used, reason = "writing to memory does not fail")]
fn with_header_fields(text: &[u8]) -> Vec<u8> {
    let builder = GzBuilder::new()
        .filename("cloudtrail_20261122.json")
        .comment("copied by hand")
        .extra(b"AB\x04\0demo".to_vec())
        .mtime(1_795_305_600)
        .operating_system(3);
    let mut encoder = builder.write(Vec::new(), Compression::new(6));
    encoder.write_all(text).and_then(|()| encoder.finish()).expect("a vector takes everything")
}

#[cfg(test)]
#[path = "odd_tests.rs"]
mod tests;
