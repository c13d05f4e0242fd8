//! Any bytes as a log file: no panic, and what is accepted and split agrees with serde_json.

use cloudtrail_model::{Limits, LogFile, Record};
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, rename = "Records")]
    records: Vec<&'a RawValue>,
}

fn naive(text: &[u8]) -> Option<Vec<&str>> {
    let text = std::str::from_utf8(text).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if !text.trim_start_matches([' ', '\t', '\r', '\n']).starts_with('{') {
        return None; // serde reads an array as a struct
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    reader.disable_recursion_limit();
    let envelope = Envelope::deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    let records: Vec<&str> = envelope.records.iter().map(|record| record.get()).collect();
    records.iter().all(|record| record.starts_with('{')).then_some(records)
}

fn without_space(text: &str) -> Vec<u8> {
    let (mut quoted, mut escaped) = (false, false);
    let keep = |byte: &u8| {
        if quoted {
            quoted = escaped || *byte != b'"';
            escaped = *byte == b'\\' && !escaped;
            return true;
        }
        quoted = *byte == b'"';
        !matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
    };
    text.bytes().filter(keep).collect()
}

pub(crate) fn check(text: &[u8]) {
    let parsed = LogFile::parse(text.to_vec(), &Limits::default());
    match (&parsed, naive(text)) {
        (Ok(file), Some(expected)) => {
            let lines: Vec<&[u8]> = file.records().map(|record| record.line).collect();
            assert_eq!(lines.len(), expected.len());
            for (line, expected) in lines.iter().zip(expected) {
                assert_eq!(*line, without_space(expected));
                assert!(Record::from_line(line).is_ok());
            }
        }
        (Ok(_), None) => panic!("accepted what serde_json refuses"),
        // depth is bounded here and not there
        (Err(error), Some(_)) => assert_eq!(error.reason(), "too_deep"),
        (Err(_), None) => {}
    }
    let _ = Record::from_line(text);
}
