//! Whether a source has digest files: only then are log files hashed.

use cloudtrail_model::{Kind, SourceKey};
use lake_store::{Depth, Store, StoreError};

/// Whether CloudTrail delivered digest files on the day of a log file, for its account and region. One listing.
///
/// # Errors
/// Fails if the listing fails.
pub(crate) async fn has_digests(source: &dyn Store, log_file: &str) -> Result<bool, StoreError> {
    let Ok(key) = SourceKey::parse(log_file) else { return Ok(false) };
    let folder = SourceKey { kind: Kind::Digest, file: String::new(), ..key }.to_string();
    let page = source.list(&folder, Depth::Level, None).await?;
    Ok(!page.objects.is_empty())
}

#[cfg(test)]
#[path = "digests_tests.rs"]
mod tests;
