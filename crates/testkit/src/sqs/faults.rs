//! What goes wrong with a request.

use std::time::Duration;

/// What goes wrong with one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is not done: answered with a status and a code of SQS's.
    Fail(u16, &'static str),
    /// It is done, and answered with a status and a code as if it were not.
    DoneThenFail(u16, &'static str),
    /// It is done, and the connection is cut before the answer.
    ReplyLost,
    /// It is not done: the connection is cut before the request is read.
    Reset,
    /// It is done, after this long.
    Slow(Duration),
    /// It is done, and answered with what is no JSON.
    Garbled,
    /// Of a batch of messages those at these places are not taken, and the answer says so.
    Refused(&'static [usize], Refused),
    /// Of a batch of messages those at these places are not taken, and the answer leaves them out.
    Forgotten(&'static [usize]),
    /// All of a batch of messages is taken, and the answer leaves out those at these places.
    Unmentioned(&'static [usize]),
}

/// What an answer says of a message that was not taken:
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_BatchResultErrorEntry.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// Its code.
    pub code: &'static str,
    /// Whether the sender is to blame.
    pub senders_fault: bool,
}

impl Fault {
    /// Whether the request is carried out, at least in part.
    pub(super) fn is_done(self) -> bool {
        !matches!(self, Fault::Fail(..) | Fault::Reset)
    }
}
