//! Why a log file is quarantined.

use cloudtrail_model::EnvelopeError;

/// Why a log file cannot be read whole.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// It has no bytes.
    #[error("the object is empty: not even a gzip header")]
    Empty,
    /// It was cut off.
    #[error("the gzip data ends too soon, after {raw_bytes} bytes of text")]
    TruncatedGzip {
        /// Bytes of text before the end.
        raw_bytes: usize,
    },
    /// It is larger than its text may be, so it was not even read.
    #[error(
        "the object alone has {bytes} bytes, more than the {limit} of a log file (--max-file): it was not read"
    )]
    ObjectTooLarge {
        /// Its bytes.
        bytes: u64,
        /// [`Limits::max_raw_bytes`](cloudtrail_model::Limits::max_raw_bytes).
        limit: u32,
    },
    /// It is not gzip, or not what was compressed.
    #[error("the gzip data is damaged after {raw_bytes} bytes of text ({cause})")]
    BadGzip {
        /// Bytes of text before the damage.
        raw_bytes: usize,
        /// What the decoder says.
        cause: std::io::Error,
    },
    /// Its text is larger than [`Limits::max_ratio`](cloudtrail_model::Limits::max_ratio) allows.
    #[error("expands to more than {limit} times its size, beyond any real log file")]
    Bomb {
        /// The ratio.
        limit: u32,
    },
    /// Its text is no whole log file.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
}

impl DecodeError {
    /// A stable word for journals and metrics.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            DecodeError::Empty => "empty",
            DecodeError::ObjectTooLarge { .. } => "too_large",
            DecodeError::TruncatedGzip { .. } => "truncated_gzip",
            DecodeError::BadGzip { .. } => "bad_gzip",
            DecodeError::Bomb { .. } => "gzip_bomb",
            DecodeError::Envelope(error) => error.reason(),
        }
    }
}
