//! The days that `trailmill run` looks at if no days are named: the newest ones, and those that are incomplete or missing in the lake.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cloudtrail_model::{Day, DayRange, Month, Table};
use daily_aggregator::Source;
use futures::{StreamExt, TryStreamExt};
use lake::{Journal, Partition};
use lake_store::Store;

use crate::commands::verify::daily_partitions;

/// Days up to today that are always looked at. CloudTrail tries for 30 days to deliver a log file.
pub(crate) const RECENT_DAYS: u16 = 35;
/// The maximum of journals read at once.
const JOURNALS_AT_ONCE: usize = 16;

/// The days to look at.
#[derive(Debug)]
pub(crate) struct RecentDays {
    /// Partitions, in order.
    pub(crate) partitions: BTreeSet<(Day, Table)>,
    /// The first day of the lake. No day before it is looked at.
    pub(crate) first: Day,
}

/// The partitions of the newest days, of older incomplete days, and of the missing days between those of the lake. `None`
/// if the lake has no day before the newest ones: then nothing is known, and the whole source is to be looked at.
pub(crate) async fn recent_days(
    source: &Source,
    lake: &Arc<dyn Store>,
    today: Day,
) -> anyhow::Result<Option<RecentDays>> {
    let first_recent = std::iter::successors(Some(today), |day| day.previous());
    let Some(first_recent) = first_recent.take(usize::from(RECENT_DAYS)).last() else { return Ok(None) };
    let journaled = daily_partitions(&**lake, &(Day::FIRST..=Day::LAST)).await?;
    let older: BTreeSet<(Table, Day)> =
        journaled.into_iter().filter(|(_, day)| *day < first_recent).collect();
    let main = older.iter().filter(|(table, _)| *table == Table::CloudTrail).map(|(_, day)| *day);
    let known: BTreeSet<Day> = main.collect();
    let Some(first) = known.first() else { return Ok(None) };
    let mut partitions = source.days(&(first_recent..=Day::LAST)).await?;
    let goes_on = !partitions.is_empty();
    let mut states = futures::stream::iter(older)
        .map(|(table, day)| {
            let journal = Journal::new(lake.clone(), Partition::day(table, day));
            async move { anyhow::Ok((table, day, journal.read_outline().await?.is_there())) }
        })
        .buffer_unordered(JOURNALS_AT_ONCE);
    while let Some((table, day, is_there)) = states.try_next().await? {
        if !is_there {
            partitions.insert((day, table));
        }
    }
    partitions.extend(gaps(source, &known, first_recent, goes_on).await?);
    Ok(Some(RecentDays { partitions, first: *first }))
}

/// The days between the lake's first day and the newest ones that the lake has not, up to the last that the lake or the source has
/// (`goes_on` if the source has newer ones): those with a folder in the source; and the others of their months for the main table, which commits them as empty. There are none,
/// unless no run was made for longer than the newest days go back, or the source has no folder of those months.
async fn gaps(
    source: &Source,
    known: &BTreeSet<Day>,
    first_recent: Day,
    goes_on: bool,
) -> anyhow::Result<BTreeSet<(Day, Table)>> {
    let Some((first, last)) = known.first().copied().zip(known.last().copied()) else {
        return Ok(BTreeSet::new());
    };
    let missing =
        DayRange::new(first, first_recent).filter(|day| *day < first_recent && !known.contains(day));
    let mut months: BTreeMap<Month, BTreeSet<Day>> = BTreeMap::new();
    for day in missing {
        months.entry(day.month()).or_default().insert(day);
    }
    let (mut found, mut empty) = (BTreeSet::new(), BTreeSet::new());
    for (month, missing) in months {
        let Some((from, to)) = missing.first().copied().zip(missing.last().copied()) else { continue };
        let mut there = source.days(&(from..=to)).await?;
        there.retain(|(day, _)| missing.contains(day));
        if !there.is_empty() || known.iter().any(|day| day.month() == month) {
            empty.extend(missing.into_iter().map(|day| (day, Table::CloudTrail)));
        }
        found.extend(there);
    }
    let last = if goes_on { first_recent } else { found.last().map_or(last, |(day, _)| last.max(*day)) };
    empty.retain(|(day, _)| *day < last);
    found.extend(empty);
    Ok(found)
}

#[cfg(test)]
#[path = "recent_days_tests.rs"]
mod tests;
