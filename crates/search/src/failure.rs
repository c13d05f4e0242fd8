//! Why a search failed.

use std::error::Error;

use lake::{JournalError, PartError, Partition};
use lake_store::{ErrorKind, StoreError};
use parquet::errors::ParquetError;

/// Why a search failed.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The journals of the lake cannot be listed.
    #[error("cannot list the journals of the lake")]
    Lake(#[from] StoreError),
    /// A journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A part cannot be read.
    #[error("cannot read part {key}; run `trailmill verify`, which says what is wrong and what to do")]
    Part {
        /// The key of the part.
        key: String,
        /// The cause.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A part is not what its commit says.
    #[error("part {key} is damaged: {difference}; run `trailmill verify`, which says what to do")]
    PartDiffers {
        /// The key of the part.
        key: String,
        /// The difference.
        difference: String,
    },
    /// Parts were replaced by a later commit after some of their records had been handed on.
    #[error(
        "{partition} changed while it was searched, and some records of it were printed already; run the search again"
    )]
    Changed {
        /// The partition.
        partition: Partition,
    },
}

impl SearchError {
    pub(crate) fn part(key: &str, source: PartError) -> Self {
        SearchError::Part { key: key.to_owned(), source: Box::new(source) }
    }

    pub(crate) fn parquet(key: &str, source: ParquetError) -> Self {
        SearchError::Part { key: key.to_owned(), source: Box::new(source) }
    }

    /// The key of the part that does not exist, if that is why the search failed: a later commit may have replaced it.
    pub(crate) fn missing_part(&self) -> Option<&str> {
        let SearchError::Part { key, source } = self else { return None };
        let mut cause: Option<&(dyn Error + 'static)> = Some(source.as_ref());
        while let Some(error) = cause {
            let store_error = match error.downcast_ref::<ParquetError>() {
                Some(ParquetError::External(inner)) => inner.downcast_ref::<StoreError>(),
                _ => error.downcast_ref::<StoreError>(),
            };
            let store_error = store_error.or(match error.downcast_ref::<PartError>() {
                Some(PartError::Store(inner)) => Some(inner),
                _ => None,
            });
            if let Some(found) = store_error {
                return (found.kind == ErrorKind::NotFound).then_some(key);
            }
            cause = error.source();
        }
        None
    }
}

#[cfg(test)]
#[path = "failure_tests.rs"]
mod tests;
