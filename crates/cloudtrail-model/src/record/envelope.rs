//! A log file's text, `{"Records":[…]}`, split into its records byte for byte.

use crate::json::scan::{Fault, MAX_DEPTH, RecordSpans, Scanner, strip_space};

/// What a log file may be at most. Beyond it a file is quarantined, so that hostile input costs constant memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a file's text. CloudTrail's own files stay below about 50 MB.
    pub max_raw_bytes: u32,
    /// Bytes of text for each byte of gzip, looked at beyond [`Limits::RATIO_FREE_BYTES`]. Every record has an eventID
    /// that does not compress, so real files stay below 100.
    pub max_ratio: u32,
    /// Bytes of one record. 16 MiB is what duckdb's JSON reader takes by default; CloudTrail's own limit is below 1 MiB.
    pub max_record_bytes: u32,
    /// Records of one file.
    pub max_records: u32,
}

impl Limits {
    /// Text that is allowed whatever its ratio.
    pub const RATIO_FREE_BYTES: u32 = 16 << 20;
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            max_raw_bytes: 256 << 20,
            max_ratio: 200,
            max_record_bytes: 16 << 20,
            max_records: 1_000_000,
        }
    }
}

/// Why a text is not a log file. Offsets are bytes from its start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Bytes that are no UTF-8.
    #[error("not UTF-8 text from byte {at} on")]
    NotUtf8 {
        /// Where.
        at: usize,
    },
    /// The JSON is cut off.
    #[error("the JSON ends too soon, after {at} bytes: {wanted} is missing")]
    Truncated {
        /// Its length.
        at: usize,
        /// What is missing.
        wanted: &'static str,
    },
    /// The JSON has an error.
    #[error("not JSON: at byte {at} there should be {wanted}")]
    NotJson {
        /// Where.
        at: usize,
        /// What should be there.
        wanted: &'static str,
    },
    /// Containers in containers in containers.
    #[error("nested deeper than {MAX_DEPTH} levels at byte {at}")]
    TooDeep {
        /// Where.
        at: usize,
    },
    /// An object without `Records`.
    #[error("no \"Records\" in it: not a CloudTrail log file")]
    NoRecords,
    /// `Records` is there, but no array.
    #[error("\"Records\" is not an array")]
    RecordsNotArray,
    /// More than one `Records`: readers disagree which one counts.
    #[error("\"Records\" is there more than once")]
    RecordsRepeated,
    /// An element that is no record.
    #[error("element {index} of \"Records\" is not an object")]
    RecordNotObject {
        /// Which, from 0.
        index: usize,
    },
    /// A text over [`Limits::max_raw_bytes`].
    #[error("larger than {limit} bytes after decompression: --max-file allows more")]
    TooLarge {
        /// The limit.
        limit: u32,
    },
    /// A record over [`Limits::max_record_bytes`].
    #[error("record {index} has {bytes} bytes, more than {limit}")]
    RecordTooLarge {
        /// Which, from 0.
        index: usize,
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: u32,
    },
    /// More records than [`Limits::max_records`].
    #[error("more than {limit} records in one file")]
    TooManyRecords {
        /// The limit.
        limit: u32,
    },
}

impl EnvelopeError {
    /// A stable word for journals and metrics.
    pub fn reason(&self) -> &'static str {
        match self {
            EnvelopeError::NotUtf8 { .. } => "not_utf8",
            EnvelopeError::Truncated { .. } => "truncated_json",
            EnvelopeError::NotJson { .. } => "not_json",
            EnvelopeError::TooDeep { .. } => "too_deep",
            EnvelopeError::NoRecords => "no_records",
            EnvelopeError::RecordsNotArray => "records_not_array",
            EnvelopeError::RecordsRepeated => "records_repeated",
            EnvelopeError::RecordNotObject { .. } => "record_not_object",
            EnvelopeError::TooLarge { .. } => "too_large",
            EnvelopeError::RecordTooLarge { .. } => "record_too_large",
            EnvelopeError::TooManyRecords { .. } => "too_many_records",
        }
    }
}

/// A whole, valid log file: its text and where its records are in it.
#[derive(Debug)]
pub struct LogFile {
    text: Vec<u8>,
    records: Vec<RecordSpans>,
}

/// One record of a log file, or one line of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// Its own bytes, without white space between tokens and so without a line end.
    pub line: &'a [u8],
    /// The inside of `eventID` as written, escapes and all; of `eventId`, as aggregated events have it, where there is no
    /// `eventID`. `None` where it is missing, empty or no string.
    pub event_id: Option<&'a [u8]>,
    /// The inside of `eventTime` as written.
    pub event_time: Option<&'a str>,
    /// The inside of `eventSource`, for example `s3.amazonaws.com`.
    pub event_source: Option<&'a [u8]>,
    /// The inside of `eventName`, for example `GetObject`.
    pub event_name: Option<&'a [u8]>,
    /// Who did it: of `userIdentity` the first of `arn`, `principalId`, `invokedBy` and `accountId` that is there.
    pub identity: Option<&'a [u8]>,
}

impl LogFile {
    /// Checks a text whole, and splits it. Everything in it is validated, what is outside `Records` too.
    ///
    /// # Errors
    /// Fails if the text is not a whole log file, or is larger than the limits allow.
    pub fn parse(mut text: Vec<u8>, limits: &Limits) -> Result<Self, EnvelopeError> {
        if text.len() > limits.max_raw_bytes as usize {
            return Err(EnvelopeError::TooLarge { limit: limits.max_raw_bytes });
        }
        if let Err(error) = std::str::from_utf8(&text) {
            return Err(EnvelopeError::NotUtf8 { at: error.valid_up_to() });
        }
        let (mut records, spaced) = split(&text, limits)?;
        if spaced {
            strip_space(&mut text);
            (records, _) = split(&text, limits)?;
        }
        let limit = limits.max_record_bytes;
        match records.iter().position(|record| record.line.len() > limit as usize) {
            Some(index) => {
                Err(EnvelopeError::RecordTooLarge { index, bytes: records[index].line.len(), limit })
            }
            None => Ok(LogFile { text, records }),
        }
    }

    /// Number of records.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether `Records` is empty, which is fine.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Bytes of memory this file needs; what the allocator adds is not counted.
    pub fn memory(&self) -> usize {
        self.text.len() + self.records.len() * size_of::<RecordSpans>()
    }

    /// The record at an index below [`LogFile::len`], in file order.
    pub fn record(&self, index: usize) -> Record<'_> {
        Record::at(self.records[index], &self.text)
    }

    /// All records, in file order.
    pub fn records(&self) -> impl ExactSizeIterator<Item = Record<'_>> {
        self.records.iter().map(|spans| Record::at(*spans, &self.text))
    }
}

impl<'a> Record<'a> {
    /// The record a line of NDJSON holds, without its line end.
    ///
    /// # Errors
    /// Fails if the line is not one whole JSON object.
    pub fn from_line(line: &'a [u8]) -> Result<Self, EnvelopeError> {
        let mut scanner = Scanner::new(line);
        let fault = |fault| EnvelopeError::from_fault(fault, line.len());
        scanner.peek("an object").map_err(fault)?;
        let spans = scanner.record().map_err(fault)?;
        scanner.end().map_err(fault)?;
        Ok(Record::at(spans, line))
    }

    fn at(spans: RecordSpans, text: &'a [u8]) -> Self {
        Record {
            line: spans.line.of(text).unwrap_or_default(),
            event_id: spans.event_id.of(text),
            event_time: spans.event_time.of(text).and_then(|time| std::str::from_utf8(time).ok()),
            event_source: spans.event_source.of(text),
            event_name: spans.event_name.of(text),
            identity: spans.identity.of(text),
        }
    }
}

impl EnvelopeError {
    pub(crate) fn from_fault(fault: Fault, length: usize) -> Self {
        match fault {
            Fault::Ended { wanted } => EnvelopeError::Truncated { at: length, wanted },
            Fault::Unexpected { at, wanted } => EnvelopeError::NotJson { at, wanted },
            Fault::TooDeep { at } => EnvelopeError::TooDeep { at },
        }
    }
}

/// The records of an envelope, and whether one of them has white space between tokens.
fn split(text: &[u8], limits: &Limits) -> Result<(Vec<RecordSpans>, bool), EnvelopeError> {
    let mut scanner = Scanner::new(text);
    let mut found: Option<Vec<RecordSpans>> = None;
    let mut spaced = false;
    let mut refused = None;
    // a refusal that is not a syntax error waits until the whole text is known to be JSON
    let mut refuse = |error: EnvelopeError| _ = refused.get_or_insert(error);
    let scanned = scanner.object(|scanner, key| {
        if key != b"Records" {
            return scanner.value(1);
        }
        if scanner.peek("a value")? != b'[' {
            refuse(EnvelopeError::RecordsNotArray);
            return scanner.value(1);
        }
        if found.is_some() {
            refuse(EnvelopeError::RecordsRepeated);
        }
        let records = found.insert(Vec::new());
        scanner.expect(b'[', "an array")?;
        if scanner.take(b']') {
            return Ok(());
        }
        loop {
            if scanner.peek("a record")? == b'{' {
                if records.len() == limits.max_records as usize {
                    refuse(EnvelopeError::TooManyRecords { limit: limits.max_records });
                    records.clear();
                }
                scanner.spaced = false;
                records.push(scanner.record()?);
                spaced |= scanner.spaced;
            } else {
                refuse(EnvelopeError::RecordNotObject { index: records.len() });
                scanner.value(2)?;
            }
            if scanner.take(b']') {
                return Ok(());
            }
            scanner.expect(b',', "a comma or the end of \"Records\"")?;
        }
    });
    scanned.and_then(|()| scanner.end()).map_err(|fault| EnvelopeError::from_fault(fault, text.len()))?;
    match (refused, found) {
        (Some(error), _) => Err(error),
        (None, Some(records)) => Ok((records, spaced)),
        (None, None) => Err(EnvelopeError::NoRecords),
    }
}

#[cfg(test)]
#[path = "envelope_tests.rs"]
mod tests;
