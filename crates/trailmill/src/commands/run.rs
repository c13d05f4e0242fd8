//! `trailmill run`: the daily stage, then Parquet of every month that is complete. No queue, no schedule.

use std::collections::BTreeSet;
use std::sync::Arc;

use cloudtrail_model::{Month, Table, months_of};
use futures::StreamExt;
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
    let months = run_months(&arguments, &daily, console).await;
    Ok(daily.summary.ending().and(months.ending()))
}

/// The daily stage of the days asked for. A day that fails is printed and counted.
///
/// # Errors
/// Where the source or the lake cannot be opened or listed.
pub(crate) async fn run_days(arguments: &RunArguments, console: &Console) -> anyhow::Result<DailyRan> {
    let RunArguments { source, lake, days, days_at_once, tuning, .. } = arguments;
    let plan = daily::DailyRun {
        source,
        lake,
        days: *days,
        tuning: *tuning,
        request: daily_aggregator::Request::default(),
        at_once: usize::from(*days_at_once),
    };
    plan.run(console).await
}

/// The monthly stage of every complete month that those days bring records of. A month that fails is printed and counted.
pub(crate) async fn run_months(
    arguments: &RunArguments,
    daily: &DailyRan,
    console: &Console,
) -> MonthsSummary {
    let mut months = MonthsSummary::default();
    let Some(lake) = daily.lake.clone().filter(|_| !daily.looked_at.is_empty()) else { return months };
    let aggregator = MonthlyAggregator {
        lake,
        options: monthly::options(arguments.parquet, arguments.tuning.threads),
        stamp: STAMP,
        progress: Arc::default(),
        days_there: DaysThere::default(),
    };
    let broken: BTreeSet<Month> = daily.summary.failed_days.iter().copied().flat_map(months_of).collect();
    let followed = FollowedRun::of_months(console, aggregator.progress.clone());
    for month in daily.looked_at.iter().copied().flat_map(months_of).collect::<BTreeSet<Month>>() {
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
    months
}
