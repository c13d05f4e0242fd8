//! Reads the fingerprints of committed parts.

use cloudtrail_model::{Fingerprint, Record};
use futures::{Stream, StreamExt};
use lake::{Part, PartContent, PartError, Partition, read_part};
use lake_store::Store;

/// The content of a part, and the fingerprints of its records.
pub(crate) type ReadPart = Result<(PartContent, Vec<Fingerprint>), PartError>;

/// The committed parts of a partition.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CommittedParts<'a> {
    pub(crate) lake: &'a dyn Store,
    pub(crate) partition: Partition,
    /// Parts that are read at once.
    pub(crate) at_once: usize,
}

impl<'a> CommittedParts<'a> {
    /// Reads parts concurrently, each with its content.
    pub(crate) fn read(self, parts: Vec<&'a Part>) -> impl Stream<Item = (&'a Part, ReadPart)> + Unpin + 'a {
        let reads = futures::stream::iter(parts).map(move |part| async move {
            let each =
                |seen: &mut Vec<Fingerprint>, record: &Record<'_>| seen.extend(Fingerprint::of(record));
            (part, read_part(self.lake, &part.key, part.bytes, Vec::new(), each).await)
        });
        Box::pin(reads.buffer_unordered(self.at_once.max(1)))
    }
}
