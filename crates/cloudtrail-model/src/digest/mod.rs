//! CloudTrail's digest files: hourly signed lists of the log files that it delivered, each with its SHA-256. What they prove
//! about the log files of one account and region, and every way in which digests or log files contradict them.
//!
//! The rules are those of "Validating CloudTrail log file integrity" in the AWS CloudTrail user guide.

mod authenticate;
mod chain;
mod coverage;
mod digest_file;
mod digest_key;
mod finding;
mod held;
mod hex;
mod links;
mod listed;
mod log_verdict;
mod public_keys;
mod region_check;
mod report;
mod scope;
mod signature;
#[cfg(test)]
mod testing;

pub use digest_file::{DigestError, DigestFile, ListedLogFile, PreviousDigest};
pub use digest_key::{ChainId, DigestKey};
pub use finding::{Finding, FindingKind, Severity};
pub use log_verdict::{LogFileContent, LogFileFacts, LogFileFinding, LogVerdict};
pub use public_keys::{PublicKey, PublicKeys, PublicKeysError};
pub use region_check::{DigestContent, JudgedRegion, NotADigestHere, RegionCheck};
pub use report::{ChainReport, ListedElsewhere, PreviousKey, RegionReport};
pub use scope::{Origin, Scope, Window};
pub use signature::{RingVerifier, VerifySignature};
