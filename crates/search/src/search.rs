//! One search: table by table, month by month, unit by unit.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::Arc;

use cloudtrail_model::{Month, Table};
use futures::StreamExt;
use lake::{JournalError, Partition};
use lake_store::{Meter, Store};
use monthly_aggregator::DaysThere;
use tokio::sync::mpsc;

use crate::explain::{Counters, Explain};
use crate::failure::SearchError;
use crate::filter::query::{Query, TableQuery};
use crate::plan::months::{month_units, months};
use crate::plan::unit::Unit;
use crate::progress::Progress;
use crate::read::chunk::{CHUNKS_AHEAD, Chunk};
use crate::read::monthly_part::Wanted;
use crate::read::task::Task;
use crate::read::unit::Reader;
use crate::results::{Results, Taker};

/// Months planned at once.
const MONTHS_AT_ONCE: usize = 6;

/// Units read at once, at most.
const UNITS_AT_ONCE: usize = 6;

/// How often the units of a month are planned again, since a later commit has replaced a part of them.
const PLANS: usize = 8;

/// A search in one lake.
#[derive(Debug, Clone)]
pub struct Search {
    /// The lake.
    pub lake: Arc<dyn Store>,
    /// What is looked for.
    pub query: Query,
    /// Whether only the number of records is wanted.
    pub only_number: bool,
    /// Ends the search after this number of records.
    pub limit: Option<u64>,
    /// The progress.
    pub progress: Arc<Progress>,
}

/// The result of a search.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Number of records that were found.
    pub found: u64,
    /// What was read.
    pub explain: Explain,
}

/// The search in one table.
struct TableSearch {
    lake: Arc<dyn Store>,
    query: TableQuery,
    wanted: Wanted,
    counters: Arc<Counters>,
    progress: Arc<Progress>,
    days_there: DaysThere,
}

impl Search {
    /// Hands on every record that fulfils the query, each event once, table by table, in the order of time.
    ///
    /// Within a unit of event days the order is that of time as long as 32 MiB of records are enough to sort them.
    ///
    /// # Errors
    /// Fails if a journal or a part cannot be read.
    pub async fn run<'t>(&self, take: &'t mut Taker<'t>) -> Result<Summary, SearchError> {
        let metered = Meter::new(self.lake.clone());
        let usage = metered.counters();
        let lake: Arc<dyn Store> = Arc::new(metered);
        let counters = Arc::new(Counters::default());
        let days_there = DaysThere::default();
        let mut results = Results::new(take, self.only_number, self.limit);
        let tables = Table::ALL.into_iter().filter_map(|table| self.query.of_table(table));
        let searches: Vec<TableSearch> = tables
            .map(|query| TableSearch {
                lake: lake.clone(),
                query,
                wanted: if self.only_number { Wanted::Number } else { Wanted::Lines },
                counters: counters.clone(),
                progress: self.progress.clone(),
                days_there: days_there.clone(),
            })
            .collect();
        let searched = search_tables(&searches, &mut results).await?;
        let usage = usage.usage();
        let explain = Explain {
            months: searched,
            lists: usage.list.calls,
            reads: usage.get.calls + usage.get_range.calls,
            bytes: usage.get.bytes + usage.get_range.bytes,
            ..counters.explain()
        };
        Ok(Summary { found: results.found(), explain })
    }
}

/// Searches tables, one after the other, and their months in order. Returns the number of months.
async fn search_tables(searches: &[TableSearch], results: &mut Results<'_>) -> Result<u64, SearchError> {
    let months = searches.iter().map(|search| months(&search.lake, search.query.table, search.query.span));
    let months: Vec<Vec<Month>> = futures::future::try_join_all(months).await?;
    let mut all = Vec::new();
    for (search, months) in searches.iter().zip(months) {
        all.extend(months.into_iter().map(|month| (search, month)));
    }
    let plans = all.into_iter().map(|(search, month)| async move {
        let units = search.units(month, None).await?;
        Ok::<_, JournalError>((search, month, units))
    });
    let plans: Vec<_> = plans.collect();
    let mut plans = std::pin::pin!(futures::stream::iter(plans).buffered(MONTHS_AT_ONCE));
    let mut searched = 0;
    while let Some(planned) = plans.next().await {
        let (search, month, units) = planned?;
        results.begin(search.query.table);
        searched += 1;
        if search.month(month, units, results).await?.is_break() {
            break;
        }
    }
    Ok(searched)
}

impl TableSearch {
    /// The units of a month that hold records from an instant on.
    async fn units(&self, month: Month, since: Option<i64>) -> Result<Vec<Unit>, JournalError> {
        let span = self.query.span.since(since);
        month_units(&self.lake, &self.days_there, (self.query.table, month), span).await
    }

    /// Searches a month. If a part does not exist any more, the units are planned again.
    async fn month(
        &self,
        month: Month,
        mut units: Vec<Unit>,
        results: &mut Results<'_>,
    ) -> Result<ControlFlow<()>, SearchError> {
        let partition = Partition::month(self.query.table, month);
        let mut missing: Option<String> = None;
        let mut since = None;
        for _ in 0..PLANS {
            let error = match self.read(units, since, results).await {
                Ok(flow) => return Ok(flow),
                Err(error) => error,
            };
            match error.missing_part().map(str::to_owned) {
                // a part that is planned again is named by a journal, and nothing has replaced it
                Some(key) if missing.as_ref() != Some(&key) => missing = Some(key),
                _ => return Err(error),
            }
            if !results.forget_unit() {
                return Err(SearchError::Changed { partition });
            }
            since = results.done_before();
            units = self.units(month, since).await?;
        }
        Err(SearchError::Changed { partition })
    }

    /// Reads units, a few at once, and takes their records in order: those from an instant on.
    async fn read(
        &self,
        units: Vec<Unit>,
        since: Option<i64>,
        results: &mut Results<'_>,
    ) -> Result<ControlFlow<()>, SearchError> {
        let query = Arc::new(self.query.since(since));
        let reader = Reader {
            lake: self.lake.clone(),
            query,
            wanted: self.wanted,
            counters: self.counters.clone(),
            progress: self.progress.clone(),
        };
        self.progress.add_planned(units.iter().map(Unit::bytes).fold(0, u64::saturating_add));
        let at_once = self.lake.calls_at_once().clamp(1, UNITS_AT_ONCE);
        let mut waiting = units.into_iter();
        let mut reading: VecDeque<ReadUnit> = VecDeque::new();
        loop {
            while reading.len() < at_once
                && let Some(unit) = waiting.next()
            {
                reading.push_back(ReadUnit::start(reader.clone(), unit));
            }
            let Some(mut unit) = reading.pop_front() else { return Ok(ControlFlow::Continue(())) };
            while let Some(chunk) = unit.chunks.recv().await {
                if results.add(chunk).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
                self.progress.set_found(results.found());
            }
            unit.task.result().await?;
            if results.end_unit(unit.last).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }
}

/// A unit that a task of its own reads.
struct ReadUnit {
    last: Option<cloudtrail_model::Day>,
    chunks: mpsc::Receiver<Chunk>,
    task: Task<Result<(), SearchError>>,
}

impl ReadUnit {
    fn start(reader: Reader, unit: Unit) -> Self {
        let (sender, chunks) = mpsc::channel(CHUNKS_AHEAD);
        let last = unit.last;
        ReadUnit { last, chunks, task: Task::start(async move { reader.read(&unit, sender).await }) }
    }
}

#[cfg(test)]
#[path = "search_tests.rs"]
mod tests;
