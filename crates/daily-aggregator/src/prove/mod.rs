//! Prove: what CloudTrail's digest files say about the log files of the day.

mod proving;

pub(crate) use proving::{LogFilesOf, is_due};
pub use proving::{ProofMode, ProofSettings, Proving};
