//! Faults of requests.

use std::time::Duration;

/// The fault of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Not carried out: the response has a status and a code of S3. With status 200, the error is in the body, as S3 does for
    /// `CompleteMultipartUpload`.
    Fail(u16, &'static str),
    /// Carried out, but the response has a status and a code of an error.
    DoneThenFail(u16, &'static str),
    /// Carried out, and the connection is closed before the response.
    ReplyLost,
    /// Not carried out: the connection is closed before the request is read.
    Reset,
    /// Carried out, and the connection is closed in the middle of the body of the response.
    ShortBody,
    /// Carried out after a delay.
    Slow(Duration),
}
