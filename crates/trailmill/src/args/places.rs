//! Where the log files and the lake are.

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser};

use crate::places::Place;

/// Where log files come from.
#[derive(Debug, Clone, Args)]
pub(crate) struct SourceArguments {
    /// Where the log files are, s3://BUCKET/PREFIX or a folder: what holds AWSLogs, anything below it, or loose log files.
    #[arg(long, value_name = "PLACE", value_parser = place())]
    pub(crate) source: Place,
    #[command(flatten)]
    pub(crate) bucket: SourceBucketArguments,
}

/// How a source in S3 is asked.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct SourceBucketArguments {
    /// Pay for the requests to the source's bucket.
    #[arg(long)]
    pub(crate) requester_pays: bool,
    /// The account that must own the source's bucket; S3 refuses any other's.
    #[arg(long, value_name = "ACCOUNT", value_parser = account)]
    pub(crate) source_owner: Option<String>,
}

/// Where the lake is.
#[derive(Debug, Clone, Args)]
pub(crate) struct LakeArguments {
    /// Where the lake is: s3://BUCKET/PREFIX, or a folder.
    #[arg(long, value_name = "PLACE", value_parser = place())]
    pub(crate) lake: Place,
    /// The account that must own the lake's bucket; S3 refuses any other's.
    #[arg(long, value_name = "ACCOUNT", value_parser = account)]
    pub(crate) lake_owner: Option<String>,
}

/// Where the lake is, for what writes to it.
#[derive(Debug, Clone, Args)]
pub(crate) struct WrittenLakeArguments {
    #[command(flatten)]
    pub(crate) place: LakeArguments,
    /// The KMS key, by ARN or id, that new objects in S3 are encrypted with; the bucket's default by itself.
    #[arg(long, value_name = "KEY")]
    pub(crate) kms_key: Option<String>,
}

/// Parses a place.
pub(super) fn place() -> impl TypedValueParser<Value = Place> {
    OsStringValueParser::new().try_map(Place::try_from)
}

/// The id of an account.
fn account(id: &str) -> Result<String, &'static str> {
    if id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(id.to_owned())
    } else {
        Err("an account is twelve digits")
    }
}
