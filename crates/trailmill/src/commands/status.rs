//! `trailmill status`: what the lake holds, day by day and month by month, and what is missing.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use cloudtrail_model::{Day, Month, Table};
use daily_aggregator::{Source, new_files};
use futures::{StreamExt, TryStreamExt};
use lake::{Journal, Partition};

use crate::args::StatusArguments;
use crate::commands::verify::{daily_partitions, known_months, nothing_in_lake};
use crate::terminal::console::Console;
use crate::views::calendar::{DayStatus, print_calendar};
use crate::views::months::print_months;
use crate::views::not_searched::print_not_searched;
use crate::{Ending, places};

/// Journals read at once.
const JOURNALS_AT_ONCE: usize = 16;

/// Runs the command.
pub(crate) async fn run(arguments: StatusArguments, console: &Console) -> anyhow::Result<Ending> {
    let days = arguments.days;
    days.check()?;
    let lake = places::open_lake(&arguments.lake).await?;
    let source = match &arguments.source {
        None => None,
        Some(place) => Some(places::open_source(place, &arguments.bucket).await?),
    };
    let mut wanted = daily_partitions(&*lake, &days.range()).await?;
    if let (Some(place), Some(source)) = (&arguments.source, &source) {
        print_not_searched(place, source, console);
        let delivered = source.days(&days.range()).await?;
        wanted.extend(delivered.into_iter().map(|(day, table)| (table, day)));
    }
    if wanted.is_empty() {
        console.line(&nothing_in_lake(&*lake, &arguments.lake.lake, days).await?);
    }
    let mut statuses = futures::stream::iter(wanted)
        .map(|(table, day)| {
            let journal = Journal::new(lake.clone(), Partition::day(table, day));
            let source = source.as_ref();
            async move { anyhow::Ok((table, day, status(&journal, source, table, day).await?)) }
        })
        .buffered(JOURNALS_AT_ONCE);
    let mut calendar: BTreeMap<Table, BTreeMap<Day, DayStatus>> = BTreeMap::new();
    while let Some((table, day, status)) = statuses.try_next().await? {
        calendar.entry(table).or_default().insert(day, status);
    }
    print_calendar(&calendar, source.is_some(), console);
    let mut months = known_months(&*lake).await?;
    months.retain(|(_, month)| overlaps(*month, &days.range()));
    print_months(&lake, months, console).await?;
    Ok(Ending::Done)
}

/// Whether a month has any of the days.
fn overlaps(month: Month, days: &RangeInclusive<Day>) -> bool {
    (days.start().month()..=days.end().month()).contains(&month)
}

async fn status(
    journal: &Journal,
    source: Option<&Source>,
    table: Table,
    day: Day,
) -> anyhow::Result<DayStatus> {
    let Some(source) = source else {
        let outline = journal.read_outline().await?;
        let counts = outline.input_counts;
        let names_files = counts.quarantined > 0 || counts.unreadable > 0;
        let state = if names_files { journal.read().await? } else { outline };
        return Ok(DayStatus::new(&state, None));
    };
    let state = journal.read().await?;
    let new_files = new_files(&state, &source.list(table, day).await?);
    Ok(DayStatus::new(&state, Some(new_files)))
}
