//! `trailmill run`: the daily stage, then Parquet of every month that is complete. No queue, no schedule.

use std::collections::BTreeSet;
use std::sync::Arc;

use cloudtrail_model::{Month, Table, months_of};
use monthly_aggregator::{MonthlyAggregator, MonthlyError, Request, day_list};

use crate::Ending;
use crate::args::RunArguments;
use crate::commands::daily;
use crate::commands::monthly::{self, MonthsSummary};
use crate::console::Console;
use crate::progress_bar::FollowedRun;
use crate::stamp::STAMP;

/// Runs the command.
pub(crate) async fn run(arguments: RunArguments, console: &Console) -> anyhow::Result<Ending> {
    let RunArguments { source, lake, days, allow_gaps, days_at_once, tuning, parquet } = arguments;
    let plan = daily::DailyRun {
        source: &source,
        lake: &lake,
        days,
        tuning,
        request: daily_aggregator::Request::default(),
        at_once: usize::from(days_at_once),
    };
    let daily::DailyRan { summary, looked_at, lake } = plan.run(console).await?;
    let daily = summary.ending();
    let Some(lake) = lake.filter(|_| !looked_at.is_empty()) else { return Ok(daily) };
    let aggregator = MonthlyAggregator {
        lake,
        options: monthly::options(parquet, tuning.threads),
        stamp: STAMP,
        progress: Arc::default(),
    };
    let broken: BTreeSet<Month> = summary.failed_days.iter().copied().flat_map(months_of).collect();
    let mut months = MonthsSummary::default();
    let followed = FollowedRun::of_months(console, aggregator.progress.clone());
    for month in looked_at.into_iter().flat_map(months_of).collect::<BTreeSet<Month>>() {
        if broken.contains(&month) {
            followed.aside(|| console.line(&format!("{month}: no Parquet, since days of it failed")));
            continue;
        }
        for table in Table::ALL {
            let request = Request { allow_gaps, rebuild: false, until: None };
            match aggregator.run(table, month, request).await {
                // every table lacks the same days
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
    Ok(daily.and(months.ending()))
}
