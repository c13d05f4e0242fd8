//! What goes wrong with a request, as a test scripts it.

use std::time::Duration;

/// What goes wrong with one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is not done: answered with a status and a code of S3's. Of status 200, an error inside an answer that began
    /// well, as S3 gives to `CompleteMultipartUpload`.
    Fail(u16, &'static str),
    /// It is done, and answered with a status and a code as if it were not.
    DoneThenFail(u16, &'static str),
    /// It is done, and the connection is cut before the answer.
    ReplyLost,
    /// It is not done: the connection is cut before the request is read.
    Reset,
    /// It is done, and the connection is cut half-way through the answer's body.
    ShortBody,
    /// It is done, after this long.
    Slow(Duration),
}
