//! How anyone would read a log file, for tests: flate2 and serde_json, and a cap.

use std::io::Read;

use serde::Deserialize;
use serde_json::{Map, Value};

const MOST: u64 = 256 << 20;

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "Records")]
    records: Vec<Map<String, Value>>,
}

/// The text of an object, gunzipped where it is gzip.
pub(crate) fn text(body: &[u8]) -> Result<Vec<u8>, String> {
    let mut text = Vec::new();
    let reader: Box<dyn Read + '_> = match body.starts_with(&[0x1f, 0x8b]) {
        true => Box::new(flate2::read::MultiGzDecoder::new(body)),
        false => Box::new(body),
    };
    let read = reader.take(MOST + 1).read_to_end(&mut text).map_err(|error| error.to_string())?;
    if read as u64 > MOST { Err("too large".to_owned()) } else { Ok(text) }
}

/// Its records.
pub(crate) fn records(body: &[u8]) -> Result<Vec<Map<String, Value>>, String> {
    let text = text(body)?;
    let text = std::str::from_utf8(&text).map_err(|error| error.to_string())?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_json::from_str::<Envelope>(text).map(|envelope| envelope.records).map_err(|error| error.to_string())
}
