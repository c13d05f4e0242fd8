//! Log files with something wrong: one for each fault that a file must be quarantined for.

use crate::gzip::Gzip;
use crate::sample_records;

/// What is wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BrokenKind {
    /// The gzip stream ends in its middle.
    TruncatedGzip,
    /// The checksum at the end of the gzip stream is another text's.
    BadCrc,
    /// Bytes that are no gzip member follow the gzip stream.
    BytesAfterGzip,
    /// An error page of a proxy.
    NotGzipNotJson,
    /// Whole gzip, and the JSON in it ends in its middle.
    TruncatedJson,
    /// Bytes in a string that are no UTF-8.
    BadUtf8,
    /// JSON without `Records`: what other AWS services deliver.
    NoRecords,
    /// `Records` is null.
    RecordsNull,
    /// `Records` is an object.
    RecordsObject,
    /// One of the records is a string.
    RecordNotObject,
    /// A record with 100,000 arrays in one another.
    DeepNesting,
    /// 400 MiB of white space in 400 KB.
    GzipBomb,
    /// No bytes at all.
    Empty,
    /// Two members called `Records`.
    RecordsTwice,
}

impl BrokenKind {
    /// All kinds.
    pub const ALL: [BrokenKind; 14] = [
        BrokenKind::TruncatedGzip,
        BrokenKind::BadCrc,
        BrokenKind::BytesAfterGzip,
        BrokenKind::NotGzipNotJson,
        BrokenKind::TruncatedJson,
        BrokenKind::BadUtf8,
        BrokenKind::NoRecords,
        BrokenKind::RecordsNull,
        BrokenKind::RecordsObject,
        BrokenKind::RecordNotObject,
        BrokenKind::DeepNesting,
        BrokenKind::GzipBomb,
        BrokenKind::Empty,
        BrokenKind::RecordsTwice,
    ];
}

/// A file with that wrong. The rest of it is as good as can be.
pub fn broken(kind: BrokenKind, seed: u64) -> Vec<u8> {
    let records = sample_records(seed, 4);
    let list = records.join(",");
    let good = format!("{{\"Records\":[{list}]}}");
    let mut gzip = Gzip::new();
    let mut zip = |text: &str| gzip.member(text.as_bytes());
    match kind {
        BrokenKind::TruncatedGzip => {
            let mut bytes = zip(&good);
            bytes.truncate(bytes.len() * 2 / 3);
            bytes
        }
        BrokenKind::BadCrc => {
            let mut bytes = zip(&good);
            let at = bytes.len() - 8;
            bytes[at] ^= 0x01;
            bytes
        }
        BrokenKind::BytesAfterGzip => {
            let mut bytes = zip(&good);
            bytes.extend_from_slice(b"\r\n--boundary--\r\n");
            bytes
        }
        BrokenKind::NotGzipNotJson => {
            b"<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>\n".to_vec()
        }
        BrokenKind::TruncatedJson => zip(good.get(..good.len() - 100).unwrap_or_default()),
        BrokenKind::BadUtf8 => {
            let bytes = good.replacen("arn:aws:", "arn:aws:_", 1).into_bytes();
            let at = good.find("arn:aws:").map_or(0, |at| at + "arn:aws:".len());
            let spoilt: Vec<u8> =
                bytes.iter().enumerate().map(|(n, byte)| if n == at { 0xff } else { *byte }).collect();
            gzip.member(&spoilt)
        }
        BrokenKind::NoRecords => zip(&format!("{{\"configurationItems\":[{list}]}}")),
        BrokenKind::RecordsNull => zip("{\"Records\":null}"),
        BrokenKind::RecordsObject => zip(&format!("{{\"Records\":{}}}", records[0])),
        BrokenKind::RecordNotObject => zip(&format!("{{\"Records\":[{list},\"eventID\",{}]}}", records[0])),
        BrokenKind::DeepNesting => {
            let (open, close) = ("[".repeat(100_000), "]".repeat(100_000));
            zip(&format!(
                "{{\"Records\":[{list},{{\"eventID\":\"deep-{seed}\",\"requestParameters\":{open}{close}}}]}}"
            ))
        }
        BrokenKind::GzipBomb => {
            let before = format!("{{\"Records\":[{list}");
            gzip.repeated(before.as_bytes(), &[b' '; 1 << 20], 400, b"]}")
        }
        BrokenKind::Empty => Vec::new(),
        BrokenKind::RecordsTwice => zip(&format!(
            "{{\"Records\":[{}],\"Records\":[{}]}}",
            records[..2].join(","),
            records[2..].join(",")
        )),
    }
}

#[cfg(test)]
#[path = "broken_tests.rs"]
mod tests;
