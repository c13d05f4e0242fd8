//! Faults of requests.

use std::time::Duration;

/// The fault of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Not carried out: the response has a status and a code of SQS.
    Fail(u16, &'static str),
    /// Carried out, but the response has a status and a code of an error.
    DoneThenFail(u16, &'static str),
    /// Carried out, and the connection is closed before the response.
    ReplyLost,
    /// Not carried out: the connection is closed before the request is read.
    Reset,
    /// Carried out after a delay.
    Slow(Duration),
    /// Carried out, and the response is not JSON.
    Garbled,
    /// The messages of a batch at these indexes are rejected, and the response reports it.
    Refused(&'static [usize], Refused),
    /// The messages of a batch at these indexes are rejected, and missing in the response.
    Forgotten(&'static [usize]),
    /// A batch is accepted, and the messages at these indexes are missing in the response.
    Unmentioned(&'static [usize]),
}

/// The error of a rejected message:
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_BatchResultErrorEntry.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// The code.
    pub code: &'static str,
    /// Whether it is a fault of the sender.
    pub senders_fault: bool,
}

impl Fault {
    /// Whether the request is carried out, at least partly.
    pub(super) fn is_done(self) -> bool {
        !matches!(self, Fault::Fail(..) | Fault::Reset)
    }
}
