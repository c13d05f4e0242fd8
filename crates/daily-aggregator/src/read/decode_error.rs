//! Reasons for the quarantine of a log file.

use cloudtrail_model::EnvelopeError;

/// The reason why a log file is quarantined.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The object has no bytes.
    #[error("the object is empty")]
    Empty,
    /// The gzip data is truncated.
    #[error("the gzip data is truncated after {raw_bytes} bytes of text")]
    TruncatedGzip {
        /// Bytes of text before the truncation.
        raw_bytes: usize,
    },
    /// The object alone exceeds the limit on text. It was not read.
    #[error(
        "the object has {bytes} bytes, above the limit of {limit} for a log file (--max-file); it was not read"
    )]
    ObjectTooLarge {
        /// Size of the object in bytes.
        bytes: u64,
        /// [`Limits::max_raw_bytes`](cloudtrail_model::Limits::max_raw_bytes).
        limit: u32,
    },
    /// The gzip data is damaged.
    #[error("the gzip data is damaged after {raw_bytes} bytes of text ({cause})")]
    BadGzip {
        /// Bytes of text before the damage.
        raw_bytes: usize,
        /// The error of the decoder.
        cause: std::io::Error,
    },
    /// The compression ratio exceeds [`Limits::max_ratio`](cloudtrail_model::Limits::max_ratio).
    #[error(
        "the text has more than {limit} times the size of the object, above the limit on the compression ratio"
    )]
    Bomb {
        /// The limit.
        limit: u32,
    },
    /// The text is not a log file.
    #[error("{error}")]
    Envelope {
        /// What is wrong with it.
        error: EnvelopeError,
        /// See [`Input::first_member_sha256`](lake::Input::first_member_sha256): CloudTrail may have delivered it like that.
        first_member_sha256: Option<[u8; 32]>,
        /// See [`Input::trailing_member`](lake::Input::trailing_member).
        trailing_member: bool,
    },
}

impl From<EnvelopeError> for DecodeError {
    fn from(error: EnvelopeError) -> Self {
        DecodeError::Envelope { error, first_member_sha256: None, trailing_member: false }
    }
}

impl DecodeError {
    /// A stable code for journals and metrics.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            DecodeError::Empty => "empty",
            DecodeError::ObjectTooLarge { .. } => "too_large",
            DecodeError::TruncatedGzip { .. } => "truncated_gzip",
            DecodeError::BadGzip { .. } => "bad_gzip",
            DecodeError::Bomb { .. } => "gzip_bomb",
            DecodeError::Envelope { error, .. } => error.reason(),
        }
    }
}
