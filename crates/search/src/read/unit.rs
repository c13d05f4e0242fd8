//! The parts of a unit, one after the other: first the daily ones, so that copies of their records in Parquet are passed over, then
//! the row groups of Parquet in the order of time, a few of them at once.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use cloudtrail_model::Day;
use futures::{StreamExt, TryStreamExt};
use lake::Part;
use lake_store::Store;
use parquet::errors::ParquetError;
use tokio::sync::mpsc;

use crate::explain::Counters;
use crate::failure::SearchError;
use crate::filter::query::TableQuery;
use crate::plan::unit::Unit;
use crate::progress::Progress;
use crate::read::chunk::{CHUNKS_AHEAD, Chunk, ChunkSender};
use crate::read::daily_part::DailyReader;
use crate::read::monthly_part::{MonthlyPart, Wanted};
use crate::read::row_groups::RowGroup;
use crate::read::task::Task;
use crate::record::same_event::SeenEvents;

/// Parquet files opened at once.
const OPENED_AT_ONCE: usize = 4;

/// Row groups read at once.
const ROW_GROUPS_AT_ONCE: usize = 4;

/// What the parts of a table are read with.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    pub(crate) lake: Arc<dyn Store>,
    pub(crate) query: Arc<TableQuery>,
    pub(crate) wanted: Wanted,
    pub(crate) counters: Arc<Counters>,
    pub(crate) progress: Arc<Progress>,
}

impl Reader {
    /// Reads a unit, and sends the records that are found.
    ///
    /// # Errors
    /// Fails if a part cannot be read, or differs from its commit.
    pub(crate) async fn read(&self, unit: &Unit, sender: mpsc::Sender<Chunk>) -> Result<(), SearchError> {
        let seen = self.read_daily(unit, sender.clone()).await?;
        self.read_monthly(unit, seen, sender).await
    }

    /// Reads the daily parts. Returns the records that may have copies in Parquet.
    async fn read_daily(&self, unit: &Unit, sender: mpsc::Sender<Chunk>) -> Result<SeenEvents, SearchError> {
        self.counters.daily_contained.add(unit.contained);
        let sender = ChunkSender::new(sender);
        let mut reader = DailyReader::new(self.query.clone(), sender, self.counters.clone());
        for read in &unit.daily {
            let key = &read.part.key;
            let read_part = reader.read(&*self.lake, read, read.may_have_copies(unit)).await;
            let (content, next) = read_part.map_err(|source| SearchError::part(key, source))?;
            if let Some(difference) = content.difference(&read.part) {
                return Err(SearchError::PartDiffers { key: key.clone(), difference });
            }
            self.counters.daily_parts.add(1);
            self.progress.add_done(read.part.bytes);
            reader = next;
        }
        Ok(reader.into_parts().0)
    }

    /// Opens a Parquet file. Returns the row groups that may hold what is looked for, each with its share of the bytes.
    async fn open(
        &self,
        part: Arc<Part>,
        replaced: Arc<BTreeSet<Day>>,
    ) -> Result<Vec<(MonthlyPart, RowGroup, u64)>, SearchError> {
        let (query, counters) = (self.query.clone(), self.counters.clone());
        let opened = MonthlyPart::open(self.lake.clone(), &part, query, replaced, counters).await;
        let (opened, groups) = opened.map_err(|source| SearchError::parquet(&part.key, source))?;
        self.counters.monthly_parts.add(1);
        if groups.is_empty() {
            self.progress.add_done(part.bytes);
        }
        let share = part.bytes / groups.len().max(1) as u64;
        Ok(groups.into_iter().map(|group| (opened.clone(), group, share)).collect())
    }

    /// Reads the Parquet files.
    async fn read_monthly(
        &self,
        unit: &Unit,
        seen: SeenEvents,
        sender: mpsc::Sender<Chunk>,
    ) -> Result<(), SearchError> {
        let replaced = Arc::new(unit.replaced.clone());
        let opening: Vec<_> =
            unit.monthly.iter().map(|part| self.open(part.clone(), replaced.clone())).collect();
        let opened: Vec<_> = futures::stream::iter(opening).buffered(OPENED_AT_ONCE).try_collect().await?;
        let mut groups: Vec<(MonthlyPart, RowGroup, u64)> = opened.into_iter().flatten().collect();
        groups.sort_by_key(|(_, group, _)| group.times.range);
        let later_than = later_than(groups.iter().map(|(_, group, _)| group));
        // with nothing that may have copies, no row need be compared
        let wanted = if seen.is_empty() { self.wanted } else { Wanted::Lines };
        let mut waiting = groups.into_iter().zip(later_than);
        let mut reading: VecDeque<(ReadGroup, u64, Option<i64>)> = VecDeque::new();
        loop {
            while reading.len() < ROW_GROUPS_AT_ONCE
                && let Some(((part, group, share), later_than)) = waiting.next()
            {
                reading.push_back((ReadGroup::start(part, group, wanted), share, later_than));
            }
            let Some((mut group, share, later_than)) = reading.pop_front() else { return Ok(()) };
            while let Some(mut chunk) = group.chunks.recv().await {
                chunk.found.retain(|found| seen.is_new(&found.line));
                let _ended = sender.send(chunk).await;
            }
            let ReadGroup { key, task, .. } = group;
            task.result().await.map_err(|source| SearchError::parquet(&key, source))?;
            self.progress.add_done(share);
            let _ended = sender.send(Chunk { later_than, ..Chunk::default() }).await;
        }
    }
}

/// For each row group, the instant that no dated row of a later one is before; `None` if that is not known.
fn later_than<'g>(groups: impl DoubleEndedIterator<Item = &'g RowGroup>) -> Vec<Option<i64>> {
    let mut later: Option<Option<i64>> = None;
    let mut all: Vec<Option<i64>> = groups
        .rev()
        .map(|group| {
            let after_this = later.flatten();
            let first = group.times.range.map(|(first, _)| first);
            later = Some(match later {
                None => first,
                Some(known) => known.zip(first).map(|(one, other)| one.min(other)),
            });
            after_this
        })
        .collect();
    all.reverse();
    all
}

/// A row group that a task of its own reads.
struct ReadGroup {
    key: Arc<str>,
    chunks: mpsc::Receiver<Chunk>,
    task: Task<Result<(), ParquetError>>,
}

impl ReadGroup {
    fn start(part: MonthlyPart, group: RowGroup, wanted: Wanted) -> Self {
        let (sender, chunks) = mpsc::channel(CHUNKS_AHEAD);
        let key = part.key.clone();
        ReadGroup { key, chunks, task: Task::start(part.read(group, wanted, ChunkSender::new(sender))) }
    }
}

#[cfg(test)]
#[path = "unit_tests.rs"]
mod tests;
