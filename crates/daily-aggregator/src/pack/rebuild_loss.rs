//! Counts the records that a rebuild would remove from the lake.

use std::collections::HashSet;

use cloudtrail_model::Fingerprint;
use futures::StreamExt;
use lake::{AttemptError, Part, PartError};
use lake_store::ErrorKind;

use crate::DailyError;
use crate::pack::part_fingerprints::CommittedParts;

/// The records of committed parts that the rebuild has not found again yet. A part is read when the first account that it can
/// hold comes, and counted after the last.
pub(crate) struct RebuildLoss<'a> {
    /// Parts that are not read yet.
    waiting: Vec<&'a Part>,
    committed: CommittedParts<'a>,
    open: Vec<(&'a Part, HashSet<Fingerprint>)>,
    /// Records of all parts.
    before: u64,
    gone: u64,
}

impl<'a> RebuildLoss<'a> {
    /// Of the parts that the rebuild replaces.
    pub(crate) fn new(parts: impl IntoIterator<Item = &'a Part>, committed: CommittedParts<'a>) -> Self {
        let waiting: Vec<&Part> = parts.into_iter().collect();
        let before = waiting.iter().fold(0, |sum: u64, part| sum.saturating_add(part.records));
        RebuildLoss { waiting, committed, open: Vec::new(), before, gone: 0 }
    }

    /// Reads the parts that can hold an account, and counts those that can hold no further one. Accounts come in ascending
    /// order. Parts that cannot be read are counted by their number of records alone, by [`RebuildLoss::finish`].
    pub(crate) async fn enter(&mut self, account: &str) -> Result<(), DailyError> {
        let is_past = |part: &Part| part.accounts.as_ref().is_some_and(|range| range.last.as_str() < account);
        for (_, left) in self.open.extract_if(.., |(part, _)| is_past(part)) {
            self.gone += left.len() as u64;
        }
        // no account that is read now can have them
        for part in self.waiting.extract_if(.., |part| is_past(part)) {
            self.gone = self.gone.saturating_add(part.records);
        }
        let due: Vec<&Part> = self.waiting.extract_if(.., |part| part.can_hold(account)).collect();
        let mut reads = self.committed.read(due);
        while let Some((part, read)) = reads.next().await {
            match read {
                Ok((_, seen)) => self.open.push((part, seen.into_iter().collect())),
                Err(PartError::Store(error)) if error.kind != ErrorKind::NotFound => {
                    return Err(AttemptError::Store(error).into());
                }
                Err(_) => {}
            }
        }
        Ok(())
    }

    /// A record that the rebuild writes.
    pub(crate) fn found(&mut self, fingerprint: Fingerprint) {
        for (_, left) in &mut self.open {
            left.remove(&fingerprint);
        }
    }

    /// The minimum of events lost by a rebuild that writes a number of records.
    pub(crate) fn finish(self, written: u64) -> u64 {
        let open = self.open.iter().map(|(_, left)| left.len() as u64);
        let never = self.waiting.iter().map(|part| part.records);
        let gone = open.chain(never).fold(self.gone, |sum, records| sum.saturating_add(records));
        gone.max(self.before.saturating_sub(written))
    }
}
