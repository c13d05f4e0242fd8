//! `trailmill run`: the daily stage, then Parquet of every month that is complete. No queue, no schedule.

use std::collections::BTreeSet;
use std::sync::Arc;

use cloudtrail_model::{Day, Month, Table};
use futures::StreamExt;
use lake_store::Store;
use monthly_aggregator::{DaysThere, MonthlyAggregator, MonthlyError, Request, day_list};

use crate::Ending;
use crate::args::RunArguments;
use crate::commands::daily::{self, DailyRan};
use crate::commands::monthly::{self, MonthsSummary};
use crate::stamp::STAMP;
use crate::terminal::console::Console;
use crate::terminal::progress_bar::FollowedRun;

/// Runs the command.
pub(crate) async fn run(arguments: RunArguments, console: &Console) -> anyhow::Result<Ending> {
    let daily = run_days(&arguments, console).await?;
    let months = run_months(&arguments, &daily, console).await?;
    Ok(daily.summary.ending().and(months.ending()))
}

/// The daily stage of the days asked for. A day that fails is printed and counted.
///
/// # Errors
/// Where the source or the lake cannot be opened or listed.
pub(crate) async fn run_days(arguments: &RunArguments, console: &Console) -> anyhow::Result<DailyRan> {
    let RunArguments { source, lake, days, all, days_at_once, proof, tuning, .. } = arguments;
    let plan = daily::DailyRun {
        source,
        lake,
        days: *days,
        recent: !all,
        proof,
        tuning: *tuning,
        request: daily_aggregator::Request::default(),
        at_once: usize::from(*days_at_once),
    };
    plan.run(console).await
}

/// The monthly stage of every complete month that those days hold events of. A month that fails is printed and counted.
///
/// # Errors
/// Where the lake cannot be listed.
pub(crate) async fn run_months(
    arguments: &RunArguments,
    daily: &DailyRan,
    console: &Console,
) -> anyhow::Result<MonthsSummary> {
    let mut months = MonthsSummary::default();
    let Some(lake) = daily.lake.clone().filter(|_| !daily.looked_at.is_empty()) else { return Ok(months) };
    let fed = months_of(&*lake, &daily.looked_at).await?;
    let broken = months_of(&*lake, &daily.summary.failed_days.iter().copied().collect()).await?;
    let aggregator = MonthlyAggregator {
        lake,
        options: monthly::options(arguments.parquet, arguments.tuning.threads),
        stamp: STAMP,
        progress: Arc::default(),
        days_there: DaysThere::default(),
    };
    let followed = FollowedRun::of_months(console, aggregator.progress.clone());
    for month in fed {
        if broken.contains(&month) {
            followed.aside(|| console.line(&format!("{month}: no Parquet, since days of it failed")));
            continue;
        }
        let request = Request { allow_gaps: arguments.allow_gaps, rebuild: false, until: None };
        let mut runs = aggregator.run_tables(Table::ALL, month, request);
        while let Some((table, run)) = runs.next().await {
            match run {
                // the same days are missing for every table
                Err(MonthlyError::MissingDays { days, .. }) => {
                    let days = day_list(&days);
                    let line = format!(
                        "{month}: not complete, so no Parquet yet; missing: {days} (--allow-gaps goes on without)"
                    );
                    followed.aside(|| console.line(&line));
                    break;
                }
                run => followed.aside(|| months.add(table, month, run, console)),
            }
        }
    }
    Ok(months)
}

/// The months of some delivery days, and the other months that they hold events of.
async fn months_of(lake: &dyn Store, days: &BTreeSet<Day>) -> anyhow::Result<BTreeSet<Month>> {
    let mut months: BTreeSet<Month> = days.iter().map(|day| day.month()).collect();
    for table in Table::ALL {
        let fed = lake::fed_months(lake, table).await?;
        months.extend(fed.into_iter().filter(|(_, of)| !of.is_disjoint(days)).map(|(month, _)| month));
    }
    Ok(months)
}
