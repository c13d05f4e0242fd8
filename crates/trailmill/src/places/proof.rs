//! Where digest files and public keys come from.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use cloudtrail_model::digest::PublicKeys;
use daily_aggregator::{ProofMode, ProofSettings};
use proof::{Bucket, PublicKeysFrom};

use crate::args::{ProofArguments, ProofChoice};
use crate::places::{Place, session};

/// What to do with the digest files of a source: `None` to leave them alone.
///
/// # Errors
/// Fails if the file of public keys cannot be read.
pub(crate) async fn proof_settings(
    place: &Place,
    arguments: &ProofArguments,
) -> anyhow::Result<Option<ProofSettings>> {
    let mode = match arguments.proof {
        Some(ProofChoice::Off) => return Ok(None),
        Some(ProofChoice::Require) => ProofMode::Require,
        Some(ProofChoice::Record) | None => ProofMode::Record,
    };
    let keys = match public_keys(place, arguments.public_keys.as_deref()).await? {
        Some(keys) => keys,
        // asked for: what digest files say can be compared, though nothing is proven
        None if arguments.proof.is_some() => PublicKeysFrom::Given(PublicKeys::default()),
        None => return Ok(None),
    };
    Ok(Some(ProofSettings { mode, bucket: bucket_of(place), keys }))
}

/// Where public keys come from: a file, or AWS if the source is there. `None` if there are none to be had.
///
/// # Errors
/// Fails if the file cannot be read.
pub(crate) async fn public_keys(
    place: &Place,
    file: Option<&Path>,
) -> anyhow::Result<Option<PublicKeysFrom>> {
    match (file, place) {
        (Some(file), _) => {
            let text = std::fs::read(file)
                .with_context(|| format!("the public keys {} cannot be read", file.display()))?;
            let keys = PublicKeys::parse(&text)
                .with_context(|| format!("the public keys {} cannot be used", file.display()))?;
            Ok(Some(PublicKeysFrom::Given(keys)))
        }
        (None, Place::Folder(_)) => Ok(None),
        (None, Place::Bucket(_)) => {
            let aws = session().await.public_keys();
            Ok(aws.map(|aws| PublicKeysFrom::Aws(Arc::new(aws))))
        }
    }
}

/// The bucket that the store of a source is.
pub(crate) fn bucket_of(place: &Place) -> Option<Bucket> {
    match place {
        Place::Folder(_) => None,
        Place::Bucket(location) => {
            let (top, _) = location.above("AWSLogs");
            Some(Bucket { name: top.bucket, prefix: top.prefix })
        }
    }
}
