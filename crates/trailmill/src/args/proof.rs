//! How CloudTrail's digest files are used.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::places::{SourceBucketArguments, place};
use crate::places::Place;

/// Whether and how log files are proven.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ProofArguments {
    /// Prove log files by CloudTrail's digest files. By default `record`, if the source is a bucket of AWS or --public-keys names a
    /// file; otherwise `off`.
    #[arg(long, value_name = "MODE")]
    pub(crate) proof: Option<ProofChoice>,
    /// CloudTrail's public keys, as `aws cloudtrail list-public-keys` prints them; AWS is then not asked.
    #[arg(long, value_name = "FILE")]
    pub(crate) public_keys: Option<PathBuf>,
}

/// The modes of `--proof`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProofChoice {
    /// Leave digest files alone.
    Off,
    /// State in the journal what is proven.
    Record,
    /// State it, and fail days that are not proven.
    Require,
}

/// `trailmill verify --proof`
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct VerifyProofArguments {
    /// Prove the log files of the journal by CloudTrail's digest files instead. Reads no part and no log file.
    #[arg(long, requires = "source")]
    pub(crate) proof: bool,
    /// With --proof: where the digest files are, as a source of `daily`.
    #[arg(long, value_name = "PLACE", value_parser = place(), requires = "proof")]
    pub(crate) source: Option<Place>,
    #[command(flatten)]
    pub(crate) bucket: SourceBucketArguments,
    /// With --proof: CloudTrail's public keys, as `aws cloudtrail list-public-keys` prints them. Without it, AWS is asked.
    #[arg(long, value_name = "FILE", requires = "proof")]
    pub(crate) public_keys: Option<PathBuf>,
    /// With --proof: a new file for the report, in Markdown, or in JSON if its name ends with .json. May be given again.
    #[arg(long, value_name = "FILE", requires = "proof")]
    pub(crate) report: Vec<PathBuf>,
}
