//! What CloudTrail's digest files prove about the log files in the journal of a lake.
//!
//! CloudTrail signs an hourly digest file for each trail, account and region: the log files that it delivered, each with its
//! SHA-256. The journal has the SHA-256 of every log file that the daily stage has read. So a day is proven from its journal and
//! its digest files alone; no log file is read again, but the few that no digest lists.
//!
//! | step | module | what |
//! |---|---|---|
//! | group | `regions` | log files and folders of digest files, account by account and region by region |
//! | read | `digest_files` | lists and reads the digest files of a region and some days |
//! | keys | `public_keys` | the public keys of a region: from a file, from AWS, from the lake |
//! | check | `region` | what the digest files prove: the rules are in [`cloudtrail_model::digest`] |
//! | sum | `day`, `late` | a [`DayProof`], and what a commit states of it |
//! | report | `report` | what an auditor reads about a range of days |

mod day;
mod digest_files;
mod late;
mod public_keys;
mod region;
mod regions;
mod report;
#[cfg(test)]
mod testing;

pub use day::{DayProof, DayToProve, Prover};
pub use digest_files::{Bucket, DigestSource};
pub use public_keys::{AskForPublicKeys, PublicKeySource, PublicKeysFailure, PublicKeysFrom};
pub use region::{Found, RegionProof};
pub use regions::{LogFile, log_files};
pub use report::{Report, ReportedDay, sentence};
